"""What a build may cost, and which figures of a record are over it."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError

from delivery.metrics.errors import LimitsError
from delivery.metrics.record import Image, Record

DEFAULT = Path(__file__).with_name("limits.toml")
_MB = 1_000_000


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trend(_Table):
    """How far a figure may be from the median of the last `window` builds, of which there must be `least`."""

    window: PositiveInt
    least: PositiveInt
    size_percent: PositiveFloat
    duration_factor: PositiveFloat
    duration_slack_seconds: PositiveFloat


class Most(_Table):
    """The most that one image may have above its base, compressed, in millions of bytes."""

    above_base_mb: PositiveFloat


class Required(_Table):
    """What every image must have."""

    sbom: bool


class Limits(_Table):
    """The file of limits; limits.toml says what each means."""

    images: Mapping[str, Most]
    trend: Trend
    required: Required
    vulnerabilities: Mapping[str, NonNegativeInt] = Field(default_factory=dict)


def read(path: Path = DEFAULT) -> Limits:
    """The limits in that file. Raises LimitsError."""
    try:
        return Limits.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise LimitsError(f"{path}: {key}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise LimitsError(f"{path}: {error}; name another file with --limits") from error


def over(record: Record, earlier: Sequence[Record], limits: Limits) -> tuple[str, ...]:
    """Why the build is over its limits, a sentence for each figure; `earlier` builds are oldest first."""
    return (
        *_sizes(record, limits),
        *_growth(record, earlier, limits.trend),
        *_duration(record, earlier, limits.trend),
        *_sboms(record, limits.required),
        *_vulnerabilities(record, limits.vulnerabilities),
    )


def not_checked(record: Record, earlier: Sequence[Record], limits: Limits) -> tuple[str, ...]:
    """Which limits could not be held against the build, and why."""
    trend = limits.trend
    known = [
        (f"{name}: size above its base", image.above_base is not None, "the base image is not at hand")
        for name, image in record.images.items()
        if name in limits.images
    ]
    known += [
        (f"{name}: any limit of size", name in record.images, "the build was not of it")
        for name in limits.images
    ]
    known += [
        (f"{name}: growth", len(_known(earlier, name, trend)) >= trend.least, "too few earlier builds")
        for name in record.images
    ]
    known.append(("duration", len(_alike(record, earlier, trend)) >= trend.least, "too few builds like it"))
    known += [
        (f"vulnerabilities ({source})", counts is not None, "not scanned at this revision")
        for source, counts in record.vulnerabilities.items()
    ]
    return tuple(f"{what}: {why}" for what, is_known, why in known if not is_known)


def _sizes(record: Record, limits: Limits) -> Iterator[str]:
    for name, most in limits.images.items():
        image = record.images.get(name)
        if image and image.above_base is not None and image.above_base > most.above_base_mb * _MB:
            yield (
                f"{name}: {image.above_base / _MB:.1f} MB compressed above its base; "
                f"at most {most.above_base_mb:g} MB"
            )


def _growth(record: Record, earlier: Sequence[Record], trend: Trend) -> Iterator[str]:
    for name, image in record.images.items():
        before = _known(earlier, name, trend)
        if len(before) < trend.least:
            continue
        size, usual = _size(image), median(_size(each) for each in before)
        if size > usual * (1 + trend.size_percent / 100):
            yield (
                f"{name}: {size / _MB:.1f} MB compressed is {100 * (size / usual - 1):.0f} % over "
                f"the median of the last {len(before)} builds ({usual / _MB:.1f} MB); "
                f"at most {trend.size_percent:g} %"
            )


def _size(image: Image) -> int:
    """What is held against earlier builds: without the base where that is known, for that grows by itself."""
    return image.compressed if image.above_base is None else image.above_base


def _known(earlier: Sequence[Record], name: str, trend: Trend) -> list[Image]:
    return [each.images[name] for each in earlier if name in each.images][-trend.window :]


def _duration(record: Record, earlier: Sequence[Record], trend: Trend) -> Iterator[str]:
    alike = _alike(record, earlier, trend)
    if len(alike) < trend.least:
        return
    usual = median(each.seconds for each in alike)
    if record.seconds > max(usual * trend.duration_factor, usual + trend.duration_slack_seconds):
        slowest = max(record.stages, key=_slower(record, alike))
        yield (
            f"the build took {record.seconds:.1f} s, {record.seconds / usual:.1f} times the median of the "
            f"last {len(alike)} builds like it ({usual:.1f} s); at most {trend.duration_factor:g} times; "
            f"most of what it took longer was {slowest}"
        )


def _slower(record: Record, alike: Sequence[Record]) -> Callable[[str], float]:
    """How many seconds more a stage took than it usually does."""

    def seconds(stage: str) -> float:
        usual = [each.stages[stage].seconds for each in alike if stage in each.stages]
        return record.stages[stage].seconds - (median(usual) if usual else 0)

    return seconds


def _alike(record: Record, earlier: Sequence[Record], trend: Trend) -> list[Record]:
    """Earlier builds whose time can be compared: on the same machine, with the same left by the cache."""
    fit = [each for each in earlier if each.machine == record.machine and each.work == record.work]
    return fit[-trend.window :]


def _sboms(record: Record, required: Required) -> Iterator[str]:
    for name, image in record.images.items():
        if required.sbom and not image.sbom:
            said = "no SBOM is attested" if image.sbom is None else "the attested SBOM lists no package"
            yield f"{name}: {said}; build with ATTEST=true"


def _vulnerabilities(record: Record, most: Mapping[str, int]) -> Iterator[str]:
    for source, counts in record.vulnerabilities.items():
        for severity, limit in most.items():
            if counts is not None and counts.get(severity, 0) > limit:
                yield (
                    f"{counts[severity]} {severity} vulnerabilities by the check {source}; at most {limit}; "
                    "make security-scan names them"
                )
