"""Segments, products and countries by the company's own member names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.facts.labels import concept_words, member_label
from finchat_sec_qa.model.fact import PRINTED, Fact

# Words around a member's name that say what kind of thing it is.
KIND_WORDS = frozenset(
    "geography geographic region segment segments product products service services line lines country"
    " division business category reportable operating market area unit brand".split()
)
AXIS_WORDS = {
    "StatementGeographicalAxis": frozenset({"geography", "geographic", "region", "country", "area"}),
    "ProductOrServiceAxis": frozenset({"product", "products", "service", "services", "line", "category"}),
    "StatementBusinessSegmentsAxis": frozenset({"segment", "segments", "division", "reportable"}),
}
# Axes on which a member is a part of the whole; others restate it (restatements, scenarios, ranges).
PART_AXES = ("StatementGeographicalAxis", "ProductOrServiceAxis", "StatementBusinessSegmentsAxis")
# Parts that a table prints without saying what kind they are: they have names but cannot be ranked.
PRINTED_AXIS = "PrintedPartAxis"
# An elimination or corporate line beside the segments is no part that people ask for by accident.
CONSOLIDATION_AXIS = "ConsolidationItemsAxis"
OPERATING_SEGMENTS = "OperatingSegmentsMember"
GEOGRAPHY, PRODUCT, SEGMENT = PART_AXES
# The order in which the name of a part on several axes has its members.
TOLD = (PRODUCT, SEGMENT, PRINTED_AXIS, GEOGRAPHY)
MAX_NAME_WORDS = 8
SHORT_FORM = 3  # words, at the least, that initials stand for: "AWS"
Cut = tuple[tuple[str, str], ...]
PLAIN = 0  # of a member's names, the one that says least beside it
GLUED_AND = re.compile(r"and$")  # "HomeandAccessories", as some companies write


def matching(
    unread: Sequence[str], words: Sequence[str], facts: Iterable[tuple[str, Fact]]
) -> list[tuple[str, Fact]]:
    """Facts of the one part that a question names; empty when none or several do.

    `words` is the question, `unread` those of its words that nothing else explains: each member's name must
    stand in the question in one piece, and together they must explain them all. A part on two axes
    ("Stelara in Japan") is named by both.
    """
    found: dict[Cut, list[tuple[str, Fact]]] = {}
    for filing, fact in facts:
        cut = cut_of(fact)
        if cut:
            found.setdefault(cut, []).append((filing, fact))
    said = _Said(unread, words)
    sizes = {cut: said.explained(cut) for cut in found}
    best = max(sizes.values(), default=(0, 0))
    named: dict[Cut, list[tuple[str, Fact]]] = {}
    for cut, same in found.items():
        if best[0] and sizes[cut] == best:
            named.setdefault(_plain(cut), []).extend(same)
    parts = _by_axis(named, unread)
    return parts[0] if len(parts) == 1 else []


def within(unread: Sequence[str], words: Sequence[str], facts: Iterable[Fact]) -> tuple[str, list[Fact]]:
    """The part that a question names, and the facts of it as if it were a company of its own: those of the
    part as the whole, those that cut it along another axis as parts.

    No name and no facts where the question names none, or members of several axes.
    """
    cuts = [(fact, cut_of(fact)) for fact in facts]
    said = _Said(unread, words)
    sizes = {pair: said.explained((pair,))[0] for _, cut in cuts for pair in cut}
    best = max(sizes.values(), default=0)
    named = {pair for pair, size in sizes.items() if best and size == best}
    if len({axis for axis, _ in named}) != 1 or len({_plain((pair,)) for pair in named}) != 1:
        return "", []
    found = [
        replace(fact, dimensions=tuple(pair for pair in cut if pair not in named))
        for fact, cut in cuts
        if named & set(cut)
    ]
    return member_label(min(named)[1]), found


def cut_of(fact: Fact) -> Cut:
    """The (axis, member) pairs of a fact about a part of the company, products first; empty for the whole,
    and for what is cut along other axes as well.
    """
    rest = [
        (axis.rpartition(":")[2], member)
        for axis, member in fact.dimensions
        if not (axis.endswith(CONSOLIDATION_AXIS) and member.endswith(OPERATING_SEGMENTS))
    ]
    if any(axis not in TOLD for axis, _ in rest):
        return ()
    return tuple(sorted(rest, key=lambda pair: TOLD.index(pair[0])))


def part_of(fact: Fact) -> tuple[str, str] | None:
    """(axis, member) of a fact about one part of the company, None for the whole and for finer cuts."""
    cut = cut_of(fact)
    return cut[0] if len(cut) == 1 else None


def _plain(cut: Cut) -> Cut:
    """A cut by plain names: what is called the Americas segment one year is the Americas in another."""
    return tuple((axis, _names(member)[PLAIN]) for axis, member in cut)


def axes_named(words: Sequence[str]) -> str:
    """The axis that words of a question name by its kind ("segment", "product"); "" for none."""
    return next((axis for axis, kinds in AXIS_WORDS.items() if kinds & set(words)), "")


def part_name(fact: Fact) -> str:
    """What the part is called that a fact is of: "Stelara of Pharmaceutical in Japan"; "" for the whole."""
    joined = ""
    for axis, member in cut_of(fact):
        link = (" in " if axis == GEOGRAPHY else " of ") if joined else ""
        joined += f"{link}{member_label(member)}"
    return joined


class _Said:
    """The words of a question: what they name, and which of them a name must explain."""

    def __init__(self, unread: Sequence[str], words: Sequence[str]) -> None:
        self._said = [word for word in words if word != "and"]
        self._rest = {word for word in unread if word not in KIND_WORDS and word != "and"}
        self._pieces: dict[str, frozenset[int]] = {}

    def explained(self, cut: Cut) -> tuple[int, int]:
        """Letters of the members' names in the question, and how few members there are beside; (0, 0) where
        a member is not named or words remain. The segment of a product that is named need not be.
        """
        places: set[int] = set()
        unnamed = 0
        for axis, member in cut:
            piece = self._piece(member)
            if not piece and axis == SEGMENT and any(other == PRODUCT for other, _ in cut):
                unnamed += 1
            elif not piece or piece & places:
                return 0, 0
            places |= piece
        if not self._rest <= {self._said[at] for at in places}:
            return 0, 0
        return sum(len(self._said[at]) for at in places), -unnamed

    def _piece(self, member: str) -> frozenset[int]:
        """The words, by their places, that are the member's longest name and leave the fewest unexplained."""
        if member not in self._pieces:
            names, count = set(_names(member)), len(self._said)
            found = [
                tuple(range(at, at + size))
                for size in range(1, min(MAX_NAME_WORDS, count) + 1)
                for at in range(count - size + 1)
                if "".join(self._said[at : at + size]) in names
            ]
            longest = max(found, key=self._weight, default=())
            self._pieces[member] = frozenset(longest)
        return self._pieces[member]

    def _weight(self, places: tuple[int, ...]) -> tuple[int, int]:
        piece = [self._said[at] for at in places]
        return len(self._rest & set(piece)), sum(map(len, piece))


