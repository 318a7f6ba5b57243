"""Exceptions: findings that are accepted for a stated reason, until a stated day. One TOML file holds all.

Each has the check, the finding's id, where it may occur, why it is accepted, and its last day:

    [[exception]]
    check = "bandit"
    id = "B608"
    where = "finchat_sec_qa/store/*"    # a glob over the place, with or without its line; * crosses /
    reason = "statements are put together from constants; every value is bound"
    expires = 2027-06-30

An exception that matches nothing any more is a fault, unless it says `base_image = true`: what a base image
brings differs from one machine to the next.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from delivery.scan.errors import ExceptionsError
from delivery.scan.model import Finding, Severity
from delivery.toml_file import read_toml

NAME = "exceptions"  # as the check of a finding about an exception
FIELDS = ("check", "id", "where", "reason", "expires")
BASE_IMAGE = "base_image"
LONGEST = timedelta(days=366)  # one that nobody looks at again is a rule, and belongs to the tool's settings


@dataclass(frozen=True, slots=True)
class Accepted:
    """One exception; `number` counts them from 1 in their file. Its last day is `expires`."""

    number: int
    check: str
    id: str
    where: str
    reason: str
    expires: date
    base_image: bool = False

    def covers(self, finding: Finding) -> bool:
        """Whether it is about that finding; whether it still holds is another question."""
        places = (finding.place, finding.where)
        return (
            (self.check, self.id) == (finding.check, finding.id)
            and any(fnmatchcase(place, self.where) for place in places)
        )  # fmt: skip

    @property
    def title(self) -> str:
        """The exception, for a message about it."""
        return f"exception {self.number} ({self.check} {self.id} in {self.where or 'no place'})"


@dataclass(frozen=True, slots=True)
class Book:
    """The exceptions of a file, as of a day; `checks` has the names of all checks that there are."""

    file: str
    entries: tuple[Accepted, ...]
    checks: frozenset[str]
    today: date

    def holding(self) -> list[Accepted]:
        """Those that are still good and say why."""
        return [entry for entry in self.entries if entry.expires >= self.today and entry.reason.strip()]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings that stay, those that are accepted with why, and what is wrong with exceptions themselves."""

    stay: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]
    faults: tuple[Finding, ...]


def read(file: Path) -> tuple[Accepted, ...]:
    """The file's exceptions. Raises ExceptionsError when it is not as the module says."""
    entries = read_toml(file, ExceptionsError)
    unknown = set(entries) - {"exception"}
    if unknown or not isinstance(entries.get("exception", []), list):
        raise ExceptionsError(
            f"{file}: holds [[exception]] tables only; take out {', '.join(sorted(unknown))}"
        )
    return tuple(_entry(file, number, entry) for number, entry in enumerate(entries.get("exception", []), 1))


def _entry(file: Path, number: int, entry: dict[str, Any]) -> Accepted:
    wrong = (set(entry) - {BASE_IMAGE}) ^ set(FIELDS)
    # A missing reason is a finding of the scan, so that all of them are told at once.
    if wrong - {"reason"}:
        raise ExceptionsError(f"{file}: exception {number}: missing or unknown: {', '.join(sorted(wrong))}")
    if type(entry["expires"]) is not date:
        raise ExceptionsError(f"{file}: exception {number}: expires is a day, as in expires = 2027-06-30")
    texts = {name: entry.get(name, "") for name in FIELDS[:-1]}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ExceptionsError(f"{file}: exception {number}: {name} is a text in quotes")
    base_image = entry.get(BASE_IMAGE, False)
    if not isinstance(base_image, bool):
        raise ExceptionsError(f"{file}: exception {number}: {BASE_IMAGE} is true or false")
    return Accepted(number=number, expires=entry["expires"], base_image=base_image, **texts)


def apply(book: Book, findings: Sequence[Finding], complete: Collection[str]) -> Sorted:
    """Sort the findings by the exceptions that hold today.

    `complete` names the checks that looked at everything they should: only of those can be said that an
    exception matches nothing any more.
    """
    holding = book.holding()
    stay, accepted = [], []
    for finding in findings:
        entry = next((each for each in holding if each.covers(finding)), None)
        if entry is None:
            stay.append(finding)
        else:
            accepted.append((finding, entry))
    faults = [
        Finding(NAME, book.file, 0, rule, f"{entry.title} {message}", Severity.MEDIUM)
        for entry in book.entries
        for rule, message in (
            *_untimely(entry, book.today),
            *_unfounded(entry, book.checks),
            *_needless(entry, findings, complete),
        )
    ]
    return Sorted(tuple(stay), tuple(accepted), tuple(faults))


def _untimely(entry: Accepted, today: date) -> Iterator[tuple[str, str]]:
    if entry.expires < today:
        yield "expired", f"expired on {entry.expires}; mend the finding, or judge it anew"
    if entry.expires > today + LONGEST:
        yield "too-long", f"lasts beyond {today + LONGEST}; name an earlier day"


def _unfounded(entry: Accepted, checks: Collection[str]) -> Iterator[tuple[str, str]]:
    if not entry.reason.strip():
        yield "no-reason", "has no reason; say why the finding is acceptable"
    if entry.check not in checks:
        yield "unknown-check", f"names no check; there are {', '.join(sorted(checks))}"


def _needless(
    entry: Accepted, findings: Sequence[Finding], complete: Collection[str]
) -> Iterator[tuple[str, str]]:
    matched = any(entry.covers(finding) for finding in findings)
    if entry.check in complete and not matched and not entry.base_image:
        yield "matches-nothing", "matches nothing any more; take it out"
