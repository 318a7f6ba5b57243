"""EDGAR HTML, with or without inline XBRL, to a document and its facts."""

import hashlib
from dataclasses import dataclass

from finchat_sec_qa.errors import MalformedError
from finchat_sec_qa.model.document import Anchor, ParsedDocument
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.flow import Mark, Paragraph
from finchat_sec_qa.parse.grid import RawCell, RawTable
from finchat_sec_qa.parse.inline import Inline
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.markup import Attributes, Handler, read_markup
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.styles import PLAIN, Rule, Style, Styles
from finchat_sec_qa.parse.writer import Writer

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd dir div dl dt fieldset figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html legend li main menu nav ol option p page pre section table tbody td tfoot th "
    "thead title tr ul".split()
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_KNOWN = _BLOCKS | frozenset("span font b i u a br img sup sub em strong".split())


def parse_html(file: SourceFile, limits: Limits) -> ParsedFile:
    """Read one HTML file: text, blocks, tables, pages, anchors and facts; sections are left empty.

    Raises MalformedError for what is no HTML, LimitExceededError for what is too large, deep or slow.
    """
    walk, warnings = read_markup(file, limits, HtmlWalk)
    if not walk.known:
        raise MalformedError(file.name, "holds no HTML elements")
    walk.close()
    text = walk.writer.text()
    blocks, tables = walk.writer.blocks(text)
    facts = tuple(walk.inline.facts())
    document = ParsedDocument(
        name=file.name,
        kind="html",
        role=file.role,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        text=text,
        blocks=blocks,
        tables=tables,
        pages=walk.writer.pages(text),
        anchors=walk.anchors(text),
        warnings=(*warnings, *walk.inline.warnings, *(() if text else ("holds no text",))),
    )
    return ParsedFile(document, facts)


@dataclass(slots=True)
class _TableLevel:
    """A table that is open, and where its content goes: its last cell, if any."""

    raw: RawTable
    cell: RawCell | None = None


