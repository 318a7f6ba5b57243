"""`doctor`: is everything there that a deploy needs?"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click

from deploy.commands import options
from deploy.engine import Command
from deploy.errors import DeployError
from deploy.gate.policy import read
from deploy.host import Host
from deploy.settings import certificate_of, load, token_of

OLDEST_ENGINE = (26, 0)  # mounts a folder of a volume


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    fine: bool
    detail: str


@click.command
@options.environment
@options.as_json
def doctor(environment: str, *, as_json: bool) -> None:
    """Look at what a deploy needs: settings, policy, tools, engine, ports, disk. Changes nothing.

    \b
    Example:
      python -m deploy doctor production
    """  # noqa: D301 - \b is for click
    settings = load(environment)
    found = [Finding("settings", fine=True, detail=f"{settings.name} on {', '.join(settings.hosts)}")]
    found += _tried("policy", lambda: str(read(settings.policy).model_dump()["repositories"]))
    found += _tried("token", lambda: "set" if token_of(settings) else "none: anyone may ask")
    found += _tried("certificate", lambda: "set" if certificate_of(settings) else "none: TLS ends elsewhere")
    cosign = shutil.which("cosign")
    found.append(
        Finding("cosign", fine=bool(cosign), detail=cosign or "missing; install it to verify signatures")
    )
    for host in options.hosts(settings):
        found += _host(host)
    if as_json:
        options.show([asdict(each) for each in found])
    else:
        for each in found:
            click.echo(f"{'ok  ' if each.fine else 'BAD '} {each.name:<22} {each.detail}")
    if not all(each.fine for each in found):
        raise DeployError(f"{sum(not each.fine for each in found)} things to mend first, see above")


def _host(host: Host) -> Iterator[Finding]:
    name = host.engine.context
    try:
        said = json.loads(host.run(Command(("version", "--format", "json"))))
        version = said["Server"]["Version"]
    except DeployError as error:
        yield Finding(f"{name}: engine", fine=False, detail=str(error))
        return
    numbers = tuple(int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:2])
    yield Finding(
        f"{name}: engine", fine=numbers >= OLDEST_ENGINE, detail=f"{version}; 26.0 or newer is needed"
    )
    yield from _tried(
        f"{name}: compose", lambda: host.run(Command(("compose", "version", "--short"))).strip()
    )
    if host.exists:
        yield from _tried(f"{name}: stack", lambda: f"active: {host.state().active or 'none yet'}")
    elif name == "default":
        yield from _ports(host)


def _ports(host: Host) -> Iterator[Finding]:
    network = host.settings.network
    for port in (network.api_port, network.web_port):
        if not port:
            continue
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((network.bind, port))
            except OSError as error:
                yield Finding(f"port {port}", fine=False, detail=f"{network.bind}:{port}: {error.strerror}")
            else:
                yield Finding(f"port {port}", fine=True, detail="free")


def _tried(name: str, look: Callable[[], str]) -> list[Finding]:
    try:
        return [Finding(name, fine=True, detail=look())]
    except DeployError as error:
        return [Finding(name, fine=False, detail=str(error))]
