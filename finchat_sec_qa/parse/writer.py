"""Writes paragraphs and tables into one text and keeps what stands where: blocks, tables, pages."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from finchat_sec_qa.model.document import Block, BlockKind, Cell, Page, Table
from finchat_sec_qa.parse.flow import Paragraph
from finchat_sec_qa.parse.grid import Group, RawTable, place
from finchat_sec_qa.parse.headings import heading_level
from finchat_sec_qa.parse.tables import Part, RowPaths, Values, column_paths, own_note, split_parts
from finchat_sec_qa.parse.units import Note, read_note

NOTE_BLOCKS = 4  # blocks above a table that may state its scale
MAX_NOTE_BLOCK = 1_200  # characters; the last of them are looked at
MAX_TITLE = 200

_MARKER = re.compile(
    r"[•●▪■◦○‣∙·–—*†‡§◆►-]{1,3}|\(?(?:\d{1,2}|[a-z]{1,2}|[ivx]{1,5})[).]{1,2}|\((?:\d{1,2}|[A-Za-z]{1,2})\)|\d{1,2}"
    r"|note\s+\d{1,2}[.:]?|(?:item|part)\s+[\divx]{1,4}[a-c]?[.:]?",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•●▪■◦○‣∙·◆►]\s*\S|[–—]\s+\S|\(?(?:\d{1,2}|[a-z])[).]\s+\S")
_PAGE_LABEL = re.compile(
    r"(?:.{0,80}(?:\||form\s+10-[kq]|page)\s*)?[-–—\s]*((?:[A-Z]{1,2}-)?\d{1,4}|[ivxlc]{1,6})[-–—\s.]*",
    re.IGNORECASE,
)
_DEFAULT_NOTE = re.compile(
    r"\b(?:tabular|tables?|all (?:dollar )?amounts?|unless otherwise)\b", re.IGNORECASE
)


@dataclass(slots=True)
class _Entry:
    """A block before its heading level is known."""

    kind: BlockKind
    start: int
    end: int
    paragraph: Paragraph | None = None
    table: int | None = None


class Writer:
    """The text so far. `page_break` may be called at any moment between blocks."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self._lines: list[str] = []
        self._length = 0
        self._entries: list[_Entry] = []
        self._breaks: list[int] = []
        self._recent: list[str] = []
        self._default: Note | None = None

    @property
    def length(self) -> int:
        """Length of the text so far."""
        return self._length

    def page_break(self) -> None:
        """A page ends here."""
        if not self._breaks or self._breaks[-1] != self._length:
            self._breaks.append(self._length)

    def after_page_number(self) -> bool:
        """True when the last line is a page number."""
        return bool(self._recent) and _PAGE_LABEL.fullmatch(self._recent[-1]) is not None

    def paragraph(self, paragraph: Paragraph) -> None:
        """Write one paragraph, unless it is blank."""
        if paragraph.chars:
            paragraph.base = self._length
            self._block(paragraph, paragraph.text)

    def _block(self, paragraph: Paragraph, text: str) -> None:
        listed = paragraph.listed or _BULLET.match(text) is not None
        start = self._length
        self._line(text)
        self._entries.append(
            _Entry("list_item" if listed else "paragraph", start, start + len(text), paragraph)
        )
        self._recent.append(text)
        if len(text) < MAX_NOTE_BLOCK and self._default is None and _DEFAULT_NOTE.search(text):
            self._default = read_note(text)

    def _line(self, text: str) -> None:
        self._lines.append(text)
        self._length += len(text) + 1

    # --- tables ------------------------------------------------------------------------------------------

    def table(self, raw: RawTable) -> None:
        """Write a table; one that only lays out text becomes paragraphs and list items."""
        if raw.nested:
            for cell in (cell for raw_row in raw.rows for cell in raw_row):
                self.content(cell.content)
            return
        rows = place(raw)
        layout = _layout(rows)
        if layout == "table":
            for part in split_parts(rows):
                self._part(part)
        else:
            for row in rows:
                self._layout_row(row, separate=layout == "stack")

    def content(self, content: "list[Paragraph | RawTable]") -> None:
        """Write paragraphs and tables in order."""
        for item in content:
            if isinstance(item, Paragraph):
                self.paragraph(item)
            else:
                self.table(item)

    def _layout_row(self, row: list[Group], *, separate: bool) -> None:
        if separate:
            for group in row:
                for paragraph in group.paragraphs:
                    self.paragraph(paragraph)
        elif row:
            marked = len(row) == 2 and _MARKER.fullmatch(row[0].text) is not None
            text = self._place_row(row, " ")
            paragraph = _merged(row)
            paragraph.listed = marked and row[0].text[:4].lower() not in {"item", "part", "note"}
            self._block(paragraph, text)

    def _place_row(self, row: list[Group], joint: str) -> str:
        """Give every paragraph of the row its place in the line about to be written, and return the line."""
        at = self._length
        for group in row:
            group.start = at
            for join, paragraph in zip(group.joins, group.paragraphs, strict=True):
                at += len(join)
                paragraph.base = at
                at += len(paragraph.text)
            at += len(joint)
        return joint.join(group.text for group in row)

    def _part(self, part: Part) -> None:
        start = self._length
        note = own_note(part) or self._note_above() or self._default
        columns = column_paths(part)
        values = Values(columns, note, _currency(part, note))
        paths: list[tuple[str, ...]] = []
        cells: list[Cell] = []
        captions = RowPaths()
        bodies = {number for number, _ in part.body}
        for number, row in enumerate(part.rows, part.first_row):
            path = captions.path(row) if number in bodies else ()
            paths.append(path)
            if row:
                text = self._place_row(row, " | ")
                cells.extend(values.cell(number - part.first_row, group, path) for group in row)
                self._line(text)
        if not cells:
            return
        end = self._length - 1
        unit = values.currency
        table = Table(start, end, "", note.scale if note else 0, unit, tuple(paths), columns, tuple(cells))
        self._entries.append(_Entry("table", start, end, table=len(self.tables)))
        self.tables.append(table)
        self._recent.clear()

    def _note_above(self) -> Note | None:
        for text in reversed(self._recent[-NOTE_BLOCKS:]):
            note = read_note(text)
            if note:
                return note
        return None

    # --- the whole ---------------------------------------------------------------------------------------

    def text(self) -> str:
        """The whole text."""
        return "".join(f"{line}\n" for line in self._lines)

    def blocks(self, text: str) -> tuple[Block, ...]:
        """The blocks, with headings told from paragraphs; also gives the tables their titles."""
        body = self._body_size()
        found: list[Block] = []
        for entry in self._entries:
            level = 0
            if entry.paragraph is not None:
                level = heading_level(entry.paragraph, text[entry.start : entry.end], body)
            kind: BlockKind = "heading" if level else entry.kind
            found.append(Block(kind, entry.start, entry.end, level, entry.table))
        self._title_tables(text, found)
        return tuple(found)

    def _body_size(self) -> float:
        sizes: Counter[float] = Counter()
        for entry in self._entries:
            if entry.paragraph is not None:
                sizes[entry.paragraph.size] += entry.paragraph.chars
        return sizes.most_common(1)[0][0] if sizes else 0.0

    def _title_tables(self, text: str, blocks: list[Block]) -> None:
        title = ""
        for block in blocks:
            words = text[block.start : block.end]
            if block.kind == "heading":
                title = words
            elif block.table is not None:
                self.tables[block.table] = replace(self.tables[block.table], title=title[:MAX_TITLE])
            elif words.endswith(":") and len(words) <= MAX_TITLE:
                title = words

    def pages(self, text: str) -> tuple[Page, ...]:
        """The pages between breaks; none when the document has no break."""
        starts = [0, *(at for at in self._breaks if 0 < at < len(text))]
        if len(starts) == 1:
            return ()
        ends = [*starts[1:], len(text)]
        return tuple(
            Page(number, start, end, _page_label(text, start, end))
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
        )