class HtmlWalk(Handler):
    """Turns events into paragraphs and tables, and hands XBRL to `inline`."""

    def __init__(self, deadline: Deadline) -> None:
        self.writer = Writer(deadline)
        self.inline = Inline()
        self.known = False
        self._styles = Styles()
        self._style = PLAIN
        self._stack: list[tuple[Style, Rule]] = []
        self._paragraph = Paragraph()
        self._tables: list[_TableLevel] = []
        self._breaks_in_line = 0
        self._names: list[tuple[str, Mark | None]] = []
        self._new_names: list[int] = []
        self._linked: set[str] = set()

    # --- events ------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        style, rule = self._styles.resolve(self._style, name, attributes)
        self._stack.append((self._style, rule))
        if ":" in name:
            self._start_xbrl(name, attributes)
        self._style = style
        if attributes and ("id" in attributes or "name" in attributes or "href" in attributes):
            self._name(name, attributes)
        if (rule.break_before and name != "hr") or name == "page":
            self._page_break()
        if name == "br":
            self._line_break()
        elif name in _BLOCKS or rule.block:
            self._start_block(name, attributes)
            self.known = True
        elif not self.known and name in _KNOWN:
            self.known = True

    def text(self, text: str) -> None:
        """Text inside the innermost element."""
        inline = self.inline
        if inline.open:
            inline.text(text)
        if inline.contexts.wants_text:
            inline.contexts.text(text)
        style = self._style
        if style.hidden:
            return
        if style.pre:
            self._preformatted(text)
            return
        self._add(text)

    def end(self, name: str) -> None:
        """The innermost element ends."""
        style, rule = self._stack.pop()
        if ":" in name:
            self._end_xbrl(name)
        if name in _BLOCKS or rule.block:
            self._end_block(name)
        self._style = style
        if rule.break_after or (name == "hr" and (rule.break_before or self._ends_page())):
            self._page_break()

    def close(self) -> None:
        """The file has ended: write what is still open."""
        while self._tables:
            self._end_table()
        self._flush()

    # --- text --------------------------------------------------------------------------------------------

    def _add(self, text: str) -> None:
        paragraph = self._paragraph
        start = paragraph.add(text, self._style)
        if start < 0:
            return
        self._breaks_in_line = 0
        mark = Mark(paragraph, start)
        end = paragraph.length - (paragraph.parts[-1] == " ")
        if self.inline.open:
            self.inline.placed(mark, Mark(paragraph, end))
        if self._new_names:
            for index in self._new_names:
                self._names[index] = (self._names[index][0], mark)
            self._new_names.clear()

    def _preformatted(self, text: str) -> None:
        """Lines of <pre> that look like a table's stay lines; others run on until a blank line."""
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if number and (not line.strip() or "   " in line.strip() or "   " in lines[number - 1].strip()):
                self._flush()
            self._add(line + (" " if number < len(lines) - 1 else ""))

    def _line_break(self) -> None:
        self.inline.gap()
        self._breaks_in_line += 1
        if self._breaks_in_line > 1 and not self._tables:
            self._flush()
        else:
            self._paragraph.space()

    def _flush(self) -> None:
        """The paragraph ends; what was in it goes to the open cell or into the text."""
        paragraph = self._paragraph
        if paragraph.chars:
            if self._tables:
                cell = self._tables[-1].cell
                if cell is None:
                    self._tables[-1].raw.rows.append([RawCell(1, 1, False, [paragraph])])
                else:
                    cell.content.append(paragraph)
            else:
                self.writer.paragraph(paragraph)
            self._paragraph = Paragraph()
        elif paragraph.indent or paragraph.level or paragraph.listed:
            self._paragraph = Paragraph()
        self._breaks_in_line = 0

    def _page_break(self) -> None:
        if not self._tables:
            self._flush()
            self.writer.page_break()

    def _ends_page(self) -> bool:
        """A plain rule ends a page where a page number stands above it."""
        return not self._tables and self.writer.after_page_number()

    # --- blocks ------------------------------------------------------------------------------------------

    def _start_block(self, name: str, attributes: Attributes) -> None:
        self._flush()
        if self.inline.open:
            self.inline.gap()
        if name in _LEVELS:
            self._paragraph = Paragraph(level=_LEVELS[name])
        elif name == "li":
            self._paragraph = Paragraph(listed=True)
        elif self._style.hidden:
            return
        elif name == "table":
            if self._tables:
                self._tables[-1].raw.nested = True
            self._tables.append(_TableLevel(RawTable()))
        elif self._tables:
            self._start_in_table(name, attributes)

    def _start_in_table(self, name: str, attributes: Attributes) -> None:
        level = self._tables[-1]
        if name == "tr":
            level.raw.rows.append([])
            level.cell = None
        elif name in {"td", "th"}:
            if not level.raw.rows:
                level.raw.rows.append([])
            cell = RawCell(_span(attributes, "colspan"), _span(attributes, "rowspan"), name == "th")
            level.raw.rows[-1].append(cell)
            level.cell = cell

    def _end_block(self, name: str) -> None:
        self._flush()
        if self.inline.open:
            self.inline.gap()
        if self._style.hidden or not self._tables:
            return
        if name == "table":
            self._end_table()
        elif name in {"td", "th", "tr"}:
            self._tables[-1].cell = None

    def _end_table(self) -> None:
        raw = self._tables.pop().raw
        if not self._tables:
            self.writer.table(raw)
            return
        outer = self._tables[-1]
        if outer.cell is None:
            outer.raw.rows.append([RawCell(1, 1, False)])
            outer.cell = outer.raw.rows[-1][0]
        outer.cell.content.append(raw)

    # --- XBRL and anchors --------------------------------------------------------------------------------

    def _start_xbrl(self, name: str, attributes: Attributes) -> None:
        if name.startswith("ix:"):
            self.inline.start(name, attributes, hidden=self._style.hidden)
        elif name.startswith("xbrl"):
            self.inline.contexts.start(name, attributes)

    def _end_xbrl(self, name: str) -> None:
        if name.startswith("ix:"):
            self.inline.end(name)
        elif name.startswith("xbrl"):
            self.inline.contexts.end(name)

    def _name(self, name: str, attributes: Attributes) -> None:
        if name == "a":
            href = attributes.get("href", "")
            if href.startswith("#"):
                self._linked.add(href[1:])
        own = attributes.get("id") or (attributes.get("name") if name == "a" else None)
        if own and not self._style.hidden:
            self._new_names.append(len(self._names))
            self._names.append((own, None))

    def anchors(self, text: str) -> tuple[Anchor, ...]:
        """The names that links lead to, and those of facts (one a line), in order of the text."""
        found: dict[str, Anchor] = {}
        fact_ids = self.inline.ids
        line_end = -1
        for name, mark in self._names:
            offset = mark.offset() if mark else len(text)
            if offset is None or name in found:
                continue
            if name in self._linked:
                found[name] = Anchor(name, offset)
            elif name in fact_ids and offset > line_end:
                found[name] = Anchor(name, offset)
                line_end = text.find("\n", offset)
        return tuple(sorted(found.values(), key=lambda anchor: anchor.start))


def _span(attributes: Attributes, name: str) -> int:
    value = attributes.get(name) if attributes else None
    if value is None:
        return 1
    value = value.strip()
    return int(value) if value.isdecimal() and len(value) < 6 else 1
