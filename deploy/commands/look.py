"""`status` and `history`: what a stack says of itself; neither needs the lock."""

from datetime import UTC, datetime
from typing import Any

import click

from deploy.commands import options
from deploy.host import Host
from deploy.model import Colour, State
from deploy.settings import load


@click.command
@options.environment
@options.as_json
def status(environment: str, *, as_json: bool) -> None:
    """Show which colour serves what, and whether both are healthy.

    \b
    Example:
      python -m deploy status staging
    """  # noqa: D301 - \b is for click
    found = {host.engine.context: host.look() for host in options.hosts(load(environment))}
    if as_json:
        options.show(found)
        return
    for name, said in found.items():
        click.echo(f"{name}")
        for line in _lines(said):
            click.echo(f"  {line}")


@click.command
@options.environment
@options.as_json
def history(environment: str, *, as_json: bool) -> None:
    """List the last deploys, switches and rollbacks, latest first.

    \b
    Example:
      python -m deploy history production
    """  # noqa: D301 - \b is for click
    found = {host.engine.context: _events(host) for host in options.hosts(load(environment))}
    if as_json:
        options.show(found)
        return
    for name, events in found.items():
        click.echo(name)
        for event in events:
            when = datetime.fromtimestamp(event["at"], UTC).strftime("%Y-%m-%d %H:%M:%S")
            what = f"{event['action']} {event['revision'][:12]} {event['colour']}"
            click.echo(
                f"  {when}  {what:<36} {event['outcome']:<12} {event['seconds']:6.1f} s  "
                f"{_first_line(event['detail'])}"
            )


def _events(host: Host) -> list[dict[str, Any]]:
    return [event.model_dump(mode="json") for event in reversed(host.state().history)]


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""


def _lines(said: dict[str, Any]) -> list[str]:
    state = State.model_validate(said["state"])
    routing = said["routing"]
    lines = []
    for colour in Colour:
        release = state.colours.get(colour)
        servers = [each for each in said["servers"] if each.get("colour") == colour]
        health = "up" if servers and all(each["up"] for each in servers) else "down"
        role = "active" if state.active == colour else "idle"
        if routing.get("share", "0") != "0" and routing["canary"] == colour:
            role = f"canary, {routing['share']} %"
        what = f"{release.revision[:12]} ({release.version})" if release else "nothing"
        lines.append(f"{colour:<6} {role:<14} {health:<5} {what}")
    if state.pending:
        ended = "abandoned; the next `apply` clears it" if state.pending.abandoned else "at work"
        lines.append(f"a deploy of {state.pending.revision[:12]}: {state.pending.step} ({ended})")
    return lines
