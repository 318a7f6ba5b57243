"""The record of one build: what stands on one line of the history."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt

from delivery.metrics.progress import EXPORT, INTERNAL, SBOM, Progress, covered

# Seconds in which no step ran: BuildKit looks for cached results and compares contents.
BETWEEN = "between steps"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Frozen):
    """A stage of the Dockerfile, or what BuildKit does by itself.

    `seconds` during which one of its steps ran; `steps` in all, `cached` of them. Of BuildKit's own doings,
    which have a space in their names, none counts as a step.
    """

    seconds: NonNegativeFloat
    steps: NonNegativeInt
    cached: NonNegativeInt


class Layer(_Frozen):
    """`compressed` is the size of the blob, `unpacked` that of the files which the image still shows of it.

    Both in bytes. `base` tells the base image's layers, null when it is not known.
    """

    digest: str
    compressed: NonNegativeInt
    unpacked: NonNegativeInt
    base: bool | None


class Image(_Frozen):
    """Sizes in bytes, counts of packages; `sbom` is the number of packages that its attested SBOM lists.

    Null says "not known": `above_base`, the compressed size without the base's layers, where the base is not
    at hand; `sbom` where none is attested.
    """

    digest: str
    compressed: NonNegativeInt
    unpacked: NonNegativeInt
    above_base: NonNegativeInt | None
    layers: tuple[Layer, ...]
    python_packages: NonNegativeInt
    debian_packages: NonNegativeInt
    sbom: NonNegativeInt | None


class Record(_Frozen):
    """One build. `started` is UTC, `seconds` wall time; `machine` names system, processor and cores.

    `vulnerabilities` counts by severity what each check of the security scan found at that revision, accepted
    ones included; null where that check was not made.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    revision: str
    version: str
    machine: str
    started: datetime
    seconds: NonNegativeFloat
    stages: Mapping[str, Stage]
    images: Mapping[str, Image]
    vulnerabilities: Mapping[str, Mapping[str, NonNegativeInt] | None]

    @property
    def steps(self) -> int:
        """Instructions of all stages."""
        return sum(stage.steps for stage in self.stages.values())

    @property
    def cached(self) -> int:
        """Those of them that came from the cache."""
        return sum(stage.cached for stage in self.stages.values())

    @property
    def work(self) -> frozenset[str]:
        """Stages in which anything really ran: builds that did the same work can be compared."""
        return frozenset(name for name, stage in self.stages.items() if stage.cached < stage.steps)

    def line(self) -> str:
        """The record as one line of JSON, with a newline."""
        return self.model_dump_json(by_alias=True) + "\n"


def stages(progress: Progress) -> dict[str, Stage]:
    """The stages of a build, BuildKit's own doings last."""
    found: dict[str, Stage] = {}
    own = (INTERNAL, EXPORT, SBOM)
    names = sorted({step.stage for step in progress.steps}, key=lambda name: (name in own, name))
    for name in names:
        steps = [step for step in progress.steps if step.stage == name]
        counted = [step for step in steps if step.counted]
        found[name] = Stage(
            seconds=round(covered([step for step in steps if not step.cached]), 3),
            steps=len(counted),
            cached=sum(step.cached for step in counted),
        )
    ran = [step for step in progress.steps if not step.cached]
    found[BETWEEN] = Stage(seconds=round(progress.seconds - covered(ran), 3), steps=0, cached=0)
    return found


def made(
    progress: Progress,
    images: Mapping[str, Image],
    *,
    revision: str,
    version: str,
    machine: str,
    vulnerabilities: Mapping[str, Mapping[str, int] | None],
) -> Record:
    """The record of that build."""
    return Record(
        revision=revision,
        version=version,
        machine=machine,
        started=datetime.fromtimestamp(progress.started, UTC).replace(microsecond=0),
        seconds=round(progress.seconds, 3),
        stages=stages(progress),
        images=images,
        vulnerabilities=vulnerabilities,
    )
