"""Lines that may be the heading of an Item, and how much each looks like one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.parse.section_rules import Rule

_ITEM = re.compile(
    r"^[ |•]*(?:PART[ ]+(IV|I{1,3})\b[ ,.:|–—-]*)?"
    r"ITEMS?[ ]*(\d{1,2})[ ]*(?:\(?([A-C])\b\)?)?(?![\d])([^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_PART = re.compile(r"^[ |]*PART[ ]+(IV|I{1,3})\b[^\n]{0,80}$", re.IGNORECASE | re.MULTILINE)
_JOINT = re.compile(r"^\s*(?:and|&|,)\s*(?:item\s*)?(\d{1,2}[A-C]?)\b\s*[.:—–|-]", re.IGNORECASE)
_EDGE = " .:;—–|‑-•)\t*"
_NO_HEADING = re.compile(
    r"^\s*[,”\"’;/]|^\s*\((?!t\)|cont)"
    r"|^[ .|:—–-]*(?:of|to|in|and|or|for|above|below|on|is|was|see|as|under)\b"
)
_CONTINUED = re.compile(r"\(?\bcont(?:inued|’d|'d|d)\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[\s|.…]+(?:F-|S-)?\d{1,3}(?:\s?(?:[-–—,]|to)\s?(?:F-)?\d{1,3})*[\s|]*$|\bN/A\s*$")
_MAX_HEADING = 260
_TITLED, _BARE = 10, 4


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that may begin an Item.

    `ranks` are the places in the form's order of Items that it may stand for, `joint` the number of a
    second Item that it also covers ("Items 1 and 2"), `listed` True when it ends with a page number.
    """

    start: int
    end: int
    ranks: tuple[int, ...]
    score: int
    title: str
    joint: str = ""
    listed: bool = False


def find_headings(document: ParsedDocument, rules: Sequence[Rule]) -> list[Heading]:
    """All lines that name an Item of `rules`, tables of contents included, in order of the text."""
    text = document.text
    kinds = {block.start: block.kind for block in document.blocks}
    anchors = {anchor.start for anchor in document.anchors}
    parts = [(found.start(), _part_name(found.group(1))) for found in _PART.finditer(text)]
    headings: list[Heading] = []
    at = 0
    for found in _ITEM.finditer(text):
        while at < len(parts) and parts[at][0] <= found.start():
            at += 1
        part = _part_name(found.group(1)) if found.group(1) else parts[at - 1][1] if at else ""
        heading = _heading(text, found, rules, part)
        if heading is None:
            continue
        score = heading.score
        score += 1 if kinds.get(heading.start) == "heading" else 0
        score += 2 if heading.start in anchors else 0
        score -= 3 if _inside_sentence(text, heading.start) else 0
        headings.append(
            Heading(
                heading.start, heading.end, heading.ranks, score, heading.title, heading.joint, heading.listed
            )
        )
    return headings


def _part_name(numeral: str) -> str:
    return f"Part {numeral.upper()}"


def _heading(text: str, found: re.Match[str], rules: Sequence[Rule], part: str) -> Heading | None:
    number = found.group(2) + (found.group(3) or "").upper()
    rest = found.group(4)
    joint = _JOINT.match(rest)
    if joint:
        rest = rest[joint.end() :]
    elif _NO_HEADING.match(rest):
        return None
    listed = bool(_PAGE_NUMBER.search(rest))
    title = rest.strip(_EDGE)
    named = title if len(title) > 3 else _next_lines(text, found.end())
    fitting = [(rank, rule) for rank, rule in enumerate(rules) if rule.number == number]
    titled = tuple(rank for rank, rule in fitting if rule.pattern.match(named))
    if joint and not titled:
        titled = tuple(rank for rank, _ in fitting)
    if titled:
        score = _TITLED - (2 if _CONTINUED.search(rest) else 0) - (3 if "”" in title[:_MAX_HEADING] else 0)
        return Heading(
            found.start(),
            found.end(),
            titled,
            score,
            named[:_MAX_HEADING],
            joint.group(1).upper() if joint else "",
            listed,
        )
    bare = tuple(rank for rank, rule in fitting if not part or rule.part == part) or tuple(
        r for r, _ in fitting
    )
    if len(title) > 3 or not bare:
        return None
    return Heading(found.start(), found.end(), bare, _BARE, "", "", listed)


def _next_lines(text: str, end: int) -> str:
    """The two lines below, as one: where a title stands that is not on the Item's own line."""
    return " ".join(text[end : end + 300].split("\n")[1:3]).strip(_EDGE)


def _inside_sentence(text: str, start: int) -> bool:
    """True when the line above is long and breaks off inside a sentence."""
    above = text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    return len(above) > 60 and (above[-1].islower() or above[-1] in ",“(")


def part_line_before(text: str, start: int) -> int:
    """Where the "PART II" line begins that stands directly above `start`; `start` if there is none."""
    at = start
    for _ in range(3):
        if at == 0:
            break
        above = text.rfind("\n", 0, at - 1) + 1
        if _PART.fullmatch(text, above, at - 1):
            return above
        at = above
    return start
