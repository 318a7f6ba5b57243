"""Rows of other tables of the notes, where a row of theirs is printed in a primary statement too.

Such a row fixes period and scale of the columns that it fills: what stands beside it is dated by it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.facts.printed.headings import Headed, by_name, headed_columns, periods_of
from finchat_sec_qa.facts.printed.known import Known
from finchat_sec_qa.facts.printed.statements import PrintedRow, read_rows, text_above
from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import Period

DIGITS = 3  # of a number that is no chance
# rows of tables of spans that are of a day
_BALANCE = re.compile(
    r"\b(?:balances?|beginning|opening|closing|ending|end of|as of|at|assets?|liabilit\w+|equity|inventor\w+"
    r"|receivables?|payables?|debt|backlog|goodwill|property|headcount|employees|outstanding|borrowings?)\b"
)
_UNITS = re.compile(r"[A-Z]{3}(?:/shares)?|shares|percent")


@dataclass(frozen=True, slots=True)
class Beside:
    """A cell of a table of the notes with its row's label."""

    label: str
    period: Period
    table: Table
    cell: Cell


def find_anchored(document: ParsedDocument, filing: Filing, known: Known) -> Iterator[Beside]:
    """The cells of tables that a primary statement dates, in the order of the document."""
    for index, table in enumerate(document.tables):
        columns = headed_columns(table)
        if not columns or not table.scale:
            continue
        rows = read_rows(table)
        for name, group in by_name(columns).items():
            if not name:
                periods = _proven((document, index), filing, known, rows, group)
                yield from _cells(table, rows, periods)


def _proven(
    place: tuple[ParsedDocument, int],
    filing: Filing,
    known: Known,
    rows: Sequence[PrintedRow],
    group: Sequence[Headed],
) -> Mapping[int, Period]:
    """The columns whose days a row proves: as spans or as moments, not as both."""
    document, index = place
    table, above = document.tables[index], text_above(document, index)
    found: list[dict[int, Period]] = []
    for instant in (False, True):
        periods = periods_of(table, group, above, filing, instant=instant)
        days = {
            column: day
            for row in rows
            if all(column in row.cells for column in periods)
            for column, period in periods.items()
            if (day := known.day_of(row.cells[column].value, period, DIGITS)) is not None
        }
        if periods and len(days) == len(periods):
            found.append(days)
    return found[0] if len(found) == 1 else {}


def _cells(table: Table, rows: Sequence[PrintedRow], periods: Mapping[int, Period]) -> Iterator[Beside]:
    labels = [row.label for row in rows]
    for row in rows:
        dated = any(not period.is_instant for period in periods.values()) and _BALANCE.search(row.label)
        if not row.label or labels.count(row.label) > 1 or dated:
            continue
        for column, period in sorted(periods.items()):
            cell = row.cells.get(column)
            if cell is not None and cell.value is not None and _is_certain(cell, table):
                yield Beside(row.label, period, table, cell)


def _is_certain(cell: Cell, table: Table) -> bool:
    """Whether a cell has a unit, or is money in the table's scale that prints no currency."""
    if cell.unit is not None:
        return _UNITS.fullmatch(cell.unit) is not None
    return bool(cell.value) and abs(cell.value or Decimal(0)) >= Decimal(10) ** table.scale
