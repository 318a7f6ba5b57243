"""Where words stand on a page of a PDF, asked of pdfium for the few lines that need it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

import pypdfium2

from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.shapes import Box

_LEADER = re.compile(r"\.{3,}|_{20,}")
_SKIPPED = 300  # characters that plain lines may leave out between two lines
_SAME = str.maketrans({"\ufffe": "-", "\x02": "-"})  # hyphens, as `plain_lines` writes them


class PageShapes:
    """The words of one open page; `lines` are its plain lines in order.

    Lives as long as `text` is open. Lines whose characters were changed on the way have no boxes.
    """

    def __init__(self, text: pypdfium2.PdfTextPage, lines: Sequence[Line]) -> None:
        self._text = text
        self._lines = lines
        self._starts = [line.start for line in lines]

    def boxes(self, line: Line, spans: Sequence[tuple[int, int]]) -> list[Box] | None:
        """The boxes of stretches [start, end) of a line, None where its place on the page is not known."""
        at = bisect_right(self._starts, line.start) - 1
        place = self._places[at] if at >= 0 else None
        if place is None:
            return None
        behind = line.start - self._starts[at]
        whole = self._lines[at].text
        found: list[Box] = []
        for start, end in spans:
            words = line.text[start:end]
            first = place + len(_solid(whole[: behind + start]))
            last = first + len(_solid(words)) - 1
            if last < first:
                return None
            found.append(self._box(words, self._characters[first], self._characters[last]))
        return found

    def _box(self, words: str, first: int, last: int) -> Box:
        left, bottom, _, top = self._text.get_charbox(first, loose=True)
        right = self._text.get_charbox(last)[2]
        return Box(words, left, right, top, top - bottom)

    @cached_property
    def _printed(self) -> str:
        """All characters of the page as pdfium counts them; "" where a count is off."""
        printed: str = self._text.get_text_range()
        return printed if len(printed) == self._text.count_chars() else ""

    @cached_property
    def _characters(self) -> list[int]:
        """Pdfium's number of each character that is no blank."""
        kept = [at for at, character in enumerate(self._printed) if not character.isspace()]
        solid = "".join(self._printed.split())
        for leader in reversed(list(_LEADER.finditer(solid))):
            del kept[leader.start() : leader.end()]
        return kept

    @cached_property
    def _places(self) -> list[int | None]:
        """For each line the number of its first character among those that are no blanks."""
        solid = _solid(self._printed).translate(_SAME)
        places: list[int | None] = []
        at = 0
        for line in self._lines:
            words = _solid(line.text)
            found = solid.find(words, at, at + len(words) + _SKIPPED)
            places.append(found if found >= 0 else None)
            at = found + len(words) if found >= 0 else at
        return places


def _solid(text: str) -> str:
    """The characters that are no blanks and no leaders from a label to its number."""
    solid = "".join(text.split())
    return _LEADER.sub("", solid) if "..." in solid or "___" in solid else solid
