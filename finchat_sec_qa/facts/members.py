"""Segments, products and countries by the company's own member names."""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from finchat_sec_qa.facts.labels import concept_words
from finchat_sec_qa.facts.lexicon import words_of
from finchat_sec_qa.model.fact import Fact

# Words around a member's name that say what kind of thing it is.
KIND_WORDS = frozenset(
    "geography geographic region segment segments product products service services line lines country division"
    " business category reportable operating market area unit brand".split()
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


def matching(asked: Sequence[str], facts: Iterable[tuple[str, Fact]]) -> list[tuple[str, Fact]]:
    """Facts of the one member that the asked words name; empty when none or several do."""
    wanted = tuple(word for word in asked if word not in KIND_WORDS)
    found: dict[tuple[str, str], list[tuple[str, Fact]]] = {}
    for filing, fact in facts:
        part = part_of(fact)
        if part is not None and names(part[1], wanted):
            found.setdefault(part, []).append((filing, fact))
    parts = _by_axis(found, asked)
    if len(parts) != 1:
        return []
    return parts[0]


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


def names(member: str, wanted: Sequence[str]) -> bool:
    """Whether the words are a name of the member: "data center" of "nvda:DataCenterMember"."""
    if not wanted:
        return False
    prefix, _, local = member.rpartition(":")
    if prefix == "country":
        return " ".join(wanted) in {local.lower(), *_countries().get(local, ())}
    words = [word.lower() for word in concept_words(local.removesuffix("Member"))]
    joined = "".join(word for word in words if word != "and")
    asked = "".join(word for word in wanted if word != "and")
    return asked in (joined, joined.removesuffix("segment"), joined + "s") or joined == asked + "s"


def _by_axis(
    found: dict[tuple[str, str], list[tuple[str, Fact]]], asked: Sequence[str]
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


@cache
def _countries() -> dict[str, list[str]]:
    return {
        code: [" ".join(words_of(name)) for name in names]
        for code, names in tomllib.loads(
            files(__package__).joinpath("countries.toml").read_text(encoding="utf-8")
        ).items()
    }
