"""Where a page prints tables: the lines that head each and the lines below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from finchat_sec_qa.model.heading import TOKEN, only_heading
from finchat_sec_qa.parse.lines import heading_level, trailing_values
from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.values import find_runs

MAX_HEAD = 14  # lines from a table's title to its first row
LONG = 105  # characters of a line of prose
SENTENCE = 60  # characters of a line that may end a sentence
PROSE = 3  # so many long lines without values in a row are no part of a table

STATEMENT = re.compile(
    r"\bbalance\s+sheets?\b"
    r"|\bstatements?\s+of\s+(?:\w+\s+){0,2}(?:financial\s+(?:position|condition)|income|earnings|operations|cash\s+flows?"
    r"|(?:comprehensive\s+)?(?:income|loss)|profit|(?:share|stock)\w*[’']?s?\s+equity|equity|changes\s+in)"
    r"|\b(?:income|earnings|cash\s+flows?|operations)\s+statements?\b",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"\bnotes\s+to\b|\baccompanying\b|\bsee\b|\brefer\b|\bintegral\b|[.;]$|\breport\s+of\b|\bindex\b|^item\s",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Region:
    """Lines that head a table, and those from its first row to its last.

    `above` are all lines since the table before.
    """

    head: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    title: str = ""
    above: list[Line] = field(default_factory=list)


def is_statement_title(text: str) -> bool:
    """Whether a line is the title of a financial statement."""
    return len(text) < 130 and STATEMENT.search(text) is not None and not _NO_TITLE.search(text)


def is_sentence(text: str) -> bool:
    """Whether a line ends a sentence: "… were as follows (in millions):"."""
    return len(text) > SENTENCE and text.endswith((".", ":")) and not is_statement_title(text)


def find_regions(lines: Sequence[Line]) -> list[Region]:
    """The tables of a page, in order."""
    regions: list[Region] = []
    current = Region()
    last = 0  # lines of the body up to its last row with values
    for printed in lines:
        line = printed
        row = has_row(line.text)
        begins = not row and (is_statement_title(line.text) or only_heading(line.text))
        if last and (begins or _ended(current.body[last:])):
            after = current.body[last:]
            regions.append(_closed(current, last))
            current, last = Region(head=after), 0
        if row and not last:
            head, line = _split_heading(line)
            current.head.extend(head)
        if last or row:
            current.body.append(line)
            last = len(current.body) if row else last
        else:
            current.head.append(line)
    if last:
        regions.append(_closed(current, last))
    return regions


def _split_heading(line: Line) -> tuple[list[Line], Line]:
    """The headings that stand on the first row's own line, and the row: pdfium may join the two."""
    end = 0
    count = 0
    for token in TOKEN.finditer(line.text):
        if only_heading(line.text[: token.end()]):
            end = token.end()
            count += token.lastgroup in {"year", "numeric"}
    if count < 2:
        return [], line
    rest = line.text[end:].lstrip()
    if not rest or not has_row(rest):
        return [], line
    return [Line(line.text[:end], line.start)], Line(rest, line.start + len(line.text) - len(rest))


def has_row(text: str) -> bool:
    """Whether a line ends with values of a row: two or more that are not all years."""
    if trailing_values(text) < 1:
        return False
    runs = find_runs(text)
    return bool(runs) and len(runs[-1].values) > 1 and not all(value.year for value in runs[-1].values)


def _ended(lines: Sequence[Line]) -> bool:
    """Whether prose follows the last row."""
    return len(lines) >= PROSE and all(len(line.text) > LONG for line in lines[-PROSE:])


def _closed(region: Region, last: int) -> Region:
    """The region with its body cut behind the last row and its head from the title on."""
    head: list[Line] = []
    for line in reversed(region.head[-MAX_HEAD:]):
        text = line.text
        if len(text) > LONG and not (TOKEN.search(text) and len(text) < 160):
            break
        if text.endswith(".") and is_sentence(text):
            break
        head.insert(0, line)
        if is_statement_title(text) and not _part_of_title(region.head, line):
            break
    titles = [line.text for line in head if is_statement_title(line.text)]
    others = [line.text for line in head if heading_level(line.text) and not only_heading(line.text)]
    title = (titles or others or [""])[-1 if titles else 0]
    return Region(head, region.body[:last], title[:200], region.head)


def _part_of_title(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line above is a statement's title too: "INCOME STATEMENTS" below "FINANCIAL STATEMENTS"."""
    at = lines.index(line)
    return at > 0 and is_statement_title(lines[at - 1].text)
