"""Which of two Debian versions is the later, by the rules of deb-version(7)."""

import re
from functools import total_ordering
from typing import Self

_PARTS = re.compile(r"(\D*)(\d*)")


@total_ordering
class DebianVersion:
    """A version as Debian orders it: epoch, upstream version, revision."""

    __slots__ = ("_key", "text")

    def __init__(self, text: str) -> None:
        """Any text makes a version; an epoch is the number before the first colon, 0 without one."""
        self.text = text
        epoch, colon, rest = text.partition(":")
        if not colon or not epoch.isdigit():
            epoch, rest = "0", text
        upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
        # No revision is the revision 0.
        self._key = (int(epoch), _ordered(upstream), _ordered(revision or "0"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DebianVersion) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __lt__(self, other: Self) -> bool:
        return self._key < other._key


def _ordered(part: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Runs of non-digits and numbers in turn, so that tuples compare as dpkg compares the texts."""
    pairs = [(words, number) for words, number in _PARTS.findall(part) if words or number]
    # Each run of non-digits ends like the end of the version: after ~, before everything else. The last pair
    # stands for what a shorter version has where a longer one goes on.
    ordered = [((*map(_weight, words), 0), int(number or 0)) for words, number in pairs]
    return (*ordered, ((0,), 0))


def _weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
