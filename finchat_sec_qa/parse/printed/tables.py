"""The tables of printed pages, rebuilt from their lines: headings, rows, and values in base units."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from finchat_sec_qa.model.document import Table
from finchat_sec_qa.model.heading import TOKEN, Heading, Moment, read_heading
from finchat_sec_qa.parse.grid import Group
from finchat_sec_qa.parse.lines import trailing_values
from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.grids import Grid, names_over, read_grid
from finchat_sec_qa.parse.printed.regions import Region, find_regions, is_statement_title
from finchat_sec_qa.parse.printed.rows import Row, RowReader
from finchat_sec_qa.parse.printed.shapes import Shapes
from finchat_sec_qa.parse.printed.values import find_runs
from finchat_sec_qa.parse.tables import Part, Values
from finchat_sec_qa.parse.units import Note, read_note

MIN_ROWS = 3  # fewer rows with values make no table
MAX_COLUMNS = 12
_CHANGE = re.compile(r"\bchanges?\b|%|\bpercent|\bincrease\b|\bvs\.?\b|\bvariance\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A table before the scale of its money is known."""

    title: str
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    start: int
    end: int
    note: Note | None


class Pages:
    """Collects the tables of a document page by page; `tables` then reads their values."""

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []

    def add(self, lines: Sequence[Line], shapes: Shapes | None = None) -> None:
        """The lines of the next page, without its printed number; `shapes` knows where its words stand."""
        if sum(trailing_values(line.text) > 0 for line in lines) < MIN_ROWS:
            return
        first = True
        grid: Grid | None = None
        for region in find_regions(lines):
            before = self._drafts[-1] if first and self._drafts else None
            above = grid
            grid = read_grid(region, shapes, above) if shapes is not None else None
            draft = _of_grid(region, grid) if grid is not None else _draft(region, before)
            if draft is not None and grid is not None and above is not None and grid.names is above.names:
                draft = replace(draft, note=draft.note or self._drafts[-1].note)
            if draft is not None:
                self._drafts.append(_told_apart(draft, region, shapes) if shapes is not None else draft)
            first = False

    def tables(self) -> tuple[Table, ...]:
        """All tables in order."""
        usual = _usual(self._drafts)
        return tuple(_table(draft, usual) for draft in self._drafts)


def _draft(region: Region, before: _Draft | None) -> _Draft | None:
    """The region as a table; None where its values do not stand in columns."""
    head = " ".join(line.text for line in region.head)
    sizes = Counter(run for run in (_ending(line) for line in region.body) if run > 1)
    heading = read_heading(head)
    count = _count(heading, sizes, head)
    if count is None:
        return None
    reader = RowReader(count)
    for text, start in _below_heading(region.head):
        reader.caption(text, start)
    rows = tuple(reader.read(region.body))
    if len(rows) < MIN_ROWS:
        return None
    columns = _columns(heading, count)
    note = next((found for line in reversed(region.head) if (found := read_note(line.text))), None)
    if before and not heading.moments and not region.title and len(before.columns) == count + 1:
        columns, note = before.columns, note or before.note
    start = region.head[0].start if region.head else region.body[0].start
    return _Draft(region.title, columns, rows, start, rows[-1].last, note or read_note(head))


def _told_apart(draft: _Draft, region: Region, shapes: Shapes) -> _Draft:
    """Columns that are headed by the same years with the names that stand over these."""
    paths = draft.columns[1:]
    if not all(paths) or len(set(paths)) == len(paths):
        return draft
    size = len(set(paths))
    if len(paths) % size or any(path != paths[at % size] for at, path in enumerate(paths)):
        return draft
    names = names_over(region, shapes, len(paths), size)
    named = tuple((name, *path) for name, path in zip(names, paths, strict=False))
    return replace(draft, columns=((), *named)) if len(set(named)) == len(paths) else draft


def _of_grid(region: Region, grid: Grid) -> _Draft:
    """A table with named columns."""
    note = next((found for line in reversed(region.above) if (found := read_note(line.text))), None)
    return _Draft(region.title, grid.columns, grid.rows, grid.start, grid.rows[-1].last, note)


def _ending(line: Line) -> int:
    """Values in the run that ends a line; 0 where it does not end with one or prints years only."""
    if not trailing_values(line.text):
        return 0
    runs = find_runs(line.text)
    if not runs or all(value.year for value in runs[-1].values):
        return 0
    return len([value for value in runs[-1].values if not value.mark]) or len(runs[-1].values)


