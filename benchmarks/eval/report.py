"""What a run is reported as: figures against bars, what is not right, what got worse."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.eval.compare import Change, Changes
from benchmarks.eval.ledger import Line
from benchmarks.eval.run import Outcome
from benchmarks.eval.sets import Bar, QuestionSet, bars_of


@dataclass(frozen=True, slots=True)
class Report:
    """One run: its figures with their bars, and how it compares with the baseline.

    `first` where there is no baseline yet; `ledger` is the file that the run has written.
    """

    sets: tuple[QuestionSet, ...]
    outcome: Outcome
    changes: Changes
    first: bool
    ledger: Path

    @property
    def missed(self) -> tuple[tuple[str, Bar], ...]:
        """Set and bar of every figure that does not reach it."""
        return tuple((name, bar) for name, bar, holds in self.bars() if not holds)

    @property
    def unverified(self) -> tuple[Line, ...]:
        """The answers that `verify` does not confirm."""
        return tuple(line for line in self.outcome.lines if line.verified is False)

    @property
    def errors(self) -> int:
        """Questions at which the program failed."""
        return sum(line.error for line in self.outcome.lines)

    @property
    def holds(self) -> bool:
        """Nothing got worse, every bar is met, every answer verified, no question failed."""
        return not (self.missed or self.unverified or self.changes.worse or self.errors)

    def bars(self) -> Iterator[tuple[str, Bar, bool]]:
        """(set, bar, whether it is met) of every bar."""
        for one in self.sets:
            figures = self.outcome.figures[one.name]
            for bar in bars_of(one, figures):
                yield one.name, bar, bar.holds(figures.get(bar.figure))


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    verified = [line.verified for line in report.outcome.lines if line.verified is not None]
    return {
        "holds": report.holds,
        "figures": report.outcome.figures,
        "bars": [
            {"set": name, **asdict(bar), "value": report.outcome.figures[name].get(bar.figure), "met": met}
            for name, bar, met in report.bars()
        ],
        "verdicts": {name: dict(sorted(counts.items())) for name, counts in _verdicts(report).items()},
        "verified": sum(verified),
        "answers": len(verified),
        "compared": not report.first,
        "worse": [asdict(change) for change in report.changes.worse],
        "better": [asdict(change) for change in report.changes.better],
        "new": report.changes.new,
        "not_asked": [f"{name} {key}" for name, key in report.changes.gone],
        "ledger": str(report.ledger),
    }


def as_text(report: Report) -> Iterator[str]:
    """The report in lines for people."""
    yield from _not_right(report.outcome.lines)
    met = {(name, bar.figure): (bar, holds) for name, bar, holds in report.bars()}
    for name, counts in _verdicts(report).items():
        yield f"{name}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        for figure, value in report.outcome.figures[name].items():
            yield f"  {figure:34} {_shown(value):>11}{_against(met.get((name, figure)))}"
    yield from _verification(report)
    yield from _comparison(report)
    yield f"ledger: {report.ledger}"


def _verdicts(report: Report) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {one.name: Counter() for one in report.sets}
    for line in report.outcome.lines:
        counts[line.set][line.verdict] += 1
    return counts


def _shown(value: float | None) -> str:
    return "not checked" if value is None else f"{value:g}"


def _against(bar: tuple[Bar, bool] | None) -> str:
    if bar is None:
        return ""
    return f"   {bar[0].sign} {bar[0].limit:g} {'met' if bar[1] else 'MISSED'}"


def _verification(report: Report) -> Iterator[str]:
    checked = [line for line in report.outcome.lines if line.verified is not None]
    if not checked:
        yield "verify: not checked, no set that answers was asked"
        return
    yield f"verify confirms {len(checked) - len(report.unverified)} of {len(checked)} answers"


def _not_right(lines: Sequence[Line]) -> Iterator[str]:
    """Answers only: what a search misses is in the ledger."""
    for line in lines:
        answered = line.verified is not None or line.error
        if (line.verdict.badness and answered) or line.verified is False:
            yield f"{line.verdict}: {line.set} {line.id} ({line.company}): {line.question}"
            yield f"    {line.why}"


def _comparison(report: Report) -> Iterator[str]:
    changes = report.changes
    if report.first:
        yield "worse than before: not checked, there is no earlier ledger"
        return
    yield from (told for change in changes.better for told in _told("better", change))
    yield from (told for change in changes.worse for told in _told("WORSE", change))
    counts = f"{len(changes.worse)} worse, {len(changes.better)} better, {changes.new} new"
    yield f"since the last good run: {counts}"
    if changes.gone:
        names = ", ".join(f"{name} {key}" for name, key in changes.gone)
        yield f"not compared, since no longer asked: {names}"


def _told(word: str, change: Change) -> Iterator[str]:
    yield f"{word}: {change.set} {change.id} ({change.company}): {', '.join(change.how)}: {change.question}"
    if change.why:
        yield f"    {change.why}"
