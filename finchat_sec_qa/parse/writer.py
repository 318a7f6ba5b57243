"""Writes paragraphs and tables into one text and keeps what stands where: blocks, tables, pages."""

import re
from collections import Counter
from dataclasses import dataclass

from finchat_sec_qa.model.document import Block, BlockKind, Page, Table
from finchat_sec_qa.parse.flow import Paragraph
from finchat_sec_qa.parse.grid import Group, RawTable, place
from finchat_sec_qa.parse.headings import heading_level
from finchat_sec_qa.parse.limits import Deadline
from finchat_sec_qa.parse.tables import (
    Part,
    RowPaths,
    Values,
    column_paths,
    own_note,
    split_parts,
    without_notes,
)
from finchat_sec_qa.parse.units import Note, read_note

NOTE_BLOCKS = 4  # blocks above a table that may state its scale
MAX_NOTE_BLOCK = 1_200  # characters; the last of them are looked at
MAX_TITLE = 200
MAX_FOOT = 100  # characters of a line at the foot or head of a page

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
_SENTENCE = re.compile(r"(?!.*accompanying notes|\W*[\da-z]{1,2}\)).{40,}\.|.*:", re.IGNORECASE)  # leads on
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


@dataclass(frozen=True, slots=True)
class _Written:
    """A table that stands in the text, before its numbers are read."""

    part: Part
    paths: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]
    note: Note | None
    start: int
    end: int
    continued: bool


class Writer:
    """The text so far. `page_break` may be called at any moment between blocks."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._parts: list[_Written] = []
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
        rows = place(raw, self._deadline)
        layout = "stack" if rows is None else _layout(rows)
        if rows is None:  # no printed page is so wide: keep its words, not its form
            for cell in (cell for raw_row in raw.rows for cell in raw_row):
                self.content(cell.content)
            return
        if layout == "table":
            for part in split_parts(rows):
                self._deadline.check()
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
        paths: list[tuple[str, ...]] = []
        captions = RowPaths()
        bodies = {number for number, _ in part.body}
        for number, row in enumerate(part.rows, part.first_row):
            paths.append(captions.path(row) if number in bodies else ())
            if row:
                self._line(self._place_row(row, " | "))
        if self._length == start:
            return
        before = self._parts[-1] if self._parts and self._only_page_foot() else None
        note = own_note(part) or self._note_above() or (before.note if before else None)
        columns = column_paths(part)
        same = before and not part.heads and len(part.columns) == len(before.part.columns)
        if before and same and (not self._recent or any(map(_PAGE_LABEL.fullmatch, self._recent))):
            columns = before.columns  # goes on over a page, without its headings
        self._entries.append(_Entry("table", start, self._length - 1, table=len(self._parts)))
        end = self._length - 1
        self._parts.append(_Written(part, tuple(paths), columns, note, start, end, before is not None))
        self._recent.clear()

    def _only_page_foot(self) -> bool:
        """True when nothing but the foot and head of a page stands between the last table and here."""
        return len(self._recent) <= NOTE_BLOCKS and all(
            len(text) < MAX_FOOT and _SENTENCE.fullmatch(text) is None for text in self._recent
        )

    def _note_above(self) -> Note | None:
        for text in reversed(self._recent[-NOTE_BLOCKS:]):
            note = read_note(text)
            if note:
                return note
        return None

    def _usual_note(self) -> Note | None:
        """What the document says of all its tables, or what most of those with a note say."""
        if self._default:
            return self._default
        scales = Counter(written.note.scale for written in self._parts if written.note)
        scale, times = scales.most_common(1)[0] if scales else (0, 0)
        return Note(scale, None, dollars=True) if times >= 3 and times > 0.7 * scales.total() else None

    def _tables(self, titles: list[str]) -> tuple[Table, ...]:
        usual = self._usual_note()
        found: list[Table] = []
        currency: str | None = None
        for written, title in zip(self._parts, titles, strict=True):
            self._deadline.check()
            part = written.part
            values = Values(
                part, written.columns, written.note, usual, currency if written.continued else None
            )
            currency = values.currency
            bodies = {number for number, _ in part.body}
            cells = tuple(
                values.cell(index, group, path, heads=index + part.first_row not in bodies)
                for index, (row, path) in enumerate(zip(part.rows, written.paths, strict=True))
                for group in row
            )
            found.append(
                Table(
                    written.start, written.end, title, values.scale, values.currency, written.paths,
                    without_notes(written.columns), cells,
                )
            )  # fmt: skip
        return tuple(found)

    # --- the whole ---------------------------------------------------------------------------------------

    def text(self) -> str:
        """The whole text."""
        return "".join(f"{line}\n" for line in self._lines)

    def blocks(self, text: str) -> tuple[tuple[Block, ...], tuple[Table, ...]]:
        """The blocks, with headings told from paragraphs, and the tables with their titles."""
        body = self._body_size()
        found: list[Block] = []
        titles: list[str] = []
        title = ""
        for entry in self._entries:
            words = text[entry.start : entry.end]
            level = heading_level(entry.paragraph, words, body) if entry.paragraph else 0
            kind: BlockKind = "heading" if level else entry.kind
            found.append(Block(kind, entry.start, entry.end, level, entry.table))
            if entry.table is not None:
                titles.append(title[:MAX_TITLE])
            elif level or (words.endswith(":") and len(words) <= MAX_TITLE):
                title = words
        return tuple(found), self._tables(titles)

    def _body_size(self) -> float:
        sizes: Counter[float] = Counter()
        for entry in self._entries:
            if entry.paragraph is not None:
                sizes[entry.paragraph.size] += entry.paragraph.chars
        return sizes.most_common(1)[0][0] if sizes else 0.0

    def pages(self, text: str) -> tuple[Page, ...]:
        """The pages between breaks; none when the document has no break."""
        starts = [0, *(at for at in self._breaks if 0 < at < len(text))]
        if len(starts) == 1:
            return ()
        ends = [*starts[1:], len(text)]
        tables = {written.end for written in self._parts}
        return tuple(
            Page(number, start, end, _page_label(text, start, end, tables))
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
        )


def _page_label(text: str, start: int, end: int, tables: set[int]) -> str:
    """The printed number: what the last line is, or ends with in a running foot; never the row of a table."""
    if end - 1 in tables:
        return ""
    last = text[max(start, end - 200) : end].rstrip("\n").rsplit("\n", 1)[-1]
    found = _PAGE_LABEL.fullmatch(last)
    return found[1] if found else ""


def _layout(rows: list[list[Group]]) -> str:
    """Say "table", or for one that only lays out text "stack" (cell by cell) or "rows" (each row joined)."""
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
