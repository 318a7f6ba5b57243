"""The values of a release-check: one check's outcome, and the verdict on a commit."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not checked"]


class NotCheckedError(Exception):
    """A check could not be done; the message says what is missing. It never counts as passed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check saw: `faults` fail it. `manifests` are the platform manifests it proved, by image."""

    detail: str
    faults: tuple[str, ...] = ()
    manifests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a verdict; `seconds` it took."""

    name: str
    outcome: Outcome
    detail: str
    seconds: float
    manifests: tuple[tuple[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it was done, and found no fault."""
        return self.outcome == "passed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a commit. `partial`: some checks were not asked for, so it is none on a release.

    `started` is in seconds since 1970; `remarks` say what was left out on purpose.
    """

    revision: str
    version: str
    partial: bool
    checks: tuple[Check, ...]
    started: float
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was checked, and passed."""
        return not self.partial and bool(self.checks) and all(each.passed for each in self.checks)

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if any(each.outcome == "failed" for each in self.checks):
            return "failed"
        if any(each.outcome == "not checked" for each in self.checks) or not self.checks:
            return "not checked"
        return "partial" if self.partial else "passed"

    @property
    def manifests(self) -> Mapping[str, str]:
        """The digest of each image's platform manifest, as it was proved to come from the commit."""
        return dict(pair for each in self.checks for pair in each.manifests)

    def document(self) -> dict[str, Any]:
        """The verdict as JSON has it: what `make deploy-prod` reads."""
        return {
            "schema": "finchat.release-check/1",
            "passed": self.passed,
            "verdict": self.word,
            "partial": self.partial,
            "revision": self.revision,
            "version": self.version,
            "manifests": dict(self.manifests),
            "started": self.started,
            "seconds": self.seconds,
            "remarks": list(self.remarks),
            "checks": [
                {**{k: v for k, v in asdict(each).items() if k != "manifests"}, "passed": each.passed}
                for each in self.checks
            ],
        }
