"""The command line of the deployer. Errors are one message on stderr and an exit code of deploy/errors.py."""

import sys

import click

from deploy.commands.apply import apply
from deploy.commands.doctor import doctor
from deploy.commands.look import history, status
from deploy.commands.plan import plan
from deploy.commands.remove import remove
from deploy.commands.switch import rollback, switch
from deploy.commands.validate import stage, validate
from deploy.commands.verify import verify
from deploy.errors import DeployError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Bring a commit's images to an environment, and back.

    ENVIRONMENT is a file of deploy/environments (staging, production) or a path to one. What serves goes on
    serving until the new release has shown that it does as well; whatever goes wrong, it comes back.

    \b
    Exit codes: 0 done, 2 a setting is wrong, 3 refused or failed before any request moved, 4 another deploy
    is at work, 5 Docker failed, 6 tried and rolled back.
    """  # noqa: D301 - \b is for click


for command in (plan, apply, status, switch, rollback, history, doctor, verify, stage, validate, remove):
    cli.add_command(command)


def main() -> None:
    """Run; never shows a traceback for what a person can mend."""
    try:
        cli(prog_name="python -m deploy")
    except DeployError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
