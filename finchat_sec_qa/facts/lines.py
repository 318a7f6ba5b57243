"""The lines of a balance sheet that a total is the sum of, found by adding up what stands above it.

Where they make the total to the last digit the list is complete: what has no line among them is zero, or part
of another line.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from finchat_sec_qa.model.fact import Fact

MOST_LINES = 30  # under one total
LEAST_LINES = 2
DEEPEST = 2  # subtotals within subtotals
ASIDES = ("Allowance", "Accumulated")  # told in brackets beside a line's label: no lines of their own


def lines_of(total: Fact, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts of the lines, in their order; empty where nothing above the total adds up to it.

    `facts` are of the total's document. Lines that make a subtotal are told instead of it.
    """
    above = {
        fact.start: fact
        for fact in facts
        if fact.value is not None
        and (fact.document, fact.period, fact.unit) == (total.document, total.period, total.unit)
        and not fact.dimensions
        and fact.start < fact.end <= total.start
        and not fact.concept.rpartition(":")[2].startswith(ASIDES)
    }
    rows = [above[start] for start in sorted(above, reverse=True)]
    found = _adding_up(rows, 0, total.value, 0) if total.value is not None else None
    return tuple(reversed(found[0])) if found else ()


def _adding_up(rows: Sequence[Fact], at: int, total: Decimal, depth: int) -> tuple[list[Fact], int] | None:
    """Rows from `at` on that make the total, and the place after them; None where they never do."""
    left, found, count = total, list[Fact](), 0
    while at < len(rows) and count < MOST_LINES:
        fact = rows[at]
        value = fact.value or Decimal(0)
        parts = _adding_up(rows, at + 1, value, depth + 1) if value and depth < DEEPEST else None
        found += parts[0] if parts else [fact]
        at = parts[1] if parts else at + 1
        left, count = left - value, count + 1
        if left == 0 and count >= LEAST_LINES:
            return found, at
    return None
