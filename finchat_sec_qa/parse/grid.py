"""A table's cells on its grid: spans placed, what belongs together joined, printed columns told apart."""

import re
from dataclasses import dataclass, field

from finchat_sec_qa.parse.flow import Paragraph
from finchat_sec_qa.parse.limits import Deadline
from finchat_sec_qa.parse.numbers import PrintedNumber, read_number

MAX_SPAN = 200  # columns or rows that one cell may span
MAX_COLUMNS = 500  # printed tables have up to some 120 grid columns
GLUE_GAP = 3  # empty grid columns that may lie between "$" and its number

_BEFORE = re.compile(r"[-–—−(]?\s*(?:US\$|[$€£¥])\s*\(?|[(]")
_AFTER = re.compile(r"[)%]|\)\s*%|%\s*\)|\)?\s*(?:pts?|bps)\.?")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(slots=True, eq=False)
class RawCell:
    """A cell as the file has it. `content` is in order; `header` for <th>."""

    column_span: int
    row_span: int
    header: bool
    content: "list[Paragraph | RawTable]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class RawTable:
    """A table as the file has it; `nested` when a cell holds another table."""

    rows: list[list[RawCell]] = field(default_factory=list)
    nested: bool = False


@dataclass(slots=True, eq=False)
class Group:
    """One printed entry of a row: a cell, with "$" before it and ")" or "%" behind it if they stand apart.

    It covers grid columns `first` to `last` - 1. `text` is what is written, `plain` the same without
    footnote marks.
    """

    paragraphs: list[Paragraph]
    joins: list[str]  # what stands before each paragraph: "" or " "
    first: int
    last: int
    header: bool
    text: str
    plain: str
    number: PrintedNumber | None = None
    mark: bool = False  # a footnote mark in a cell of its own
    column: int = -1
    start: int = -1

    @property
    def year(self) -> bool:
        """True for a bare year, which heads a column more often than it is a value."""
        return _YEAR.fullmatch(self.plain) is not None

    @property
    def bold(self) -> bool:
        """True when all of it is bold."""
        return all(paragraph.bold >= paragraph.chars for paragraph in self.paragraphs)

    @property
    def indent(self) -> float:
        """Distance of its text from the cell's edge, in points; a blank counts 2.5."""
        first = self.paragraphs[0]
        return first.left + 2.5 * first.indent


def place(table: RawTable, deadline: Deadline) -> list[list[Group]] | None:
    """The rows with their printed entries, empty cells left out, empty rows kept as [].

    None for a table wider than MAX_COLUMNS.
    """
    rows: list[list[Group]] = []
    taken: dict[int, int] = {}  # grid column -> rows below that a spanning cell still covers
    for row in table.rows:
        groups: list[Group] = []
        column = 0
        below: dict[int, int] = {}
        for cell in row:
            while taken.get(column):
                column += 1
            span = min(max(cell.column_span, 1), MAX_SPAN)
            if column + span > MAX_COLUMNS:
                return None
            group = _group(cell, column, column + span)
            if group:
                groups.append(group)
            if cell.row_span > 1:
                below.update(dict.fromkeys(range(column, column + span), min(cell.row_span, MAX_SPAN)))
            column += span
        rows.append(_glue(groups))
        deadline.check()
        taken = {at: left - 1 for at, left in {**taken, **below}.items() if left > 1}
    return rows


def _group(cell: RawCell, first: int, last: int) -> Group | None:
    paragraphs = [part for part in cell.content if isinstance(part, Paragraph) and part.chars]
    if not paragraphs:
        return None
    text = " ".join(paragraph.text for paragraph in paragraphs)
    raised = any(paragraph.raised for paragraph in paragraphs)
    plain = " ".join(paragraph.plain for paragraph in paragraphs) if raised else text
    joins = [""] + [" "] * (len(paragraphs) - 1)
    return Group(paragraphs, joins, first, last, cell.header, text, plain or text)


def _glue(groups: list[Group]) -> list[Group]:
    joined: list[Group] = []
    before: Group | None = None
    for group in groups:
        short = len(group.text) <= 6
        leads = short and _BEFORE.fullmatch(group.text) is not None
        if before is not None and not leads and group.first - before.last <= GLUE_GAP:
            joined.append(_join(before, group))
            before = None
            continue
        if before is not None:
            joined.append(before)
        before = group if leads else None
        if leads:
            continue
        if joined and short and _AFTER.fullmatch(group.text) and group.first - joined[-1].last <= GLUE_GAP:
            joined[-1] = _join(joined[-1], group)
        else:
            joined.append(group)
    if before is not None:
        joined.append(before)
    for group in joined:
        group.mark = _is_mark(group)
        if not group.mark and group.plain[0] in _MAY_BE_NUMBER:
            group.number = read_number(group.plain)
    return joined


_MAY_BE_NUMBER = frozenset("0123456789.+([$€£¥UuCc-‐‑‒–—―−")
_MARK = re.compile(r"\(?[a-z*†‡§#]{1,2}\)?")


def _is_mark(group: Group) -> bool:
    if _MARK.fullmatch(group.text):
        return True
    return all(sum(end - start for start, end in p.raised) >= p.chars for p in group.paragraphs)


def _join(left: Group, right: Group) -> Group:
    return Group(
        left.paragraphs + right.paragraphs,
        [*left.joins, "", *right.joins[1:]],
        left.first,
        right.last,
        left.header and right.header,
        left.text + right.text,
        left.plain + right.plain,
    )


def columns_of(rows: list[list[Group]]) -> list[tuple[int, int]]:
    """The printed columns as grid ranges, left to right; the first holds the row labels.

    Sets `column` of each group: numbers decide where columns are, then what else stands in the body.
    """
    filled = [row for row in rows if row]
    edge = min((row[0].first for row in filled), default=0)
    numbers = [g for row in filled for g in row if g.number and not g.year and g.first != edge]
    others = [g for row in filled if len(row) > 1 for g in row if g.first != edge and not g.mark]
    columns: list[list[int]] = []
    for first, last in _narrow_first(numbers):
        _widen(columns, first, last)
    for first, last in _narrow_first(others):
        if not any(first < column[1] and column[0] < last for column in columns):
            columns.append([first, last])
    columns.sort()
    first_value = columns[0][0] if columns else edge + 1
    ranges = [(edge, max(first_value, edge + 1)), *((first, last) for first, last in columns)]
    for row in filled:
        for group in row:
            group.column = 0 if group.first == edge else _column(ranges, group)
    return ranges


def _narrow_first(groups: list[Group]) -> list[tuple[int, int]]:
    """Their distinct grid ranges, the narrowest first, left before right."""
    return sorted({(g.first, g.last) for g in groups}, key=lambda found: (found[1] - found[0], found[0]))


def _widen(columns: list[list[int]], first: int, last: int) -> None:
    """Let a range widen the one column it meets, or be a new one; a range over several widens none."""
    met = [column for column in columns if first < column[1] and column[0] < last]
    if not met:
        columns.append([first, last])
    elif len(met) == 1:
        met[0][0] = min(met[0][0], first)
        met[0][1] = max(met[0][1], last)


def _column(ranges: list[tuple[int, int]], group: Group) -> int:
    """The column it shares most with; the leftmost of equals."""
    best, most = 0, 0
    for index, (first, last) in enumerate(ranges):
        shared = min(last, group.last) - max(first, group.first)
        if shared > most:
            best, most = index, shared
    return best


def covered(ranges: list[tuple[int, int]], group: Group) -> list[int]:
    """The printed columns that a heading stands over."""
    return [index for index, (first, last) in enumerate(ranges) if group.first < last and first < group.last]
