"""The statement of equity: columns of its parts from one balance to the next, each proven by its sum.

What stands between two balances of a column adds up to the later one, or nothing of the column is taken. The
total is the column that the others add up to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from finchat_sec_qa.facts.printed.headings import Headed, headed_columns, period_over, periods_of
from finchat_sec_qa.facts.printed.known import Known
from finchat_sec_qa.facts.printed.labels import plain_label
from finchat_sec_qa.facts.printed.statements import PrintedRow, read_rows, text_above
from finchat_sec_qa.facts.printed.sums import adds_up
from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import Period

BALANCE = "balance"
_BALANCE = re.compile(
    r"^(?:balances?\b|(?:total\s+)?(?:\w+['’]?\s+)?equity\b.*\bat\b)|^(?:as of\s+)?[A-Z][a-z]+ \d",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:retained|reinvested|paid-?\s?in|surplus|treasury|accumulated other|comprehensive"
    r"|non-?\s?controlling|common stock|ordinary shares|capital)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"^total\b", re.IGNORECASE)
_COUNT = re.compile(r"\bnumber of\b|^shares\b|\bshares \(", re.IGNORECASE)
_TITLE = re.compile(r"statements?\s+of\s+(?:[\w&,.'’]+\s+){0,4}equity", re.IGNORECASE)
_OPENS = re.compile(r"(?:total )?(?:equity |balances? )?(?:at )?(?:the )?(?:beginning|opening)\b.*")
_CLOSES = re.compile(r"(?:total )?(?:equity |balances? )?(?:at )?(?:the )?(?:end|ending|closing)\b.*")
_EARNED = re.compile(r"\b(?:retained|reinvested)\b|\bearnings\b", re.IGNORECASE)
TITLED = 300  # characters of a table that may hold its title
_DIVIDENDS = re.compile(
    r"(?:cash )?dividends?(?! equivalents?)(?! reinvest).*|.*\bdividends (?:declared|paid)\b.*"
)
_ADOPTED = re.compile(r"\badopt\w*|\bcumulative effect|\baccounting (?:change|standard|principle)|\basu\b")
_MONEY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Movement:
    """A cell of the statement: `part` is the column's name, "" for the whole; `label` is the row's.

    `dividends` is True for the only dividends of the period in the column of the whole.
    """

    part: str
    label: str
    period: Period
    table: Table
    cell: Cell
    dividends: bool = False


def find_equity(document: ParsedDocument, filing: Filing, known: Known) -> Iterator[Movement]:
    """The cells of the statements of equity, in the order of the document."""
    for index, table in enumerate(document.tables):
        headed = headed_columns(table)
        rows = read_rows(table)
        columns = _of_money([one for one in headed if one.name])
        if sum(bool(_PARTS.search(one.name)) for one in columns) > 1:
            balances = _balances(table, rows, filing)
            if len(balances) > 1 and _is_company(balances, rows, columns, known):
                yield from _movements(table, rows, columns, balances)
        elif headed and _TITLE.search(f"{table.title} {document.text[table.start : table.start + TITLED]}"):
            above = text_above(document, index)
            spans = periods_of(table, [one for one in headed if not one.name], above, filing, instant=False)
            if spans:
                yield from _by_captions(table, rows, spans, known)


def _of_money(columns: Sequence[Headed]) -> list[Headed]:
    """The columns without those that count shares beside an amount."""
    amounts = any(one.name.lower().endswith("amount") for one in columns)
    return [
        one
        for one in columns
        if not _COUNT.search(one.name) and not (amounts and one.name.lower().endswith(("shares", "issued")))
    ]


def _balances(table: Table, rows: Sequence[PrintedRow], filing: Filing) -> dict[int, Period]:
    """The rows that print balances, with the days of these."""
    found: dict[int, Period] = {}
    for at, row in enumerate(rows):
        if _BALANCE.match(row.printed):
            day = period_over(table, (row.printed,), "", filing, instant=True)
            if day is not None:
                found[at] = day
    return found


def _is_company(
    balances: Mapping[int, Period], rows: Sequence[PrintedRow], columns: Sequence[Headed], known: Known
) -> bool:
    """Whether a balance is the equity that the balance sheet prints."""
    for at, day in balances.items():
        values = {cell.value for one in columns if (cell := rows[at].cells.get(one.column)) is not None}
        if any(
            known.value(key, day) in values - {None, Decimal(0)} for key in ("equity", "retained_earnings")
        ):
            return True
    return False


def _movements(
    table: Table,
    rows: Sequence[PrintedRow],
    columns: Sequence[Headed],
    balances: Mapping[int, Period],
) -> Iterator[Movement]:
    total = _total(rows, columns, balances)
    ends = sorted(balances)
    for first, last in pairwise(ends):
        opening, closing = balances[first].end, balances[last].end
        if opening >= closing:
            continue
        period = Period(opening + timedelta(days=1), closing)
        for one in columns:
            if not _rolls(rows[first : last + 1], one.column):
                continue
            part = "" if one.column == total else one.name
            paid = [row for row in rows[first + 1 : last] if _pays(row, one.column)]
            for row in rows[first + 1 : last]:
                cell = row.cells.get(one.column)
                if cell is not None and _is_flow(row):
                    alone = not part and len(paid) == 1 and paid[0] is row
                    yield Movement(part, row.label, period, table, cell, alone)
            for at in (first, last):
                yield Movement(part, BALANCE, balances[at], table, rows[at].cells[one.column])


def _by_captions(
    table: Table, rows: Sequence[PrintedRow], spans: Mapping[int, Period], known: Known
) -> Iterator[Movement]:
    """Statements with years in columns: each part from its opening row to its closing one.

    The closing rows of one part must be what the balance sheet prints, so that the table is of the company.
    """
    blocks = list(_blocks(table, rows, spans))
    keys = ("equity", "retained_earnings")
    ends = {column: Period(None, span.end) for column, span in spans.items()}
    printed = {known.value(key, end) for key in keys for end in ends.values()} - {None, Decimal(0)}
    if not any(_value(block[-1], column) in printed for _, block in blocks for column in spans):
        return
    for part, block in blocks:
        for column, span in spans.items():
            if not _rolls(block, column):
                continue
            paid = [row for row in block[1:-1] if _pays(row, column)]
            for row in block[1:-1]:
                cell = row.cells.get(column)
                if cell is not None and _is_flow(row):
                    alone = len(paid) == 1 and paid[0] is row and _EARNED.search(part) is not None
                    yield Movement(part, row.label, span, table, cell, alone)
            yield Movement(part, BALANCE, ends[column], table, block[-1].cells[column])


def _blocks(
    table: Table, rows: Sequence[PrintedRow], spans: Mapping[int, Period]
) -> Iterator[tuple[str, list[PrintedRow]]]:
    """(caption, rows) from each opening row to the closing one below it."""
    block: list[PrintedRow] = []
    for row in rows:
        label = plain_label(row.printed)
        if _OPENS.fullmatch(label):
            block = [row]
        elif block:
            block.append(row)
            if _CLOSES.fullmatch(label):
                cell = next(iter(row.cells.values()))
                path = table.row_headers[cell.row][:-1]
                if path and all(column in row.cells for column in spans):
                    yield path[-1], block
                block = []


def _is_flow(row: PrintedRow) -> bool:
    """Whether a row is of the span between two balances, no adjustment of the first one."""
    return bool(row.label) and not _ADOPTED.search(row.label)


def _pays(row: PrintedRow, column: int) -> bool:
    cell = row.cells.get(column)
    return (
        cell is not None and bool(cell.value) and _DIVIDENDS.fullmatch(plain_label(row.printed)) is not None
    )


def _total(
    rows: Sequence[PrintedRow], columns: Sequence[Headed], balances: Mapping[int, Period]
) -> int | None:
    """The column that the others add up to in every balance."""
    for one in reversed(columns):
        if not _TOTAL.match(one.name):
            continue
        at = columns.index(one)
        others = [other.column for other in (columns[:at] or columns[1:])]
        if all(_sums(rows[row], others, one.column) for row in balances):
            return one.column
    return None


def _sums(row: PrintedRow, others: Sequence[int], total: int) -> bool:
    values = [(_value(row, column),) for column in others]
    return total in row.cells and adds_up(values, (_value(row, total),))


def _rolls(rows: Sequence[PrintedRow], column: int) -> bool:
    """Whether the rows between two balances explain the change of a column of money."""
    if column not in rows[0].cells or column not in rows[-1].cells:
        return False
    cells = [row.cells[column] for row in rows if column in row.cells]
    if any(cell.unit is not None and not _MONEY.fullmatch(cell.unit) for cell in cells):
        return False
    return sum((_value(row, column) for row in rows[:-1]), Decimal(0)) == _value(rows[-1], column)


def _value(row: PrintedRow, column: int) -> Decimal:
    cell = row.cells.get(column)
    return (cell.value or Decimal(0)) if cell is not None else Decimal(0)
