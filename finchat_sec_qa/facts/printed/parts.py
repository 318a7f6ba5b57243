"""Facts of segments, products and places from tables of the notes that prove themselves.

A table tells of parts of the company where they add up to what a primary statement prints for the same days:
that fixes what is counted, its scale and its period at once. Further amounts (operating income, assets) are
taken for parts that revenue has proven, where they add up to a total of their own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from finchat_sec_qa.facts.members import PRINTED_AXIS
from finchat_sec_qa.facts.printed.headings import (
    Headed,
    by_name,
    by_period,
    headed_columns,
    period_over,
    periods_of,
)
from finchat_sec_qa.facts.printed.known import Known
from finchat_sec_qa.facts.printed.labels import plain_label
from finchat_sec_qa.facts.printed.names import (
    GEOGRAPHY,
    PRODUCT,
    SEGMENT,
    axis_of,
    is_line,
    is_rest,
    is_sum,
    is_whole,
    may_be_part,
    part_name,
)
from finchat_sec_qa.facts.printed.rows import RowRule, row_rules
from finchat_sec_qa.facts.printed.statements import PrintedRow, read_rows, text_above
from finchat_sec_qa.facts.printed.sums import adds_up, parts_of
from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import Period

PROVEN = "revenue"  # by what parts of a company are known
FURTHER = (
    "operating_income", "gross_profit", "cost_of_revenue", "assets", "capex", "depreciation_amortization",
    "ppe", "goodwill",
)  # fmt: skip
FIXED = ("operating_income", "income_before_tax", "net_income")  # what a reconciliation ends in
CONTEXT = 600  # characters above a table that say what kind of parts it lists
_FORM = re.compile(
    r"\b(?:total|consolidated|segments?|reportable|reporting|business|operating segments?|for|of|all)\b"
)
_SALES = re.compile(r"\b(?:revenues?|sales)\b")
_ADJUSTED = re.compile(
    r"\badjusted\b|\bebitda\b|\bunderlying\b|\bcore\b|non-?gaap|\bexcluding\b|\bbefore\b", re.IGNORECASE
)
_MONEY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Part:
    """A value of one part of the company; `value` is in base units, also where the table names no scale."""

    key: str
    axis: str
    name: str
    period: Period
    table: Table
    cell: Cell
    value: Decimal


@dataclass(frozen=True, slots=True)
class _Block:
    """Amounts of parts that are proven together: of each the name, the period and the cell."""

    key: str
    table: Table
    entries: tuple[tuple[str, Period, Cell], ...]
    context: str
    factor: int

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _, _ in self.entries))


def find_parts(document: ParsedDocument, filing: Filing, known: Known) -> list[Part]:
    """The values of parts in the order of the document; what two tables print otherwise is left out."""
    reader = _Reader(document, filing, known)
    tables = range(len(document.tables))
    proven = [block for index in tables for block in reader.proven(index)]
    axes: dict[str, list[str]] = {}
    parts: list[Part] = []
    for block, axis in _with_axes(proven, document.text):
        parts.extend(_parts(block, axis))
        for name in block.names:
            axes.setdefault(name, []).append(axis)
    for index in tables:
        for block in reader.further(index, axes.keys()):
            on = [axis for name in block.names if not is_line(name) for axis in axes.get(name, ())]
            if on and all(is_line(name) or name in axes for name in block.names):
                parts.extend(_parts(block, max(dict.fromkeys(on), key=on.count)))
    return _agreed(parts)


def _with_axes(blocks: Sequence[_Block], text: str) -> list[tuple[_Block, str]]:
    """Each block with its axis. Blocks of mostly the same names are of one kind, the surest of theirs."""
    found = [(block, axis_of(block.names, block.context, text)) for block in blocks]
    surest: list[tuple[_Block, str]] = []
    for block, axis in found:
        own = _own(block)
        like = [
            other_axis
            for other, other_axis in found
            if len(own & _own(other)) * 2 >= max(len(own), 1) and own
        ]
        surest.append((block, min((axis, *like), key=(SEGMENT, GEOGRAPHY, PRODUCT, PRINTED_AXIS).index)))
    return surest


def _own(block: _Block) -> set[str]:
    return {name.lower() for name in block.names if not is_line(name) and not is_rest(name)}


def _parts(block: _Block, axis: str) -> Iterator[Part]:
    """A block's values; rows that only sum have no name of their own."""
    for name, period, cell in block.entries:
        value = (cell.value or Decimal(0)) * block.factor
        if not is_sum(name):
            yield Part(block.key, axis, name, period, block.table, cell, value)


