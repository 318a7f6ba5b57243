"""`switch` and `rollback`: to the colour that is warm."""

import click

from deploy import change
from deploy.commands import options
from deploy.model import Colour
from deploy.settings import load


@click.command
@options.environment
@options.as_json
def rollback(environment: str, *, as_json: bool) -> None:
    """Send all requests back to the release before, which is warm. Takes a second.

    \b
    Example:
      python -m deploy rollback production
    """  # noqa: D301 - \b is for click
    _switch(environment, None, "rollback", as_json=as_json)


@click.command
@options.environment
@click.argument("colour", type=click.Choice([each.value for each in Colour]))
@options.as_json
def switch(environment: str, colour: str, *, as_json: bool) -> None:
    """Send all requests to a colour, if it is healthy.

    \b
    Example:
      python -m deploy switch staging green
    """  # noqa: D301 - \b is for click
    _switch(environment, Colour(colour), "switch", as_json=as_json)


def _switch(environment: str, colour: Colour | None, action: str, *, as_json: bool) -> None:
    done = [change.switch(host, colour, action) for host in options.hosts(load(environment))]
    if as_json:
        options.show([each.model_dump(mode="json") for each in done])
        return
    for each in done:
        click.echo(f"{each.colour} serves {each.revision[:12]} ({each.seconds:g} s)")
