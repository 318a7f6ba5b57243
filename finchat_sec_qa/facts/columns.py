"""Sums that a printed table states by its layout: a row that the rows above it add up to.

Nothing is read into labels. A row is taken for a sum where the run of rows above it, with sums among them in
the place of what they sum, makes exactly its number in all other columns. What the same rows make in the
column in question is then either its number too, or the table's own disagreement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.model.document import Cell, Table

MOST_ROWS = 90  # above a row that are looked at: a balance sheet has forty
MOST_COLUMNS = 8
FEWEST_DIGITS = 4  # of a sum as another column prints it: small numbers add up by chance


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """The cells of one column that are summed, top first, and what they make."""

    parts: tuple[Cell, ...]
    total: Decimal


class Columns:
    """The numbers of one table, by row and column."""

    def __init__(self, table: Table, unit: str) -> None:
        """Only numbers in `unit` are summed."""
        self._cells: dict[int, dict[int, Cell]] = {}
        for cell in table.cells:
            if cell.value is not None and cell.unit == unit:
                self._cells.setdefault(cell.row, {})[cell.column] = cell
        self._firsts: dict[int, int | None] = {}
        self._least = Decimal(1).scaleb(table.scale + FEWEST_DIGITS - 1)

    def sum_at(self, row: int, column: int, number: Decimal) -> ColumnSum | None:
        """What the number in this cell is stated to be the sum of; None where the table states nothing."""
        others = [at for at in self._columns(row) if at != column]
        if not any(abs(self._number(row, at)) >= self._least for at in others):
            return None
        parts = self._parts(row, others)
        return self._with_more(row, parts, column, number) if parts else None

    def _with_more(self, row: int, parts: list[int], column: int, number: Decimal) -> ColumnSum | None:
        """The sum of the parts, or of some rows more that have a number in this column only.

        None where the parts do not make the number and such rows stand above or among them: nothing shows
        that they belong to it, or with which sign.
        """
        found = self._sum(parts, column)
        if found is None or found.total == number:
            return found
        columns = [at for at in self._columns(row) if at != column]
        more = list(parts)
        for above in list(self._run_up(row))[len(parts) :]:
            if any(self._number(above, at) for at in columns):
                break
            more.append(above)
            longer = self._sum(more, column)
            if longer is not None and longer.total == number:
                return longer
        here = [at for at in more if self._number(at, column)]
        certain = all(any(self._number(at, one) for one in columns) for at in here)
        # where another row prints what the parts make, they are that row's
        return found if certain and not self._prints(found.total, row, column) else None

    def _prints(self, number: Decimal, row: int, column: int) -> bool:
        """Whether another row than this one prints the number, whatever its sign."""
        return any(abs(self._number(at, column)) == abs(number) for at in self._cells if at != row)

    def _sum(self, parts: Sequence[int], column: int) -> ColumnSum | None:
        cells = [cell for at in reversed(parts) if (cell := self._cells[at].get(column)) is not None]
        told = [cell for cell in cells if cell.value]
        return ColumnSum(tuple(told), _total(told)) if len(told) > 1 else None

    def _first(self, row: int) -> int | None:
        """The first row of the run that a row is the sum of in all its columns; None for no sum."""
        if row not in self._firsts:
            self._firsts[row] = None  # while it is looked for
            parts = self._parts(row, self._columns(row))
            if parts:
                first = self._first(parts[-1])
                self._firsts[row] = parts[-1] if first is None else first
        return self._firsts[row]

    def _parts(self, row: int, columns: Sequence[int]) -> list[int]:
        """The shortest run of rows above a row that make its numbers in these columns; empty for none."""
        left = [self._number(row, at) for at in columns]
        parts: list[int] = []
        for above in self._run_up(row):
            parts.append(above)
            cells = self._cells[above]
            for at, column in enumerate(columns):
                if column in cells:
                    left[at] -= cells[column].value or 0
            if len(parts) > 1 and not any(left):
                return parts
        return []

    def _run_up(self, row: int) -> Iterator[int]:
        """The rows with numbers above a row, upwards; what a sum among them sums is passed over."""
        above = row - 1
        while above >= max(0, row - MOST_ROWS):
            if above not in self._cells:
                above -= 1
                continue
            yield above
            first = self._first(above)
            above = (above if first is None else first) - 1

    def _columns(self, row: int) -> list[int]:
        return sorted(self._cells.get(row, ()))[:MOST_COLUMNS]

    def _number(self, row: int, column: int) -> Decimal:
        cell = self._cells[row].get(column)
        return (cell.value if cell is not None else None) or Decimal(0)


def _total(cells: Sequence[Cell]) -> Decimal:
    return sum((cell.value for cell in cells if cell.value is not None), Decimal(0))
