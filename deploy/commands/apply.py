"""`apply`: gate, then every host in turn."""

from datetime import UTC, datetime

import click

from deploy import change, record, release, story
from deploy.commands import options
from deploy.errors import DeployError, EngineError
from deploy.host import Host
from deploy.model import Event, Release
from deploy.settings import load


@click.command
@options.environment
@click.option("--tag", required=True, help="Of both images: a commit, or a version.")
@click.option("--revision", help="Commit that the images must be made of; default: TAG where it is a commit.")
@options.as_json
def apply(environment: str, tag: str, revision: str | None, *, as_json: bool) -> None:
    """Deploy the images with a tag to every host of an environment, in turn.

    Both images must pass the gate (the environment's policy) before anything moves. The new release starts
    beside the old one, is tried on a share of the requests and compared with the old one's own figures, gets
    all requests, and is watched once more. At any trouble all requests go back to the old one.

    \b
    Examples:
      python -m deploy apply staging --tag "$(git rev-parse HEAD)"
      python -m deploy apply production --tag v1.4.0
    """  # noqa: D301 - \b is for click
    settings = load(environment)
    commit = revision or (tag if _is_commit(tag) else None)
    if settings.production:
        commit = record.commit_of(tag)
        if revision not in {None, commit}:
            raise DeployError(f"{tag} is commit {commit}, not {revision}; leave --revision out")
        checked = record.release_check_for(commit, tag)
    hosts = options.hosts(settings)
    images = release.references(settings, tag.removeprefix("v") if settings.production else tag)
    hosts[0].say(f"gate: {', '.join(images.values())}")
    try:
        made, verdicts = release.admit(settings, images, commit, datetime.now(UTC))
    except release.GateRefusal as refusal:
        _remember(hosts, refusal.figures)
        raise
    if settings.production:
        record.same_manifests(checked, {name: each.manifest for name, each in verdicts.items()})
        record.report_for(settings, made)
    done = _each(hosts, made, release.figures(verdicts))
    if as_json:
        options.show({"release": made.model_dump(), "hosts": [each.model_dump(mode="json") for each in done]})
    else:
        click.echo(
            f"{made.revision[:12]} ({made.version}) serves as {done[0].colour} after {done[0].seconds:g} s"
        )


def _each(hosts: list[Host], made: Release, gate: dict[str, int]) -> list[Event]:
    """Host after host. One that fails sends those before it back too: an environment is of one release."""
    done: list[tuple[Host, Event]] = []
    for host in hosts:
        try:
            done.append((host, story.deploy(host, made, gate)))
        except BaseException:
            for earlier, _ in reversed(done):
                earlier.say(f"back on {earlier.engine.context}, since {host.engine.context} failed")
                change.switch(earlier, None, "rollback")
            raise
    return [event for _, event in done]


def _remember(hosts: list[Host], figures: dict[str, int]) -> None:
    """Tell the stacks that exist which checks refused, for their metrics."""
    for host in hosts:
        try:
            if host.exists:
                with host.session() as session:
                    session.keep(session.state().but(gate=figures))
        except (EngineError, DeployError) as error:
            host.say(f"the refusal cannot be kept on {host.engine.context}: {error}")


def _is_commit(tag: str) -> bool:
    return len(tag) == 40 and all(letter in "0123456789abcdef" for letter in tag)