def _page_label(text: str, start: int, end: int) -> str:
    """The printed number: what the last line of the page is, or ends with in a running foot."""
    last = text[max(start, end - 200) : end].rstrip("\n").rsplit("\n", 1)[-1]
    found = _PAGE_LABEL.fullmatch(last)
    return found[1] if found else ""


def _layout(rows: list[list[Group]]) -> str:
    """Say "table", or how one that only lays out text is written: "stack" of cells, "rows" of joined cells."""
    filled = [row for row in rows if row]
    widest = max((len(row) for row in filled), default=0)
    if widest <= 1:
        return "stack"
    if widest == 2 and all(len(row) == 1 or _MARKER.fullmatch(row[0].text) for row in filled):
        return "table" if all(row[-1].number for row in filled) else "rows"
    if len(filled) == 1 and not any(group.number and group.column for group in filled[0][1:]):
        long = sum(len(group.text) > 150 for group in filled[0])
        return "stack" if long > 1 else "rows"
    return "table"


def _merged(row: list[Group]) -> Paragraph:
    """A paragraph that counts how all of a row's characters are set."""
    merged = Paragraph()
    for paragraph in (paragraph for group in row for paragraph in group.paragraphs):
        merged.chars += paragraph.chars
        for name in ("bold", "italic", "underline", "centred", "link"):
            setattr(merged, name, getattr(merged, name) + getattr(paragraph, name))
        merged.size = max(merged.size, paragraph.size)
    return merged


def _currency(part: Part, note: Note | None) -> str | None:
    """The currency printed anywhere in the table, or said by its note."""
    for row in part.rows:
        for group in row:
            if group.number and group.number.unit and len(group.number.unit) == 3:
                return group.number.unit
    return "USD" if note and note.dollars else None
