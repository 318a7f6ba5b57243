"""Sentences and table rows as spans of a text: the smallest things that are quoted."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from finchat_sec_qa.model.document import Block

BOUNDARY = re.compile(r"[.!?][”\"')\]]*\s+(?=[A-Z“\"(•\d])")
LINE_END = re.compile(r"\n")
# A full stop after these ends no sentence.
ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|No|Nos|Mr|Mrs|Ms|Dr|St|vs|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|etc|Jr|Sr"
    r"|Art|Sec|Ex|Fig|cf|e\.g|i\.e|U\.S|U\.K|D\.C|a\.m|p\.m|Bros|Cos|Messrs|Rev)|\b[A-Z])$"
)


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of text[start:end], blanks at their ends left out.

    A line end is a blank like others: printed prose runs on over it.
    """
    at = start
    for match in BOUNDARY.finditer(text, start, end):
        stop = match.start()
        if match[0][0] == "." and ABBREVIATION.search(text, max(at, stop - 12), stop):
            continue
        yield from _trimmed(text, at, match.start() + len(match[0].rstrip()))
        at = match.end()
    yield from _trimmed(text, at, end)


def row_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the lines of text[start:end], blanks at their ends left out: the rows of a table."""
    at = start
    for match in LINE_END.finditer(text, start, end):
        yield from _trimmed(text, at, match.start())
        at = match.end()
    yield from _trimmed(text, at, end)


def quotable_spans(text: str, blocks: Sequence[Block], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of the paragraphs and rows of the tables of text[start:end], in order.

    `blocks` are the document's, in order; what belongs to none (page numbers) is not quoted.
    """
    first = bisect_right(blocks, start, key=lambda block: block.end)
    for at in range(first, len(blocks)):  # a store makes only those that are asked for
        block = blocks[at]
        if block.start >= end:
            return
        spans = row_spans if block.kind == "table" else sentence_spans
        yield from spans(text, max(start, block.start), min(end, block.end))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
