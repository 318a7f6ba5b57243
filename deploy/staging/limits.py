"""What must be met, from a TOML file; limits.toml beside this is the one that production demands."""

from pathlib import Path

from pydantic import Field

from deploy.tables import Table, read_table

STANDARD = Path(__file__).with_name("limits.toml")


class Rate(Table):
    """How much is asked: `users` at once, together `requests_per_second`; at most `most_failed` may fail."""

    requests_per_second: float = Field(gt=0, le=1000)
    users: int = Field(ge=1, le=200)
    most_failed: int = Field(ge=0)


class Load(Rate):
    """A load of `seconds`; the percentiles are of all requests, streams to their last byte."""

    seconds: float = Field(gt=0, le=3600)
    fewest_requests: int = Field(ge=1, description="with fewer, nothing was shown")
    p95_ms: float = Field(gt=0)
    p99_ms: float = Field(gt=0)


class Soak(Rate):
    """A load of `seconds` during which no container's memory may grow by more than `most_growth_mib`."""

    seconds: float = Field(gt=0, le=24 * 3600)
    fewest_requests: int = Field(ge=1)
    most_growth_mib: float = Field(ge=0)


class Drill(Rate):
    """Faults under load. `most_failed` is for each fault; of a proxy that is killed `most_failed_proxy`."""

    most_failed_proxy: int = Field(ge=0)
    settle_seconds: float = Field(ge=0, le=60)
    recover_seconds: float = Field(gt=0, le=600)


class Limits(Table):
    """All of it."""

    load: Load
    soak: Soak
    drill: Drill
    deploy: Rate


def read(path: Path = STANDARD) -> Limits:
    """The limits in a file. Raises SettingError, which names the file and every wrong key."""
    return read_table(path, Limits)


def is_standard(limits: Limits) -> bool:
    """Whether these are the limits that production demands."""
    return limits == read()
