"""`remove`: a stack and, if asked, what it stored."""

import click

from deploy.commands import options
from deploy.engine import Command
from deploy.errors import SettingError
from deploy.host import Host
from deploy.model import Colour
from deploy.plan import colour_down
from deploy.settings import load
from deploy.stack import values


@click.command
@options.environment
@click.option("--yes", is_flag=True, help="Do it; users are cut off.")
@click.option("--data", is_flag=True, help="Remove the store of filings, the history and the metrics too.")
def remove(environment: str, *, yes: bool, data: bool) -> None:
    """Remove a stack from its hosts. Its store, history and metrics stay, unless --data is given.

    \b
    Example:
      python -m deploy remove staging --yes --data
    """  # noqa: D301 - \b is for click
    settings = load(environment)
    if not yes:
        raise SettingError(f"this ends {settings.name} on {', '.join(settings.hosts)}; say so with --yes")
    for host in options.hosts(settings):
        clear(host, data=data)


def clear(host: Host, *, data: bool) -> None:
    """Remove all that a stack made on a host. Raises EngineError."""
    name = host.settings.name
    for colour in Colour:
        host.run(colour_down(host.settings, colour))
    flags = ("--volumes",) if data else ()
    variables = values.base(host.settings, "none")
    host.run(
        Command(
            ("compose", "--project-name", name, "--file", str(values.BASE), "down", "--timeout", "5", *flags),
            variables,
        )
    )
    for kind, held in (("network", f"{name}_outgoing"), ("volume", f"{name}_data")):
        if (kind == "network" or data) and host.engine.asks(Command((kind, "inspect", held))):
            host.run(Command((kind, "rm", held)))
