"""The values of a validation: what a check found, the check with its outcome, and the report on a release."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import httpx

from deploy.errors import DeployError
from deploy.model import Release

Outcome = Literal["passed", "failed", "not checked"]


class NotCheckedError(DeployError):
    """A check could not be done; the message says what is missing. It never counts as passed."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over time. Every series has a value, or None for a gap, for each of `labels` (seconds)."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a check saw. Any of `faults` fails it; `figures` are numbers, whose names tell the unit."""

    detail: str
    faults: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a validation; `seconds` it took."""

    name: str
    outcome: Outcome
    detail: str
    seconds: float
    figures: Mapping[str, float] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it was done, and found no fault."""
        return self.outcome == "passed"

    def document(self) -> dict[str, Any]:
        """The check as JSON has it."""
        return {**asdict(self), "passed": self.passed}


def perform(name: str, look: Callable[[], Found]) -> Check:
    """Do a check, and say how it ended. What keeps it from its end fails it, unless it says "not checked"."""
    began = time.monotonic()

    def ended(outcome: Outcome, detail: str, found: Found | None = None) -> Check:
        seconds = round(time.monotonic() - began, 2)
        if found is None:
            return Check(name, outcome, detail, seconds)
        return Check(name, outcome, detail, seconds, found.figures, found.charts)

    try:
        found = look()
    except NotCheckedError as error:
        return ended("not checked", str(error))
    except (DeployError, httpx.HTTPError) as error:
        return ended("failed", str(error) or type(error).__name__)
    if found.faults:
        return ended("failed", "; ".join((found.detail, *found.faults)), found)
    return ended("passed", found.detail, found)


@dataclass(frozen=True, slots=True)
class Report:
    """What was tried and what came of it. `standard`: by the limits and questions that this package brings.

    `started` is in seconds since 1970.
    """

    environment: str
    release: Release
    standard: bool
    checks: tuple[Check, ...]
    started: float
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether there were checks, and every one passed."""
        return bool(self.checks) and all(each.passed for each in self.checks)

    def document(self) -> dict[str, Any]:
        """The report as JSON has it: what deploy/record.py looks up."""
        made = self.release
        return {
            "schema": "finchat.staging/1",
            "passed": self.passed,
            "standard": self.standard,
            "environment": self.environment,
            "api": made.api,
            "webapp": made.webapp,
            "revision": made.revision,
            "version": made.version,
            "started": self.started,
            "seconds": self.seconds,
            "checks": [each.document() for each in self.checks],
        }