def _agreed(parts: Iterable[Part]) -> list[Part]:
    """Each part's value once; none where it is printed with two values."""
    found: dict[tuple[str, str, str, Period], list[Part]] = {}
    for part in parts:
        found.setdefault((part.key, part.axis, part.name.lower(), part.period), []).append(part)
    kept = [same[0] for same in found.values() if len({part.value for part in same}) == 1]
    return sorted(kept, key=lambda part: (part.cell.start, part.key))


class _Reader:
    """Finds blocks of parts in the tables of one document."""

    def __init__(self, document: ParsedDocument, filing: Filing, known: Known) -> None:
        self._document = document
        self._filing = filing
        self._known = known

    def proven(self, index: int) -> Iterator[_Block]:
        """Blocks that add up to the company's revenue."""
        table = self._document.tables[index]
        columns = headed_columns(table)
        if len(table.row_headers) < 2 or not columns:
            return
        rows = read_rows(table)
        for group in by_name(columns).values():
            yield from self._down(index, rows, group)
        for period, group in by_period(columns).items():
            yield from self._across(index, rows, group, period, (PROVEN,))

    def further(self, index: int, names: Iterable[str]) -> Iterator[_Block]:
        """Blocks of other amounts of parts that are known by their names."""
        table = self._document.tables[index]
        columns = headed_columns(table)
        if len(table.row_headers) < 2 or not columns:
            return
        rows = read_rows(table)
        named = set(names)
        for name, group in by_name(columns).items():
            told = [replace(row, captions=f"{name} {row.captions}".strip()) for row in rows] if name else rows
            yield from self._sums(index, told, group, named)
        for period, group in by_period(columns).items():
            if any(one.name in named or part_name(one.name) in named for one in group):
                yield from self._across(index, rows, group, period, FURTHER)

    def _context(self, index: int, until: int) -> str:
        """The words above a table, and those in it above an offset."""
        table = self._document.tables[index]
        return self._document.text[max(0, table.start - CONTEXT) : until]

    # --- parts in rows, periods in columns

    def _periods(self, index: int, group: Sequence[Headed], *, instant: bool) -> dict[int, Period]:
        above = text_above(self._document, index)
        return periods_of(self._document.tables[index], group, above, self._filing, instant=instant)

    def _down(self, index: int, rows: Sequence[PrintedRow], group: Sequence[Headed]) -> Iterator[_Block]:
        periods = self._periods(index, group, instant=False)
        if not any(self._known.values(PROVEN, period) for period in periods.values()):
            return
        money, vectors = _vectors(rows, sorted(periods))
        for at, row in enumerate(money):
            factor, days = self._proof(PROVEN, self._document.tables[index], row, periods)
            parts = parts_of(vectors, at) if factor else None
            if parts is not None:
                yield from self._rows_block(index, PROVEN, [money[part] for part in parts], days, factor)

    def _proof(
        self, key: str, table: Table, row: PrintedRow, periods: Mapping[int, Period]
    ) -> tuple[int, dict[int, Period]]:
        """By what a row is to be multiplied to be what primary statements print in all columns that they
        cover, and their periods; 0 where it is something else.
        """
        for factor in (1,) if table.scale else (1, 1_000, 1_000_000):
            days = dict(periods)
            proven = True
            for column, period in periods.items():
                known = self._known.values(key, period)
                value = abs(row.cells[column].value or Decimal(0)) * factor
                same = [own for own, printed in known if abs(printed) == value]
                proven = proven and bool(same or not known)
                days[column] = same[0] if same else period
            if proven and any(self._known.values(key, period) for period in periods.values()):
                return factor, days
        return 0, {}

    def _sums(
        self, index: int, rows: Sequence[PrintedRow], group: Sequence[Headed], names: set[str]
    ) -> Iterator[_Block]:
        """Runs of rows of known names with a total that is named for what it counts."""
        for instant in (False, True):
            periods = self._periods(index, group, instant=instant)
            if not periods:
                continue
            money, vectors = _vectors(rows, sorted(periods))
            for at, row in enumerate(money):
                if not at or part_name(money[at - 1].printed) not in names:
                    continue
                key, factor, days = self._key(index, money, row, periods, instant=instant)
                parts = parts_of(vectors, at) if key else None
                if parts is not None:
                    yield from self._rows_block(index, key, [money[part] for part in parts], days, factor)

    def _key(
        self,
        index: int,
        rows: Sequence[PrintedRow],
        row: PrintedRow,
        periods: Mapping[int, Period],
        *,
        instant: bool,
    ) -> tuple[str, int, dict[int, Period]]:
        """What a total counts, as its own label or caption says and a primary statement confirms."""
        table = self._document.tables[index]
        for key in FURTHER:
            rule = _rules()[key]
            if _instant(rule) != instant or not _says(rule, row) or _adjusted(row):
                continue
            factor, days = self._proof(key, table, row, periods)
            if factor:
                return key, factor, days
            for fixed in FIXED if key == "operating_income" else ():
                for other in rows:  # a reconciliation of the parts' total to what the company earned
                    factor, days = self._proof(fixed, table, other, periods)
                    if factor and len(str(abs(other.cells[min(periods)].value or 0))) > 2:
                        return key, factor, days
        return "", 0, {}

    def _rows_block(
        self,
        index: int,
        key: str,
        rows: Sequence[PrintedRow],
        periods: Mapping[int, Period],
        factor: int,
    ) -> Iterator[_Block]:
        names = [part_name(row.printed) for row in rows]
        named = [name for name in names if not is_line(name) and not is_sum(name)]
        if not all(map(may_be_part, names)) or len(set(names)) < 2 or not named:
            return
        entries = tuple(
            (name, periods[column], row.cells[column])
            for name, row in zip(names, rows, strict=True)
            for column in sorted(periods)
            if names.count(name) == 1  # "Other" of two regions
        )
        first = min(cell.start for row in rows for cell in row.cells.values())
        yield _Block(key, self._document.tables[index], entries, self._context(index, first), factor)

    # --- parts in columns, what is counted in rows

    def _across(
        self,
        index: int,
        rows: Sequence[PrintedRow],
        group: Sequence[Headed],
        period: str,
        keys: Sequence[str],
    ) -> Iterator[_Block]:
        totals = [at for at, one in enumerate(group) if is_whole(one.name)]
        if len(totals) != 1 or totals[0] < 2:
            return
        whole = group[totals[0]].column
        columns = list(group[: totals[0]])
        names = [part_name(one.name) for one in columns]
        if not all(map(may_be_part, names)) or len(set(names)) < len(names):
            return
        first = min((cell.start for row in rows for cell in row.cells.values()), default=0)
        context = self._context(index, first)
        for row in rows:
            if whole not in row.cells or not _is_money(row.cells[whole]):
                continue
            given = [row.cells.get(one.column) for one in columns]
            values = [((cell.value or Decimal(0)) if cell else Decimal(0),) for cell in given]
            if not adds_up(values, (row.cells[whole].value or Decimal(0),)):
                continue
            key, factor, days = self._counted(index, row, whole, (period, row.captions), keys)
            if days is None:
                continue
            entries = tuple(
                (name, days, cell) for name, cell in zip(names, given, strict=True) if cell is not None
            )
            yield _Block(key, self._document.tables[index], entries, context, factor)

    def _counted(
        self, index: int, row: PrintedRow, whole: int, dated: Sequence[str], keys: Sequence[str]
    ) -> tuple[str, int, Period | None]:
        """What a row of parts counts and for which days, where a primary statement prints its total."""
        table = self._document.tables[index]
        above = text_above(self._document, index)
        for key in keys:
            rule = _rules()[key]
            if not _says(rule, row) or _adjusted(row):
                continue
            days = period_over(table, dated, above, self._filing, instant=_instant(rule))
            factor, proven = self._proof(key, table, row, {whole: days}) if days is not None else (0, {})
            if factor:
                return key, factor, proven[whole]
        return "", 0, None