@cache
def _names(member: str) -> tuple[str, ...]:
    """The names of a member with the blanks taken out: "datacenter" for "nvda:DataCenterMember"."""
    prefix, _, local = member.rpartition(":")
    if prefix == "country":
        return (*(name.replace(" ", "") for name in countries().get(local, ())), local.lower())
    if prefix == PRINTED:
        names = next((names for names in countries().values() if local.lower() in names), ())
        return tuple(dict.fromkeys((*_spelled(local), *(name.replace(" ", "") for name in names))))
    return _spelled(local.removesuffix("Member"))


def _spelled(name: str) -> tuple[str, ...]:
    """Ways to write a name without blanks."""
    words = [word.lower() for word in concept_words(name)]
    joined = "".join(word for word in words if word != "and")
    plural = joined.removesuffix("s") if joined.endswith("s") else joined + "s"
    apart = "".join(GLUED_AND.sub("", word) for word in words)
    own = [word for word in words if word not in ("and", "segment")]
    initials = "".join(word[0] for word in own) if len(own) >= SHORT_FORM else joined
    return (joined.removesuffix("segment") or joined, joined, plural, apart, initials)


def _by_axis(
    found: Mapping[Cut, list[tuple[str, Fact]]], asked: Sequence[str]
) -> list[list[tuple[str, Fact]]]:
    """Where a name stands on several axes ("Automotive" the segment and the product), the asked kind wins."""
    for axis, kinds in AXIS_WORDS.items():
        if kinds & set(asked):
            on_axis = [facts for cut, facts in found.items() if axis in dict(cut)]
            if on_axis:
                return on_axis
    for axis in (*PART_AXES, PRINTED_AXIS):
        on_axis = [facts for cut, facts in found.items() if axis in dict(cut)]
        if on_axis:
            return on_axis
    return []
