"""What changed between two ledgers, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.eval.ledger import Key, Line


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose outcome is another; `how` says what, from earlier to now."""

    set: str
    id: str
    company: str
    question: str
    how: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Questions that got worse and better; how many are new, and which were not asked again."""

    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    new: int
    gone: tuple[Key, ...]


def compare(earlier: Sequence[Line], now: Sequence[Line]) -> Changes:
    """Compare by set and id. A question asked in other words is a new one.

    Worse in one respect (verdict, proof cited, verified) is worse, whatever got better besides. Only sets
    of which something was asked now are looked at.
    """
    asked = {line.set for line in now}
    before = {(*line.key, line.question): line for line in earlier if line.set in asked}
    after = {(*line.key, line.question): line for line in now}
    worse: list[Change] = []
    better: list[Change] = []
    for key in before.keys() & after.keys():
        down, up = _moves(before[key], after[key])
        if down:
            worse.append(_change(after[key], down))
        elif up:
            better.append(_change(after[key], up))
    gone = sorted(key[:2] for key in before.keys() - after.keys())
    return Changes(_ordered(worse), _ordered(better), len(after.keys() - before.keys()), tuple(gone))


def _moves(before: Line, after: Line) -> tuple[list[str], list[str]]:
    """In which respects a question got worse, and in which better."""
    down: list[str] = []
    up: list[str] = []
    steps = after.verdict.badness - before.verdict.badness
    if steps:
        (down if steps > 0 else up).append(f"{before.verdict} → {after.verdict}")
    for name, was, now in (
        ("its proof cited", before.cited, after.cited),
        ("verified", before.verified, after.verified),
    ):
        if was is True and now is False:
            down.append(f"{name} → not")
        elif was is False and now is True:
            up.append(f"not {name} → {name}")
    return down, up


def _change(line: Line, how: list[str]) -> Change:
    return Change(line.set, line.id, line.company, line.question, tuple(how), line.why)


def _ordered(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: (change.set, change.id)))