@cache
def _rules() -> Mapping[str, RowRule]:
    """The rules of the rows that tell what is counted."""
    rules = {rule.key: rule for rule in row_rules()}
    return {key: rules[key] for key in (PROVEN, *FURTHER)}


def _instant(rule: RowRule) -> bool:
    return rule.kind == "balance" or rule.instant


def _adjusted(row: PrintedRow) -> bool:
    return _ADJUSTED.search(f"{row.captions} {row.printed}") is not None


def _says(rule: RowRule, row: PrintedRow) -> bool:
    """Whether a row is named for what a rule counts, by its label or, for a bare total, its caption."""
    label = " ".join(_FORM.sub(" ", plain_label(row.printed)).split())
    caption = " ".join(_FORM.sub(" ", plain_label(row.captions)).split())
    for words in (label, caption if not label else ""):
        if words and any(pattern.fullmatch(words) for pattern in rule.labels):
            return rule.never is None or not rule.never.search(words)
    return rule.key == PROVEN and _SALES.search(row.printed.lower()) is not None


def _vectors(
    rows: Sequence[PrintedRow], columns: Sequence[int]
) -> tuple[list[PrintedRow], list[tuple[Decimal, ...]]]:
    """The rows that print money in all of the columns, and their amounts."""
    money = [
        row for row in rows if all(column in row.cells and _is_money(row.cells[column]) for column in columns)
    ]
    return money, [tuple(row.cells[column].value or Decimal(0) for column in columns) for row in money]


def _is_money(cell: Cell) -> bool:
    return cell.value is not None and (cell.unit is None or _MONEY.fullmatch(cell.unit) is not None)