def _count(heading: Heading, sizes: Counter[int], head: str) -> int | None:
    """How many value columns there are: as most rows have, and as the headings say."""
    if not sizes:
        return None
    named = len(heading.moments)
    usual, times = max(sizes.items(), key=lambda item: (item[1], item[0]))
    fitting = sizes[named] if named else 0
    if named > 1 and fitting * 3 >= sizes.total():
        return named
    if usual > MAX_COLUMNS or times < MIN_ROWS - 1:
        return None
    if named and usual > named and not _CHANGE.search(head):
        return None
    return usual


def _columns(heading: Heading, count: int) -> tuple[tuple[str, ...], ...]:
    """The headings of the label column and of each value column."""
    moments = _moments(heading, count)
    spans = [span for span in heading.spans if " and " not in span] or list(heading.spans)
    named: list[tuple[str, ...]] = []
    for at, moment in enumerate(moments):
        span = _span_of(spans, at, len(moments))
        text = moment.text if moment.day or not heading.day else f"{heading.day} {moment.year}"
        named.append(tuple(part for part in (span, text) if part))
    named.extend(() for _ in range(count - len(named)))
    return ((), *named)


def _moments(heading: Heading, count: int) -> tuple[Moment, ...]:
    """What heads each column: the nearest ones, unless the title gives dates for years of another name.

    "At January 1, 2023 and January 2, 2022" above "2022 2021": the company's fiscal years have its names.
    """
    nearest = heading.moments[-count:]
    above = heading.moments[-2 * count : -count]
    named = {moment.year for moment in above}
    if len(above) == count and all(moment.day for moment in above) and named != {m.year for m in nearest}:
        return above
    return nearest


def _span_of(spans: Sequence[str], at: int, count: int) -> str:
    """The length that stands over a column: one over all, or several side by side."""
    if not spans:
        return ""
    if len(spans) > 1 and count % len(spans) == 0:
        return spans[at * len(spans) // count]
    return spans[-1] if len({span.lower() for span in spans}) == 1 or len(spans) == 1 else ""


def _below_heading(head: Sequence[Line]) -> Iterator[tuple[str, int]]:
    """The captions between the column headings and the first row, with their offsets."""
    last = max((at for at, line in enumerate(head) if _heads(line.text)), default=-1)
    if last >= 0:
        yield _behind(head[last])
        yield from ((line.text, line.start) for line in head[last + 1 :])


def _heads(text: str) -> bool:
    return TOKEN.search(text) is not None or read_note(text) is not None or is_statement_title(text)


def _behind(line: Line) -> tuple[str, int]:
    """What stands behind the last heading of the last line of headings: the first caption."""
    found = list(TOKEN.finditer(line.text))
    if not found or found[-1].lastgroup == "span":
        return "", line.start
    rest = line.text[found[-1].end() :].strip(" ,)")
    return rest, line.start + (line.text.rfind(rest) if rest else 0)


def _usual(drafts: Sequence[_Draft]) -> Note | None:
    """The scale that nearly all tables with a stated one have; it holds where a table states none."""
    scales = Counter(draft.note.scale for draft in drafts if draft.note)
    scale, times = scales.most_common(1)[0] if scales else (0, 0)
    return Note(scale, None, dollars=True) if times >= 3 and times > 0.7 * scales.total() else None


def _table(draft: _Draft, usual: Note | None) -> Table:
    groups = [list(_groups(row)) for row in draft.rows]
    part = Part(groups, 0, [(at, at + 1) for at in range(len(draft.columns))], body=list(enumerate(groups)))
    values = Values(part, draft.columns, draft.note, usual)
    paths = tuple((*row.captions, row.label) if row.label else row.captions for row in draft.rows)
    cells = tuple(
        values.cell(at, group, path, heads=False)
        for at, (row, path) in enumerate(zip(groups, paths, strict=True))
        for group in row
    )
    return Table(
        draft.start, draft.end, draft.title, values.scale, values.currency, paths, draft.columns, cells
    )


def _groups(row: Row) -> Iterator[Group]:
    """The printed entries of a row as the reader of values takes them."""
    if row.end > row.start:
        text = " " * (row.end - row.start)  # only its length counts
        yield Group([], [], 0, 1, False, text, row.label, column=0, start=row.start)
    for column, value in enumerate(row.values, start=1):
        if value is None:
            continue
        start = row.base + value.start
        yield Group(
            [],
            [],
            column,
            column + 1,
            False,
            value.text,
            value.text,
            value.number,
            column=column,
            start=start,
        )
