"""Printed lines of PDF and plain-text filings: their characters made plain."""

import re
from dataclasses import dataclass

_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "•", 0xF0FC: "✓"}  # Symbol and Wingdings, as PDFs give them
_BOXES = {0xF0A3: "☐", 0xF06F: "☐", 0xF0A8: "☐", 0xF052: "☒", 0xF0FE: "☒", 0xF078: "☒"}
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
# pdfium writes \x02 or \ufffe for a hyphen at the end of a printed line and joins the lines; nearly all of
# these are real hyphens ("long-term"), so the hyphen is kept.
_HYPHENS = {0x02: "-", 0xFFFE: "-"}
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\uf000-\uf0ff\ufb00-\ufb04\ufeff\ufffe\uffff\ud800-\udfff]"
)
_KNOWN = {**_BULLETS, **_BOXES, **_LIGATURES, **_HYPHENS, 0x85: "\n"}
_RULE = re.compile(r"_{20,}")
_LEADER = re.compile(r"(?<!\.)(?:(?: ?\.){5,}|(?: \.){3,})(?= |$)")

_LABEL = re.compile(r"(?:page\s+)?([A-Z]-\d{1,3}|\d{1,4}|[ivxl]{1,7})(?:\s+of\s+\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line and where it stands in the document's text; its line end is not part of it.

    `gap` is True when a blank or ruled line stands above it.
    """

    text: str
    start: int
    gap: bool = False

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


def plain_lines(printed: str, start: int) -> list[Line]:
    """The lines of a printed page, blank ones and ruled ones left out.

    Whitespace runs are one space, zero-width characters are dropped, dot leaders are one space. The lines
    are numbered as if joined by single line ends from offset `start` on.
    """
    if _ODD.search(printed):
        printed = _ODD.sub(lambda found: _KNOWN.get(ord(found.group()), ""), printed)
    if "______" in printed:  # long rules stand where a designer drew one, also inside a line
        printed = _RULE.sub("\n", printed)
    lines: list[Line] = []
    gap = False
    for row in printed.splitlines():
        text = " ".join(row.split())
        if not text or not text.strip("-=_ .*"):
            gap = bool(lines)
            continue
        if ". ." in text or "....." in text:
            text = " ".join(_LEADER.sub(" ", text).split())
        lines.append(Line(text, start, gap))
        start += len(text) + 1
        gap = False
    return lines


def without_furniture(lines: list[Line]) -> tuple[str, list[Line]]:
    """The printed page number ("" if none), and the lines without it and without the link to the contents.

    Page furniture stays in the text but belongs to no block: it would end up inside sentences.
    """
    label = ""
    for at in (-1, 0):
        found = _LABEL.fullmatch(lines[at].text) if lines else None
        if found:
            label = found.group(1)
            lines = lines[:-1] if at else lines[1:]
            break
    if len(lines) > 1 and lines[0].text.lower() == "table of contents":
        lines = lines[1:]
    return label, lines
