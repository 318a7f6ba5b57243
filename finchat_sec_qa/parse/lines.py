"""Blocks from printed lines: headings, paragraphs, list items and tables, for pages without markup."""

import re
from collections.abc import Sequence

from finchat_sec_qa.model.document import Block
from finchat_sec_qa.parse.plain import Line

# A printed value: 1,234  $1,234  (1,234)  12.5%  $(0.31)  —  and footnoted ones like 1,234(a)
_VALUE = re.compile(
    r"[$€£¥]?\(?[$€£¥]?\d[\d,]*(?:\.\d+)?\)?%?\)?(?:pts?|x|bps)?(?:\([a-z\d]{1,2}\))?|[$€£¥]?[—–-]+%?"
    r"|N/?[AM]|n/?m|nm|\*+"
)
_LEADING = frozenset(("$", "€", "£", "¥", "(", "$(", "€("))  # belongs to the value after it
_TRAILING = frozenset((")", "%", ")%", "pts"))  # belongs to the value before it
_MARKED = re.compile(r"\d,\d{3}|[$€£¥%(]|\d\.\d|^[—–-]$")  # what a year or a page number has not
_ITEM = re.compile(
    r"^(?:PART|Part)\s[IV]{1,3}\b(?!\s[a-z])|^(?:ITEM|Item)S?s?\s\d{1,2}(?:[A-C]\b|\.\d\d)?(?![\d,)])(?!\s[a-z])"
)
_PART = re.compile(r"^(?:PART|Part)\s[IV]{1,3}\b")
_NOTE = re.compile(r"^note\s+\d{1,2}\b|^\d{1,2}\.\s+[A-Z]", re.IGNORECASE)
_BULLET = re.compile(r"^[•▪●◦○■·✓–—]\s?\S|^\((?:[a-z]|\d{1,2}|[ivx]{1,4})\)\s")
_HEADER = re.compile(
    r"\b(?:ended|ending|in (?:thousands|millions|billions)|millions|thousands|months|weeks|years?|quarters?|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"as of|at|change|increase|percent(?:age)?|total|except)\b|^\(?[$%]|(?:19|20)\d\d",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’&-]*")
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "our",
        "per",
        "the",
        "to",
        "with",
    )
)
_MAX_HEADING = 110
_MAX_HEADER = 10  # lines of header above the first row
_MAX_CAPTIONS = 3  # lines of captions between two rows of one table


def find_blocks(lines: Sequence[Line]) -> list[Block]:
    """The blocks of one page's lines in order; every line belongs to exactly one block."""
    rows = [trailing_values(line.text) for line in lines]
    blocks: list[Block] = []
    at = 0
    for first, last in _table_runs(lines, rows):
        blocks.extend(_prose(lines[at:first]))
        blocks.append(Block("table", lines[first].start, lines[last - 1].end))
        at = last
    blocks.extend(_prose(lines[at:]))
    return blocks


def trailing_values(text: str) -> int:
    """How many printed values a line ends with; a lone plain number counts only if it is marked as one."""
    if not (text[-1].isdigit() or text[-1] in ")%—–-*xsAMm"):
        return 0
    words = text.split(" ")
    count = 0
    first = len(words)
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word in _LEADING or word in _TRAILING:
            continue
        if not _VALUE.fullmatch(word):
            break
        count += 1
        first = at
    if count == 1 and (not _MARKED.search(words[first]) or len(text) > _MAX_HEADING):
        return 0
    return count


def _table_runs(lines: Sequence[Line], rows: Sequence[int]) -> list[tuple[int, int]]:
    """(first, after last) of each run of lines that prints a table: three rows or more with values."""
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        if not rows[at]:
            at += 1
            continue
        last, count = at, 1
        here = at + 1
        while here < len(lines) and here - last <= _MAX_CAPTIONS + 1:
            if rows[here]:
                last, count = here, count + 1
            elif not _may_be_caption(lines[here].text):
                break
            here += 1
        if count >= 3:
            runs.append((_with_header(lines, at, runs[-1][1] if runs else 0), last + 1))
        at = last + 1
    return runs


def _may_be_caption(text: str) -> bool:
    """True for a line that can stand inside a table: a label whose numbers follow, a group's name."""
    return len(text) <= _MAX_HEADING and not text.endswith((".", ";")) and not _ITEM.match(text)


def _with_header(lines: Sequence[Line], first: int, floor: int) -> int:
    """Where the table begins when the header lines above its first row are taken in.

    A header line names periods or units; up to two captions may stand between it and the rows.
    """
    begin = first
    for at in range(first - 1, max(floor, first - _MAX_HEADER) - 1, -1):
        text = lines[at].text
        if len(text) > 80 or text.endswith((".", ";", ":")) or _ITEM.match(text):
            break
        if _HEADER.search(text):
            begin = at
        elif begin - at > 2:
            break
    return begin


def _prose(lines: Sequence[Line]) -> list[Block]:
    """Blocks of lines that are no table."""
    if not lines:
        return []
    width = sorted(len(line.text) for line in lines)[len(lines) * 9 // 10]
    blocks: list[Block] = []
    first = 0
    for at, line in enumerate(lines):
        level = heading_level(line.text)
        if level and _stands_alone(lines, at, width):
            if first < at:
                blocks.append(_paragraph(lines[first:at]))
            blocks.append(Block("heading", line.start, line.end, level))
            first = at + 1
        elif at > first and (line.gap or _begins(lines[at - 1].text, line.text, width)):
            blocks.append(_paragraph(lines[first:at]))
            first = at
    if first < len(lines):
        blocks.append(_paragraph(lines[first:]))
    return blocks


def _paragraph(lines: Sequence[Line]) -> Block:
    return Block("list_item" if _BULLET.match(lines[0].text) else "paragraph", lines[0].start, lines[-1].end)


def _begins(before: str, text: str, width: int) -> bool:
    """True when `text` begins a new paragraph after the line `before`."""
    if _BULLET.match(text):
        return True
    ended = before.endswith((".", ":", "!", "?", "”", '."', ")"))
    return ended and len(before) < 0.85 * width and not text[0].islower()


def _stands_alone(lines: Sequence[Line], at: int, width: int) -> bool:
    """True unless the line is the rest or the start of a wrapped sentence."""
    text = lines[at].text
    if _ITEM.match(text) or _NOTE.match(text) or text.isupper():
        return True
    before = lines[at - 1].text if at else ""
    after = lines[at + 1].text if at + 1 < len(lines) else ""
    if before and len(before) > 0.8 * width and not before.endswith((".", ":", "!", "?", "”", ")")):
        return False
    return not (after and after[0].islower())


def heading_level(text: str) -> int:
    """1 to 4 for a line that reads like a heading (Part, Item or Note, capitals, Title Case), else 0."""
    if len(text) > _MAX_HEADING or len(text) < 3 or text[-1] in ",;":
        return 0
    if _PART.match(text):
        return 1
    if _ITEM.match(text):
        return 2
    words = _WORD.findall(text)
    if not words or (text[-1] == "." and not _NOTE.match(text)) or _BULLET.match(text):
        return 0
    letters = sum(map(len, words))
    if letters < 3 or letters < 0.6 * len(text.replace(" ", "")):
        return 0
    if text.isupper() or _NOTE.match(text):
        return 3
    weighty = [word for word in words if word.lower() not in _SMALL]
    if text[0].isupper() and len(words) <= 14 and weighty:
        return 4 if all(word[0].isupper() for word in weighty) else 0
    return 0
