"""The text of a document as it grows: paragraphs that collect styled runs, and marks that survive the way.

Content is buffered in `Paragraph`s (a table's cells wait until the whole table is known), so a place is a
`Mark`, a paragraph and an offset in it; `Mark.offset()` is its place in the final text.
"""

import re
from dataclasses import dataclass

from finchat_sec_qa.parse.styles import Style

_DROPPED = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c"))
# what stands in front of a paragraph, kept from its words by a margin instead of a blank
_MARKER = re.compile(
    r"[•●▪■◦○‣·◆►]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|(?i:item|note)\s+\d{1,2}[A-Ca-c]?[.:]"
)


class Paragraph:
    """One paragraph (or the content of a cell between breaks) with counts of how its characters are set."""

    __slots__ = (
        "base", "bold", "centred", "chars", "indent", "italic", "left", "length", "level", "link", "listed",
        "parts", "raised", "size", "underline",
    )  # fmt: skip

    def __init__(self, *, level: int = 0, listed: bool = False) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.base = -1  # offset in the final text, -1 until it is written
        self.level = level
        self.listed = listed
        self.chars = self.bold = self.italic = self.underline = self.centred = self.link = 0
        self.size = 0.0
        self.left = 0.0  # of the block it begins in, in points
        self.indent = 0  # blanks before its first character
        self.raised: list[tuple[int, int]] = []

    def add(self, text: str, style: Style) -> int:
        """Append text with blanks normalised; returns the offset in the paragraph where it begins.

        -1 when the text is blank.
        """
        if not text.isascii():
            text = text.translate(_DROPPED)
        words = " ".join(text.split())
        if not words:
            if text:
                self._blank(len(text))
            return -1
        if text[0].isspace():
            self._blank(len(text) - len(text.lstrip()))
        start = self.length
        if not start:
            self.left = style.left
        self.parts.append(words)
        self.length += len(words)
        self._count(len(words), start, style)
        if text[-1].isspace() or (not start and _MARKER.fullmatch(words)):
            self.parts.append(" ")
            self.length += 1
        return start

    def _count(self, count: int, start: int, style: Style) -> None:
        self.chars += count
        if style.bold:
            self.bold += count
        if style.italic:
            self.italic += count
        if style.underline:
            self.underline += count
        if style.centred:
            self.centred += count
        if style.link:
            self.link += count
        self.size = max(self.size, style.size)
        if style.raised:
            self.raised.append((start, self.length))

    def _blank(self, count: int) -> None:
        if not self.length:
            self.indent += min(count, 40)
        elif self.parts[-1] != " ":
            self.parts.append(" ")
            self.length += 1

    def space(self) -> None:
        """A line break inside the paragraph: a blank, unless there is one already."""
        if self.length and self.parts[-1] != " ":
            self.parts.append(" ")
            self.length += 1

    @property
    def text(self) -> str:
        """The text without a blank at the end."""
        if self.parts and self.parts[-1] == " ":
            return "".join(self.parts[:-1])
        return "".join(self.parts)

    @property
    def plain(self) -> str:
        """The text without raised footnote marks."""
        if not self.raised:
            return self.text
        text, kept, last = self.text, [], 0
        for start, end in self.raised:
            kept.append(text[last:start])
            last = end
        return ("".join(kept) + text[last:]).strip()


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a paragraph."""

    paragraph: Paragraph
    at: int

    def offset(self) -> int | None:
        """The place in the final text, None when the paragraph was never written (blank)."""
        paragraph = self.paragraph
        return None if paragraph.base < 0 else paragraph.base + self.at
