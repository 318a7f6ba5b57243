"""One scan, from the checks to a report."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from delivery.scan import exceptions
from delivery.scan.errors import NotCheckedError
from delivery.scan.exceptions import Accepted, Book
from delivery.scan.model import Check, Finding, Outcome, Scope

CLEAN, FINDINGS, NOT_CHECKED = 0, 1, 4


@dataclass(frozen=True, slots=True)
class Result:
    """A check after the exceptions: its outcome with the findings that stay, and those accepted."""

    name: str
    outcome: Outcome
    accepted: tuple[tuple[Finding, Accepted], ...] = ()
    seconds: float = 0.0

    @property
    def state(self) -> str:
        """findings, not checked (wholly or in part), or clean; clean means that everything was looked at."""
        if self.outcome.findings:
            return "findings"
        return "not checked" if self.outcome.not_checked else "clean"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks that were asked for; the last one is about the exceptions themselves."""

    results: tuple[Result, ...]

    def exit_code(self, *, strict: bool) -> int:
        """1 with findings; with `strict` 4 when anything was not checked; else 0."""
        if any(result.outcome.findings for result in self.results):
            return FINDINGS
        if strict and any(result.outcome.not_checked for result in self.results):
            return NOT_CHECKED
        return CLEAN


def scan(checks: Sequence[Check], scope: Scope, book: Book) -> Report:
    """Run the checks side by side and hold what they found against the exceptions."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        raw = list(pool.map(lambda check: _timed(check, scope), checks))
    complete = {result.name for result in raw if not result.outcome.not_checked}
    found = [finding for result in raw for finding in result.outcome.findings]
    split = exceptions.apply(book, found, complete)
    about = Outcome(split.faults, looked_at=f"{len(book.entries)} in {book.file}")
    return Report((*(_without(result, split) for result in raw), Result(exceptions.NAME, about)))


def _timed(check: Check, scope: Scope) -> Result:
    started = time.perf_counter()
    try:
        outcome = check.run(scope)
    except NotCheckedError as reason:
        outcome = Outcome(not_checked=(str(reason),))
    return Result(check.name, outcome, seconds=time.perf_counter() - started)


def _without(result: Result, split: exceptions.Sorted) -> Result:
    """The result with its accepted findings set apart."""
    raw = result.outcome
    stay = tuple(finding for finding in split.stay if finding.check == result.name)
    accepted = tuple(pair for pair in split.accepted if pair[0].check == result.name)
    outcome = Outcome(stay, raw.not_checked, raw.looked_at, raw.sarif)
    return Result(result.name, outcome, accepted, result.seconds)
