"""From a commit to a release: both images are resolved and must pass the gate before a host is touched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from deploy import gate
from deploy.errors import DeployError
from deploy.gate.model import Verdict
from deploy.gate.policy import read
from deploy.model import Release
from deploy.settings import Settings


def references(settings: Settings, tag: str) -> dict[str, str]:
    """The references of both images by a tag: a commit, or a version."""
    return {"api": f"{settings.images.api}:{tag}", "webapp": f"{settings.images.webapp}:{tag}"}


def admit(
    settings: Settings, images: dict[str, str], revision: str | None, now: datetime
) -> tuple[Release, dict[str, Verdict]]:
    """The release made of two images, if both pass. Raises GateRefusal that lists every failed check."""
    policy = read(settings.policy)
    with ThreadPoolExecutor(len(images)) as pool:
        asked = {
            name: pool.submit(gate.inspect, reference, policy=policy, revision=revision, now=now)
            for name, reference in images.items()
        }
        verdicts = {name: each.result() for name, each in asked.items()}
    refused = [
        f"{images[name]}: {check.name}: {check.detail}\n    {check.advice}"
        for name, verdict in verdicts.items()
        for check in verdict.refusals
    ]
    if refused:
        raise GateRefusal("the gate refuses:\n  " + "\n  ".join(refused), figures(verdicts))
    made_of = {verdict.revision for verdict in verdicts.values()}
    if len(made_of) != 1:
        raise DeployError(
            f"the images are of different commits: {', '.join(sorted(map(str, made_of)))}; name one"
        )
    release = Release(
        revision=str(made_of.pop()),
        version=str(verdicts["api"].version),
        api=verdicts["api"].pinned,
        webapp=verdicts["webapp"].pinned,
        created={name: each.created.timestamp() for name, each in verdicts.items() if each.created},
    )
    return release, verdicts


class GateRefusal(DeployError):  # noqa: N818 - it is a refusal, and the field's word for it
    """An image that did not show what it must. `figures`: 1 for every check that failed."""

    def __init__(self, message: str, figures: dict[str, int]) -> None:
        super().__init__(message)
        self.figures = figures


def figures(verdicts: dict[str, Verdict]) -> dict[str, int]:
    """1 for each check that either image failed, 0 for the others."""
    found: dict[str, int] = {}
    for verdict in verdicts.values():
        failed = {check.name for check in verdict.refusals}
        for check in verdict.checks:
            found[check.name] = max(found.get(check.name, 0), int(check.name in failed))
    return found
