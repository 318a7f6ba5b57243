"""The values that pass between checks, exceptions and report, and the port every check implements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from delivery.scan.image import Image
from delivery.scan.tools import Toolbox


class Severity(StrEnum):
    """How bad a finding is, by the tool's own word; every finding fails the scan."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault.

    `place` is a file relative to the project's root, "name==version" of a dependency, or "IMAGE PATH" for
    what is inside an image. `line` counts from 1; 0 means the whole place.
    """

    check: str
    place: str
    line: int
    id: str
    message: str
    severity: Severity = Severity.MEDIUM

    @property
    def where(self) -> str:
        """The place, with its line when there is one."""
        return f"{self.place}:{self.line}" if self.line else self.place


@dataclass(frozen=True, slots=True)
class Missing:
    """An image that was asked for and cannot be looked into, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to.

    `not_checked` holds one reason for each part that could not be checked; an outcome with any is never
    "clean". `looked_at` says in a few words what was really read. `sarif` is the tool's own report, if any.
    """

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[str, ...] = ()
    looked_at: str = ""
    sarif: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a scan looks at: a checkout, images, and the programs it may use."""

    root: Path
    tools: Toolbox
    images: tuple[Image | Missing, ...] = field(default=())


class Check(Protocol):
    """One independent check."""

    @property
    def name(self) -> str:
        """The name for --only and for exceptions."""

    @property
    def needs(self) -> str:
        """What has to be there for it to run, in words."""

    def run(self, scope: Scope) -> Outcome:
        """Look; NotCheckedError when nothing at all could be checked."""


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several, in their order."""
    return Outcome(
        findings=tuple(finding for each in outcomes for finding in each.findings),
        not_checked=tuple(reason for each in outcomes for reason in each.not_checked),
        looked_at="; ".join(each.looked_at for each in outcomes if each.looked_at),
    )
