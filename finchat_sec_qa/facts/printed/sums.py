"""Rows that add up: which rows above a total are its parts, proven in every column."""

from collections.abc import Sequence
from decimal import Decimal

MOST_PARTS = 30  # rows above a total that are looked at

Vector = tuple[Decimal, ...]


def parts_of(rows: Sequence[Vector], total: int) -> list[int] | None:
    """The rows right above row `total` that add up to it, sums among them included; None where none do.

    The shortest run wins, with the rows above it that its first row sums. A sum may stand below the rows
    that it sums or above them.
    """
    least = max(-1, total - MOST_PARTS - 1)
    for first in range(total - 2, least, -1):
        if adds_up(rows[first:total], rows[total]):
            for further in range(first - 2, least, -1):
                if any(rows[first]) and adds_up(rows[further:first], rows[first]):
                    return list(range(further, total))
            return list(range(first, total))
    return None


def adds_up(rows: Sequence[Vector], total: Vector) -> bool:
    """Whether rows without their subtotals are the total; two or more of them are not zero."""
    if sum(any(row) for row in rows) < 2:
        return False
    left = _without_sums_below(rows)
    return _sum(left) == total or _sum(_without_sums_above(left)) == total


def _without_sums_below(rows: Sequence[Vector]) -> list[Vector]:
    """Each sum in the place of the rows that it sums, which stand above it."""
    left: list[Vector] = []
    for row in rows:
        for size in range(2, len(left) + 1):
            if any(row) and _sum(left[-size:]) == row:
                del left[-size:]
                break
        left.append(row)
    return left


def _without_sums_above(rows: Sequence[Vector]) -> list[Vector]:
    """Each sum in the place of the rows that it sums, which stand below it."""
    left: list[Vector] = []
    at = 0
    while at < len(rows):
        row = rows[at]
        left.append(row)
        at += 1
        for size in range(2, len(rows) - at + 1):
            if any(row) and _sum(rows[at : at + size]) == row:
                at += size
                break
    return left


def _sum(rows: Sequence[Vector]) -> Vector:
    return tuple(sum(column, Decimal(0)) for column in zip(*rows, strict=True))
