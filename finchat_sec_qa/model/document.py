"""One stored document after parsing: its text, and what stands where in it.

All offsets are code-point offsets into `ParsedDocument.text`, start included, end excluded. The text is
a pure function of the document's bytes, so that a quote can be checked against the bytes at any time.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

DocumentKind = Literal["html", "text", "xbrl", "companyfacts", "pdf", "submission"]
BlockKind = Literal["heading", "paragraph", "list_item", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or table. Blocks do not overlap and follow each other in the text.

    `table` is the index into `ParsedDocument.tables` for a table, else None. `level` is 1 (largest) to 6
    for a heading, 0 otherwise.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell with text. `row` and `column` count from 0 over the table's merged grid.

    `value` is the printed number in base units (table scale applied, brackets negative, percent as
    printed), None where the cell prints no number. `unit` is "USD", "USD/shares", "shares", "percent" or
    None when the table does not say.
    """

    row: int
    column: int
    start: int
    end: int
    value: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header.

    `row_headers[r]` is the header path of row r, outermost first: section captions above it, then its own
    label. `column_headers[c]` is the header path of column c. `scale` is the power of ten that the caption
    names ("in millions" = 6), 0 if none. `title` is the nearest heading or caption above, "" if none.
    """

    start: int
    end: int
    title: str
    scale: int
    unit: str | None
    row_headers: tuple[tuple[str, ...], ...]
    column_headers: tuple[tuple[str, ...], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """An Item of a filing, e.g. part "Part II", item "Item 8", title "Financial Statements and …".

    `part` is "" where the form has none (8-K). Sections of one document do not overlap. `warning` says why
    a section is doubtful (much shorter than its kind), "" otherwise.
    """

    part: str
    item: str
    title: str
    start: int
    end: int
    warning: str = ""

    @property
    def label(self) -> str:
        """As a citation names it: "Part II, Item 8"."""
        return f"{self.part}, {self.item}" if self.part else self.item


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `number` counts from 1 over the document; `label` is the printed number, "" if none."""

    number: int
    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An HTML id or name and the offset of the text that follows it."""

    name: str
    start: int


@runtime_checkable
class Placed(Protocol):
    """A sequence that knows where its items start without making them, as a store's tables do."""

    @property
    def starts(self) -> Sequence[int]:
        """The offset of each item's first character, rising."""


def last_from(items: Sequence[Table], offset: int) -> int:
    """Index of the last table that starts at or before `offset`, -1 if none does."""
    if isinstance(items, Placed):
        return bisect_right(items.starts, offset) - 1
    return bisect_right(items, offset, key=lambda table: table.start) - 1


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser makes of one file. `sha256` (hex) is of the bytes that were parsed.

    `role` is EDGAR's document type ("10-K", "EX-13", "EX-99.1") where known, else "". `warnings` are
    plain sentences about what was doubtful in the file.
    """

    name: str
    kind: DocumentKind
    role: str
    sha256: str
    size: int
    text: str
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    sections: tuple[Section, ...] = ()
    pages: tuple[Page, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    warnings: tuple[str, ...] = ()
