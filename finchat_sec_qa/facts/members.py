"""Segments, products and countries by the company's own member names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.facts.labels import concept_words
from finchat_sec_qa.model.fact import Fact

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
# An elimination or corporate line beside the segments is no part that people ask for by accident.
CONSOLIDATION_AXIS = "ConsolidationItemsAxis"
OPERATING_SEGMENTS = "OperatingSegmentsMember"
MAX_NAME_WORDS = 8
SHORT_FORM = 3  # words, at the least, that initials stand for: "AWS"
GLUED_AND = re.compile(r"and$")  # "HomeandAccessories", as some companies write


def matching(
    unread: Sequence[str], words: Sequence[str], facts: Iterable[tuple[str, Fact]]
) -> list[tuple[str, Fact]]:
    """Facts of the one member that a question names; empty when none or several do.

    `words` is the question, `unread` those of its words that nothing else explains: the member's name must
    stand in the question in one piece, and explain them all.
    """
    found: dict[tuple[str, str], list[tuple[str, Fact]]] = {}
    for filing, fact in facts:
        part = part_of(fact)
        if part is not None:
            found.setdefault(part, []).append((filing, fact))
    sizes = {part: _explained(part[1], unread, words) for part in found}
    longest = max(sizes.values(), default=0)
    named = {part: facts for part, facts in found.items() if longest and sizes[part] == longest}
    parts = _by_axis(named, unread)
    return parts[0] if len(parts) == 1 else []


def part_of(fact: Fact) -> tuple[str, str] | None:
    """(axis, member) of a fact about one part of the company, None for the whole and for finer cuts."""
    rest = [
        (axis.rpartition(":")[2], member)
        for axis, member in fact.dimensions
        if not (axis.endswith(CONSOLIDATION_AXIS) and member.endswith(OPERATING_SEGMENTS))
    ]
    if len(rest) == 1 and rest[0][0] in PART_AXES:
        return rest[0]
    return None


def _explained(member: str, unread: Sequence[str], words: Sequence[str]) -> int:
    """Letters of the member's longest name in the question, 0 where there is none or words remain."""
    said = [word for word in words if word != "and"]
    rest = {word for word in unread if word not in KIND_WORDS and word != "and"}
    best = 0
    for name in _names(member):
        for size in range(1, min(MAX_NAME_WORDS, len(said)) + 1):
            for at in range(len(said) - size + 1):
                piece = said[at : at + size]
                if "".join(piece) == name and rest <= set(piece):
                    best = max(best, len(name))
    return best


@cache
def _names(member: str) -> tuple[str, ...]:
    """The names of a member with the blanks taken out: "datacenter" for "nvda:DataCenterMember"."""
    prefix, _, local = member.rpartition(":")
    if prefix == "country":
        return (local.lower(), *(name.replace(" ", "") for name in countries().get(local, ())))
    words = [word.lower() for word in concept_words(local.removesuffix("Member"))]
    joined = "".join(word for word in words if word != "and")
    plural = joined.removesuffix("s") if joined.endswith("s") else joined + "s"
    apart = "".join(GLUED_AND.sub("", word) for word in words)
    own = [word for word in words if word not in ("and", "segment")]
    initials = "".join(word[0] for word in own) if len(own) >= SHORT_FORM else joined
    return (joined, plural, joined.removesuffix("segment"), apart, initials)


def _by_axis(
    found: Mapping[tuple[str, str], list[tuple[str, Fact]]], asked: Sequence[str]
) -> list[list[tuple[str, Fact]]]:
    """Where a name stands on several axes ("Automotive" the segment and the product), the asked kind wins."""
    for axis, kinds in AXIS_WORDS.items():
        if kinds & set(asked):
            on_axis = [facts for (name, _), facts in found.items() if name == axis]
            if on_axis:
                return on_axis
    for axis in PART_AXES:
        on_axis = [facts for (name, _), facts in found.items() if name == axis]
        if on_axis:
            return on_axis
    return []
