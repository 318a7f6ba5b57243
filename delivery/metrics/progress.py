"""BuildKit's progress (`docker buildx bake --progress=rawjson`): steps, their times, what was cached."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from delivery.metrics.errors import ProgressError

# What BuildKit does by itself; with spaces, which no stage of a Dockerfile can have in its name.
INTERNAL, EXPORT, SBOM = "build definition", "image export", "SBOM scan"
_LAST_WORDS = 20  # lines of a failed step's output
_NAME = re.compile(r"\[(?P<where>[^\]]*)\] (?P<what>.*)", re.DOTALL)
_COUNT = re.compile(r"\d+/\d+")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a build. `started` and `ended` are seconds since 1970; both 0 for a cached step.

    `stage` is the Dockerfile's stage, or INTERNAL, EXPORT or SBOM for what BuildKit does by itself.
    """

    name: str
    stage: str
    started: float
    ended: float
    cached: bool

    @property
    def counted(self) -> bool:
        """True for an instruction of the Dockerfile that makes something, which the cache may hold or not.

        FROM makes nothing: whether it counts as cached depends on where the engine keeps the base.
        """
        own = self.stage in {INTERNAL, EXPORT, SBOM}
        return not own and "] LINK " not in self.name and "] FROM " not in self.name


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, with BuildKit's message and the last lines that the step wrote."""

    step: str
    message: str
    output: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A build as its progress tells it."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...]

    @property
    def started(self) -> float:
        """When the first step that really ran began, in seconds since 1970."""
        return min(step.started for step in self.steps if not step.cached)

    @property
    def seconds(self) -> float:
        """From the first step's start to the last one's end."""
        return max(step.ended for step in self.steps if not step.cached) - self.started


class _Vertex(BaseModel):
    """What one line says of one step; later lines say more."""

    model_config = ConfigDict(frozen=True)
    digest: str
    name: str
    started: str = ""
    completed: str = ""
    cached: bool = False
    error: str = ""


class _Log(BaseModel):
    """A piece of a step's output, in base64."""

    vertex: str
    data: str


class _Line(BaseModel):
    """One line of the progress."""

    vertexes: list[_Vertex] = Field(default_factory=list)
    logs: list[_Log] = Field(default_factory=list)


def read_progress(lines: Iterable[str], name: str) -> Progress:
    """The build whose progress these lines are; `name` says where they come from.

    Lines that are no JSON objects, such as warnings of buildx, are passed over. Raises ProgressError for a
    line that is cut off or malformed, and for a progress without a step that ran.
    """
    vertices: dict[str, list[_Vertex]] = {}
    output: dict[str, str] = {}
    for number, text in enumerate(lines, start=1):
        if not text.startswith("{"):
            continue
        line = _read(text, f"{name}:{number}")
        for vertex in line.vertexes:
            vertices.setdefault(vertex.digest, []).append(vertex)
        for log in line.logs:
            output[log.vertex] = output.get(log.vertex, "") + _decoded(log.data, f"{name}:{number}")
    steps = tuple(step for said in vertices.values() if (step := _step(said, name)))
    if all(step.cached for step in steps):
        raise ProgressError(
            f"{name}: no step of a build; write it with docker buildx bake --progress=rawjson"
        )
    return Progress(steps, tuple(_failures(vertices, output)))


def covered(steps: Sequence[Step]) -> float:
    """Seconds during which at least one of the steps ran."""
    total, end = 0.0, 0.0
    for step in sorted(steps, key=lambda each: each.started):
        total += max(0.0, step.ended - max(end, step.started))
        end = max(end, step.ended)
    return total


def _read(text: str, where: str) -> _Line:
    try:
        return _Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]["msg"]
        raise ProgressError(f"{where}: not a line of progress ({first}); build again") from error


def _decoded(data: str, where: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode("utf-8", "replace")
    except binascii.Error as error:
        raise ProgressError(f"{where}: output that is not base64 ({error}); build again") from error


def _step(said: Sequence[_Vertex], name: str) -> Step | None:
    """The step, or None when it did not end, which a failure elsewhere causes."""
    last = said[-1]
    cached = any(each.cached for each in said)
    if not last.completed:
        return None
    # A step that BuildKit looked at twice has the times of its last run. Cached ones have those of long ago.
    times = (0.0, 0.0) if cached else (_seconds(last.started, name), _seconds(last.completed, name))
    return Step(last.name, _stage(last.name), *times, cached)


def _seconds(stamp: str, name: str) -> float:
    """Seconds since 1970. BuildKit writes nanoseconds, which Python reads up to microseconds."""
    whole, _, fraction = stamp.removesuffix("Z").partition(".")
    try:
        parsed = datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}").replace(tzinfo=UTC)
    except ValueError as error:
        raise ProgressError(f"{name}: {stamp!r} is not a time; build again") from error
    return parsed.timestamp()


def _stage(name: str) -> str:
    """The stage in a step's name: `[target platform stage 3/5] RUN …`, all but the count may be missing."""
    match = _NAME.fullmatch(name)
    words = match["where"].split() if match else []
    if match and len(words) > 1 and _COUNT.fullmatch(words[-1]):
        return words[-2]
    what = match["what"] if match else name
    if what.startswith("exporting"):
        return EXPORT
    return SBOM if what.startswith("generating sbom") else INTERNAL


def _failures(vertices: Mapping[str, Sequence[_Vertex]], output: Mapping[str, str]) -> Iterable[Failure]:
    for digest, said in vertices.items():
        last = said[-1]
        # Steps that run at the same time are called off when another one fails.
        if last.error and "context canceled" not in last.error:
            words = output.get(digest, "").splitlines()[-_LAST_WORDS:]
            yield Failure(last.name, last.error, "\n".join(words))
