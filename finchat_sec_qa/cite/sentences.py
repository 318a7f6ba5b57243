"""Sentences and table rows as spans of a text: the smallest things that are quoted."""

import re
from collections.abc import Iterator

BOUNDARY = re.compile(r"[.!?][”\"')\]]*\s+(?=[A-Z“\"(•\d])|[.!?]?\n")
# A full stop after these ends no sentence.
ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|No|Nos|Mr|Mrs|Ms|Dr|St|vs|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|etc|Jr|Sr"
    r"|Art|Sec|Ex|Fig|cf|e\.g|i\.e|U\.S|U\.K|D\.C|a\.m|p\.m|Bros|Cos|Messrs|Rev)|\b[A-Z])$"
)


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of text[start:end], blanks at their ends left out; a line is never crossed."""
    at = start
    for match in BOUNDARY.finditer(text, start, end):
        stop = match.start()
        if match[0][0] == "." and ABBREVIATION.search(text, max(at, stop - 12), stop):
            continue
        yield from _trimmed(text, at, match.start() + len(match[0].rstrip()))
        at = match.end()
    yield from _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
