"""What a deploy does, as data: the command lines of every step, before any is run."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.engine import Command
from deploy.model import Colour, Release
from deploy.settings import Settings
from deploy.stack import values


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: its name, and what it does, line by line."""

    name: str
    lines: tuple[str, ...]


def compose(project: str, file: str, *arguments: str) -> tuple[str, ...]:
    """A call of compose for one of the two files."""
    return ("compose", "--project-name", project, "--file", file, *arguments)


def colour_project(settings: Settings, colour: Colour) -> str:
    """The compose project of a colour."""
    return f"{settings.name}-{colour}"


def shared(settings: Settings) -> list[tuple[Command, Command]]:
    """What colours share and base.yaml's services do not use: (is it there?, make it)."""
    label = f"--label=com.docker.compose.project={settings.name}"
    network, volume = f"{settings.name}_outgoing", f"{settings.name}_data"
    return [
        (Command(("network", "inspect", network)), Command(("network", "create", label, network))),
        (Command(("volume", "inspect", volume)), Command(("volume", "create", label, volume))),
    ]


def base_up(settings: Settings, agent_image: str, services: Sequence[str], *, renew: bool = False) -> Command:
    """Start parts of the base, and wait for their health. `renew` makes them anew."""
    more = ("--file", str(values.ALERTS)) if settings.alertmanagers else ()
    flags = ("--no-deps", "--force-recreate") if renew else ()
    wanted = compose(settings.name, str(values.BASE), *more, "up", "--detach", "--wait", *flags, *services)
    return Command(wanted, values.base(settings, agent_image))


def checks(settings: Settings, folder: str) -> list[Command]:
    """Checks of the configuration files in a folder of the volume `state`, by the programs that read them."""
    variables = values.base(settings, "none")
    given = {
        "PROXY": "a",
        "METRICS_PORT": "8405",
        "RATE": variables["RATE"],
        **{f"{each}_API": f"{variables[f'{each}_API_ADDRESS']}:8000" for each in ("BLUE", "GREEN")},
        **{f"{each}_WEB": f"{variables[f'{each}_WEB_ADDRESS']}:5000" for each in ("BLUE", "GREEN")},
    }
    if settings.certificate_file:
        given["CERTIFICATE"] = f"/var/lib/finchat/{folder}/secrets/tls.pem"
    told = [part for name, value in given.items() for part in ("--env", f"{name}={value}")]
    alone = ("run", "--rm", "--network", "none", "--user", "10001:10001", "--mount")
    mount = f"type=volume,source={settings.name}_state,target=/var/lib/finchat,readonly,volume-nocopy"
    prometheus = f"/var/lib/finchat/{folder}/prometheus/prometheus.yml"
    return [
        Command(
            (
                *alone,
                mount,
                *told,
                settings.images.proxy,
                "-c",
                "-f",
                f"/var/lib/finchat/{folder}/haproxy.cfg",
            )
        ),
        Command(
            (
                *alone,
                mount,
                "--entrypoint",
                "promtool",
                settings.images.prometheus,
                "check",
                "config",
                prometheus,
            )
        ),
    ]


def pull(image: str) -> Command:
    """Fetch an image by digest."""
    return Command(("pull", "--quiet", image))


def colour_up(settings: Settings, colour: Colour, release: Release, *, token: bool = False) -> Command:
    """Start a colour's containers; what stood there before is replaced."""
    return Command(
        compose(
            colour_project(settings, colour),
            str(values.COLOUR),
            *("--file", "-", "up", "--detach", "--force-recreate"),
        ),
        values.colour(settings, colour, release),
        values.override(settings, colour, token=token),
    )


def colour_down(settings: Settings, colour: Colour) -> Command:
    """Remove a colour's containers."""
    return Command(("compose", "--project-name", colour_project(settings, colour), "down", "--timeout", "15"))


def colour_states(settings: Settings, colour: Colour) -> Command:
    """A colour's containers, one a line: name and state, as "finchat-blue-api-1 running"."""
    ours = f"label=com.docker.compose.project={colour_project(settings, colour)}"
    return Command(("ps", "--all", "--filter", ours, "--format", "{{.Names}} {{.State}}"))


def colour_logs(settings: Settings, colour: Colour) -> Command:
    """The last lines of a colour's log."""
    return Command(
        ("compose", "--project-name", colour_project(settings, colour), "logs", "--no-color", "--tail", "8")
    )


def agent(settings: Settings, mode: str, holder: str = "") -> Command:
    """The agent's program, in its container."""
    program = values.PROGRAM.read_text(encoding="utf-8")
    inside = ("python", "-I", "-S", "-u", "-c", program, mode)
    return Command(("exec", "-i", "-e", f"DEPLOY_HOLDER={holder}", f"{settings.name}-agent-1", *inside))


def schema(image: str) -> Command:
    """What versions of the store an image reads and writes."""
    return Command(
        (
            "run",
            "--rm",
            "--network",
            "none",
            "--read-only",
            image,
            "finchat",
            "store",
            "schema",
            "--json",
        )
    )


def fingerprint(settings: Settings, agent_image: str, files: dict[str, str]) -> str:
    """A hash of all that the base is made of: equal, when there is nothing to renew."""
    made_of = [values.base(settings, agent_image), files, values.BASE.read_text(encoding="utf-8")]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
