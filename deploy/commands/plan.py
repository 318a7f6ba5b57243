"""`plan`: what `apply` would do."""

import click

from deploy import release
from deploy.base import BASE_SERVICES
from deploy.commands import options
from deploy.host import Host
from deploy.model import Release, State
from deploy.plan import Step, base_up, colour_up, pull, shared
from deploy.settings import Settings, load


@click.command("plan")
@options.environment
@click.option("--tag", required=True, help="Of both images: a commit, or a version.")
@options.as_json
def plan(environment: str, tag: str, *, as_json: bool) -> None:
    """Print the steps that `apply` would take, and change nothing.

    \b
    Example:
      python -m deploy plan staging --tag "$(git rev-parse HEAD)"
    """  # noqa: D301 - \b is for click
    settings = load(environment)
    found = {host.engine.context: steps(settings, _state(host), tag) for host in options.hosts(settings)}
    if as_json:
        listed = {
            name: [{"name": step.name, "lines": step.lines} for step in each] for name, each in found.items()
        }
        options.show(listed)
        return
    for name, each in found.items():
        click.echo(name)
        for step in each:
            click.echo(f"  {step.name}")
            for line in step.lines:
                click.echo(f"    {line}")


def steps(settings: Settings, state: State | None, tag: str) -> list[Step]:
    """The steps from a state (None: there is no stack yet)."""
    images = release.references(settings, tag)
    made = Release(revision=tag, version=tag, **images)
    known = state or State()
    new, old = known.next, known.active
    found = [Step("gate", tuple(f"verify {each} against {settings.policy}" for each in images.values()))]
    if state is None:
        lines = [str(make) for _, make in shared(settings)] + [
            str(base_up(settings, images["api"], BASE_SERVICES))
        ]
        found.append(Step("make the base", tuple(lines)))
    found += [
        Step(f"make room in {new}", (f"route {old or new} 100 %", f"wait until {new} has no open request")),
        Step(
            f"start {new}",
            (*(str(pull(each)) for each in images.values()), str(colour_up(settings, new, made))),
        ),
        Step(f"ask {new}", ("GET /ready, /version; POST /v1/ask; GET the pages",)),
    ]
    watched = f"watch {settings.canary.seconds:g} s: health, errors and times against {old}'s"
    if old:
        found.append(
            Step(
                f"try {new}",
                (
                    f"route {old} {100 - settings.canary.percent} %, {new} {settings.canary.percent} %",
                    watched,
                ),
            )
        )
    found.append(
        Step(f"switch to {new}", (f"route {new} 100 %", *((watched, f"{old} stays warm") if old else ())))
    )
    return found


def _state(host: Host) -> State | None:
    return host.state() if host.exists else None
