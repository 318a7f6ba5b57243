"""An answer's sentences with their citation marks, for the template."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_MARKER = re.compile(r"\[(\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class Segment:
    """Plain text, or the number of a citation that stands here."""

    text: str
    citation: int | None = None


def segments(text: str, citations: Collection[int]) -> tuple[tuple[Segment, ...], ...]:
    """Paragraphs of segments. "[3]" becomes a citation only where the answer has a citation 3."""
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(_split(paragraph, citations) for paragraph in paragraphs)


def _split(paragraph: str, citations: Collection[int]) -> tuple[Segment, ...]:
    made: list[Segment] = []
    place = 0
    for found in _MARKER.finditer(paragraph):
        number = int(found.group(1))
        if number not in citations:
            continue
        if found.start() > place:
            made.append(Segment(paragraph[place : found.start()]))
        made.append(Segment(found.group(0), number))
        place = found.end()
    if place < len(paragraph):
        made.append(Segment(paragraph[place:]))
    return tuple(made)
