"""Things named by words [start, end) of a question: which of them overlap, and which are kept."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Spanned(Protocol):
    """Something that words [start, end) of a question name."""

    @property
    def start(self) -> int:
        """Index of its first word."""

    @property
    def end(self) -> int:
        """Index after its last word."""


Named = TypeVar("Named", bound=Spanned)


def longest_apart(found: Iterable[Named]) -> list[Named]:
    """What remains, left to right, when of overlapping ones the longest is kept, the first of equals."""
    kept: list[Named] = []
    for item in sorted(found, key=lambda item: (item.start - item.end, item.start)):
        if not overlaps(item, [(other.start, other.end) for other in kept]):
            kept.append(item)
    return sorted(kept, key=lambda item: item.start)


def overlaps(item: Spanned, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether it shares words with any of the spans."""
    return any(item.start < end and start < item.end for start, end in spans)
