"""Where words stand on a page: the columns that values are set in, and what is printed above each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Protocol

from finchat_sec_qa.parse.plain import Line

APART = 1.8  # gaps between words of a line that part two headings, in its usual gaps
NEAR = 0.4  # of the distance of two columns, within which a value belongs to one
LEVEL = 0.6  # of a line's height, within which words stand on one line


@dataclass(frozen=True, slots=True)
class Box:
    """A word and its edges in points; `top` counts upwards from the foot of the page."""

    text: str
    left: float
    right: float
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Between its edges."""
        return (self.left + self.right) / 2


class Shapes(Protocol):
    """A page that knows where its words stand."""

    def boxes(self, line: Line, spans: Sequence[tuple[int, int]]) -> Sequence[Box] | None:
        """The boxes of stretches [start, end) of a line, None where its place on the page is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Columns:
    """The right edges of the columns of values, left to right, and where the first column begins."""

    rights: tuple[float, ...]
    lefts: tuple[float, ...]

    @property
    def pitch(self) -> float:
        """The least distance of two columns."""
        return min(later - one for one, later in pairwise(self.rights))

    def at(self, box: Box) -> int | None:
        """The column that a value stands in, None where that is open."""
        away = [abs(right - box.right) for right in self.rights]
        nearest = min(range(len(away)), key=away.__getitem__)
        return nearest if away[nearest] <= NEAR * self.pitch else None

    def over(self, left: float, right: float) -> list[int]:
        """The columns that words from `left` to `right` stand over: those whose middle they cover, or else
        the one that their own middle stands in.
        """
        middles = [(one + other) / 2 for one, other in zip(self.lefts, self.rights, strict=True)]
        covered = [at for at, middle in enumerate(middles) if left <= middle <= right]
        if len(covered) > 1:
            return covered
        middle = (left + right) / 2
        edges = self._edges()
        within = [at for at in range(len(self.rights)) if edges[at] <= middle < edges[at + 1]]
        return within or covered

    def _edges(self) -> list[float]:
        """Where each column begins, and where the last ends."""
        inner = [(right + left) / 2 for right, left in zip(self.rights, self.lefts[1:], strict=False)]
        first = min(self.lefts[0], self.rights[0] - self.pitch)
        return [first, *inner, self.rights[-1] + self.pitch]


def find_columns(rows: Sequence[Sequence[Box]]) -> Columns | None:
    """The columns of rows that fill all of them; None where the rows do not stand below each other."""
    if not rows or len(rows[0]) < 2:
        return None
    rights = tuple(median(row[at].right for row in rows) for at in range(len(rows[0])))
    lefts = tuple(min(row[at].left for row in rows) for at in range(len(rows[0])))
    if any(later - one <= 0 for one, later in pairwise(rights)):
        return None
    columns = Columns(rights, lefts)
    aligned = all(columns.at(box) == at for row in rows for at, box in enumerate(row))
    return columns if aligned else None


def headings(lines: Sequence[Sequence[Box]], columns: Columns) -> list[str]:
    """The words printed over each column, from above; what stands over several is of each of them.

    Headings are wider than values: where as many stand side by side as there are columns, they go in order.
    Else each goes to the column that it stands over.
    """
    phrases = sorted(_phrases(lines), key=lambda phrase: (-round(phrase.top), phrase.left))
    stacks = _stacks(phrases)
    if len(stacks) == len(columns.rights) and all(
        stack.left - columns.pitch / 2 <= right <= stack.right + columns.pitch / 2
        for stack, right in zip(stacks, columns.rights, strict=True)
    ):
        return [" ".join(reversed(stack.words)) for stack in stacks]
    words: list[list[str]] = [[] for _ in columns.rights]
    for phrase in phrases:
        for at in columns.over(phrase.left, phrase.right):
            words[at].append(phrase.text)
    return [" ".join(found) for found in words]


def group_headings(lines: Sequence[Sequence[Box]], columns: Columns, size: int) -> list[str]:
    """What is printed over each group of `size` columns, once for each column; [] where that is open."""
    stacks = _stacks(sorted(_phrases(lines), key=lambda phrase: (-round(phrase.top), phrase.left)))
    if len(stacks) * size != len(columns.rights):
        return []
    names: list[str] = []
    for at, stack in enumerate(stacks):
        first, last = at * size, (at + 1) * size - 1
        if not columns.lefts[first] <= (stack.left + stack.right) / 2 <= columns.rights[last]:
            return []
        names += [" ".join(reversed(stack.words))] * size
    return names


@dataclass(slots=True)
class _Stack:
    """Phrases below each other, from the lowest."""

    left: float
    right: float
    words: list[str]


def _stacks(phrases: Sequence[Box]) -> list[_Stack]:
    """Headings side by side, built from below; a phrase over several of them is part of each."""
    stacks: list[_Stack] = []
    for phrase in reversed(phrases):
        below = [stack for stack in stacks if phrase.left < stack.right and stack.left < phrase.right]
        if not below:
            stacks.append(_Stack(phrase.left, phrase.right, [phrase.text]))
        for stack in below:
            stack.words.append(phrase.text)
        if len(below) == 1:
            below[0].left = min(below[0].left, phrase.left)
            below[0].right = max(below[0].right, phrase.right)
    return sorted(stacks, key=lambda stack: stack.left)


def _phrases(lines: Sequence[Sequence[Box]]) -> list[Box]:
    """Words that stand close together on one line, as one."""
    found: list[Box] = []
    for words in lines:
        gaps = [later.left - one.right for one, later in pairwise(words)]
        usual = min([gap for gap in gaps if gap > 0], default=0.0)
        usual = min(usual, max((word.height for word in words), default=0) * 0.5) or 1.0
        phrase: list[Box] = []
        for word in words:
            level = not phrase or abs(word.top - phrase[-1].top) <= LEVEL * max(word.height, 1)
            close = not phrase or 0 <= word.left - phrase[-1].right <= max(APART * usual, 1.0)
            if phrase and not (level and close):
                found.append(_joined(phrase))
                phrase = []
            phrase.append(word)
        if phrase:
            found.append(_joined(phrase))
    return found


def _joined(words: Sequence[Box]) -> Box:
    return Box(
        " ".join(word.text for word in words),
        words[0].left,
        words[-1].right,
        words[0].top,
        max(word.height for word in words),
    )
