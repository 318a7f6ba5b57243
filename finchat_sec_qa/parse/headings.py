"""Which paragraphs are headings, by how they are set: filers seldom use <h1>."""

import re

from finchat_sec_qa.parse.flow import Paragraph

MAX_HEADING = 220  # characters; longer bold paragraphs are emphasis

_PART = re.compile(r"PART\s+[IVX]{1,4}\b[\s.—–-]*", re.IGNORECASE)
_ITEM = re.compile(r"ITEMS?\s+\d{1,2}[A-C]?\b", re.IGNORECASE)
_ITEM_LINE = re.compile(r"ITEMS?\s+\d{1,2}[A-C]?\s*[.:–—-].{0,100}[^.,;”]", re.IGNORECASE)
_NEVER = re.compile(
    r"table of contents|\W*|(?:page\s+)?\W*[ivxlc\d]{1,5}\W*|see (?:the )?accompanying notes.*"
    r"|\(?continued\)?|\(?(?:in|dollars in|amounts in|\$ in)?\s*(?:thousands|millions|billions)\b.*"
    r"|\(unaudited\)|.*\bform\s+10-[KQ]\b.*\d",
    re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"[^\W\d_]")


def heading_level(paragraph: Paragraph, text: str, body_size: float) -> int:
    """1 (largest) to 6 for a heading, 0 for other text. `body_size` is the usual size, 0 if unknown."""
    if paragraph.level:
        return paragraph.level
    if (
        not 2 < len(text) <= MAX_HEADING
        or paragraph.listed
        or not _LETTER.search(text)
        or _NEVER.fullmatch(text)
    ):
        return 0
    chars = max(paragraph.chars, 1)
    if paragraph.link > 0.6 * chars:
        return 0
    bold = paragraph.bold > 0.9 * chars
    if _PART.match(text) and len(text) < 60 and (bold or paragraph.centred or _PART.fullmatch(text)):
        return 1
    if _ITEM.match(text) and (bold or _ITEM_LINE.fullmatch(text)):
        return 2
    if text[-1] in ";," or (text[-1] == "." and not bold):
        return 0
    return _by_setting(paragraph, text, body_size, bold=bold)


def _by_setting(paragraph: Paragraph, text: str, body_size: float, *, bold: bool) -> int:
    chars = max(paragraph.chars, 1)
    italic = paragraph.italic > 0.9 * chars
    if body_size and paragraph.size > (1.1 if bold else 1.3) * body_size:
        return 3
    if bold and (paragraph.centred or text.isupper()) and not italic:
        return 3
    if bold:
        return 5 if italic else 4
    if paragraph.centred and text.isupper() and len(text) < 120:
        return 4
    short = len(text) < 120 and text[0].isupper()
    if short and (paragraph.underline > 0.9 * chars or italic):
        return 6
    return 0
