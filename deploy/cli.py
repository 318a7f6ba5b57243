"""The command line of the deployer. Errors are one message on stderr and an exit code of deploy/errors.py."""

import importlib
import sys

import click

from deploy.errors import DeployError

WHERE = {
    "plan": "plan",
    "apply": "apply",
    "status": "look",
    "switch": "switch",
    "rollback": "switch",
    "history": "look",
    "doctor": "doctor",
    "verify": "verify",
    "stage": "validate",
    "validate": "validate",
    "remove": "remove",
}  # command: its module of deploy/commands


class Commands(click.Group):
    """Loads the module of the command that is asked for and no other: a rollback waits for no locust."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """In the order in which one meets them."""
        return list(WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, or None for a name that is none."""
        if cmd_name not in WHERE:
            return None
        found = getattr(importlib.import_module(f"deploy.commands.{WHERE[cmd_name]}"), cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101 - WHERE says so
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Bring a commit's images to an environment, and back.

    ENVIRONMENT is a file of deploy/environments (staging, production) or a path to one. What serves goes on
    serving until the new release has shown that it does as well; whatever goes wrong, it comes back.

    \b
    Exit codes: 0 done, 2 a setting is wrong, 3 refused or failed before any request moved, 4 another deploy
    is at work, 5 Docker failed, 6 tried and rolled back.
    """  # noqa: D301 - \b is for click


def main() -> None:
    """Run; never shows a traceback for what a person can mend."""
    try:
        cli(prog_name="python -m deploy")
    except DeployError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
