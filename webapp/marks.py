"""Cutting text where citations begin and end, so that exactly the cited characters are marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Mark:
    """A cited stretch of a document (code-point offsets, end excluded). `label` is the citation's number.

    `current` is the citation that the reader asked to see; it wins where marks overlap.
    """

    start: int
    end: int
    label: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the mark that covers it, None outside all marks."""

    text: str
    mark: Mark | None = None


def cut(text: str, offset: int, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """`text`, which stands at `offset` in its document, in pieces; joined they are `text` again."""
    end = offset + len(text)
    inside = [mark for mark in marks if mark.start < end and mark.end > offset]
    if not inside:
        return (Piece(text),) if text else ()
    edges = {offset, end}
    for mark in inside:
        edges.update((max(mark.start, offset), min(mark.end, end)))
    places = sorted(edges)
    return tuple(
        Piece(text[left - offset : right - offset], _covering(inside, left, right))
        for left, right in pairwise(places)
    )


def _covering(marks: Sequence[Mark], left: int, right: int) -> Mark | None:
    """The mark over [left, right): the current one before others, then the shortest."""
    over = [mark for mark in marks if mark.start <= left and mark.end >= right]
    return min(over, key=lambda mark: (not mark.current, mark.end - mark.start), default=None)
