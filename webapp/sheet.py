"""A window of a filing's blocks as the templates print it: pages, headings, text, real tables, marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from finchat_sec_qa.model.views import BlockView, BlockWindow, CellView, TableView
from webapp.marks import Mark, Piece, cut


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A printed cell. `heading` is "col", "row" or "" as HTML's scope attribute; `span` counts columns."""

    pieces: tuple[Piece, ...]
    span: int
    numeric: bool
    heading: str


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table in printed order: header rows, then the others."""

    title: str
    head: tuple[tuple[SheetCell, ...], ...]
    body: tuple[tuple[SheetCell, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """A block. `page` is set on the first block of a page only; `level` 3 to 6 is the HTML heading."""

    kind: str
    level: int
    page: int | None
    pieces: tuple[Piece, ...]
    table: SheetTable | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the reader. `previous` and `next` are neighbouring windows' offsets, None at an end."""

    blocks: tuple[SheetBlock, ...]
    start: int
    end: int
    length: int
    previous: int | None
    next: int | None
    marked: bool

    @property
    def percent(self) -> int:
        """How far into the document the window begins, 0 to 100."""
        return min(100, round(100 * self.start / self.length)) if self.length else 0


def lay_out(window: BlockWindow, marks: Sequence[Mark] = ()) -> Sheet:
    """The window for printing. `Sheet.marked` says whether the current mark is in it."""
    blocks: list[SheetBlock] = []
    page: int | None = None
    for block in window.blocks:
        new_page = block.page if block.page != page else None
        page = block.page
        blocks.append(_block(block, new_page, marks))
    start = window.blocks[0].start if window.blocks else 0
    end = window.blocks[-1].end if window.blocks else 0
    marked = any(mark.current and mark.start < end and mark.end > start for mark in marks)
    return Sheet(tuple(blocks), start, end, window.length, window.previous, window.next, marked)


def _block(block: BlockView, page: int | None, marks: Sequence[Mark]) -> SheetBlock:
    table = _table(block.table, marks) if block.table is not None and block.table.cells else None
    pieces = () if table else cut(block.text, block.start, marks)
    return SheetBlock(block.kind, min(6, max(3, block.level + 2)), page, pieces, table)


def _table(table: TableView, marks: Sequence[Mark]) -> SheetTable:
    columns = sorted({cell.column for cell in table.cells})
    rows: dict[int, list[CellView]] = {}
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell)
    names = {name for path in table.column_headers for name in path}
    head: list[tuple[SheetCell, ...]] = []
    body: list[tuple[SheetCell, ...]] = []
    for cells in rows.values():
        is_head = not body and all(cell.text in names for cell in cells)
        made = _row(cells, columns, table, marks, is_head=is_head)
        (head if is_head else body).append(made)
    if not body:
        head, body = [], head
    return SheetTable(table.title, tuple(head), tuple(body))


def _row(
    cells: Sequence[CellView],
    columns: Sequence[int],
    table: TableView,
    marks: Sequence[Mark],
    *,
    is_head: bool,
) -> tuple[SheetCell, ...]:
    """One row over all columns: empty cells fill the gaps, headers and lone captions span them."""
    made: list[SheetCell] = []
    place = 0  # the next column, as an index into `columns`
    for position, cell in enumerate(cells):
        at = columns.index(cell.column)
        if at > place:
            made.extend(SheetCell((), 1, numeric=False, heading="") for _ in range(at - place))
        following = columns.index(cells[position + 1].column) if position + 1 < len(cells) else len(columns)
        span = _span(cell, at, following, columns, table, alone=len(cells) == 1, is_head=is_head)
        scope = "col" if is_head else "row" if cell.column == columns[0] and cell.value is None else ""
        made.append(SheetCell(cut(cell.text, cell.start, marks), span, cell.value is not None, scope))
        place = at + span
    made.extend(SheetCell((), 1, numeric=False, heading="") for _ in range(len(columns) - place))
    return tuple(made)


def _span(
    cell: CellView,
    at: int,
    following: int,
    columns: Sequence[int],
    table: TableView,
    *,
    alone: bool,
    is_head: bool,
) -> int:
    """How many columns a cell covers: a header those that name it in their path, a lone text the row."""
    if alone and cell.value is None and at == 0:
        return len(columns)
    span = 1
    if is_head:
        while at + span < following and cell.text in _path(table, columns[at + span]):
            span += 1
    return span


def _path(table: TableView, column: int) -> tuple[str, ...]:
    return table.column_headers[column] if column < len(table.column_headers) else ()
