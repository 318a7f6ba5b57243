"""Parts of a company in order of size: its segments, products, regions or countries by one amount.

Filings give sums beside their parts ("Products" beside iPhone and Mac), divide the whole twice, and put
eliminations among the segments. What is left out of a ranking is proven to be such from the numbers: the
parts that are ranked add up to the whole, or the sum stands beside the run of rows that it sums.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.facts.calendar import Target
from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.facts.labels import concept_words, listed
from finchat_sec_qa.facts.lexicon import Entry, rank
from finchat_sec_qa.facts.members import (
    CONSOLIDATION_AXIS,
    GEOGRAPHY,
    OPERATING_SEGMENTS,
    PRODUCT,
    SEGMENT,
    part_name,
    part_of,
)
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.plan import Among, Order

MOST = 12  # parts of which all combinations are tried
SLIGHT = Decimal("0.01")  # share of the whole by which parts may exceed it: concessions, eliminations
NO_PART = frozenset(
    {"elimination", "eliminations", "reconciling", "unallocated", "corporate", "intersegment"}
)
WIDE_PLACES = frozenset(
    "america americas europe european asia asian pacific africa african emea apac international china japan"
    " north south latin east eastern west western oceania australia domestic foreign".split()
)
CALLED: dict[Among, str] = {
    "segment": "segments", "product": "products and services", "region": "regions", "country": "countries"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that is not ranked, and why: "the sum of iPhone and Mac"."""

    fact: Fact
    why: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The parts in the order asked for, and those left out in the order of the document."""

    facts: tuple[Fact, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """How a document divides an amount: its parts, lines that are none of their own, sums beside them."""

    parts: tuple[Fact, ...]
    lines: tuple[LeftOut, ...]
    sums: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why parts cannot be ranked or added up, and the parts."""

    why: str
    facts: tuple[Fact, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """What the parts are called."""
        return tuple(name_of(fact) for fact in self.facts)


def rank_parts(
    facts: Sequence[Fact], entry: Entry, target: Target, among: Among, order: Order
) -> Ranking | Unclear | None:
    """The parts that one document reports an entry for; None where it reports fewer than two."""
    found = _parts_and_wholes(facts, entry, target, among)
    return _ranked(*found, among, order) if found is not None else None


def divide(facts: Sequence[Fact], entry: Entry, target: Target, among: Among) -> Division | Unclear | None:
    """How one document divides an entry among parts of a kind; None where it reports fewer than two."""
    found = _parts_and_wholes(facts, entry, target, among)
    return _division(*found) if found is not None else None


def _parts_and_wholes(
    facts: Sequence[Fact], entry: Entry, target: Target, among: Among
) -> tuple[list[Fact], list[Decimal]] | None:
    """The parts of the best concept that has two, and what they may add up to."""
    fitting = [fact for fact in facts if _fits(fact, entry, target)]
    for concept in sorted({fact.concept for fact in fitting}, key=lambda name: (entry.place(name), name)):
        of_one = [fact for fact in fitting if fact.concept == concept]
        parts = _parts(of_one, among)
        if len(parts) > 1:
            return parts, _wholes(of_one)
    return None


def name_of(fact: Fact) -> str:
    """The name of the part that a fact is of."""
    return part_name(fact)


def _fits(fact: Fact, entry: Entry, target: Target) -> bool:
    if fact.value is None or fact.start == fact.end or rank(entry, fact) is None:
        return False
    return fact.period.is_instant == (entry.kind == "instant") and target.fits(fact)


def _parts(facts: Iterable[Fact], among: Among) -> list[Fact]:
    """The parts of the kind asked for, each once, in the order of the document."""
    found: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        part = part_of(fact)
        if part is not None:
            of_axis = found.setdefault(part[0], {})
            if part[1] not in of_axis or _exact(fact) < _exact(of_axis[part[1]]):
                of_axis[part[1]] = fact
    members = found.get(_axis(found, among), {})
    return sorted(members.values(), key=lambda fact: fact.start)


def _exact(fact: Fact) -> tuple[int, int]:
    return -(fact.decimals or 0), fact.start


def _axis(found: Mapping[str, Mapping[str, Fact]], among: Among) -> str:
    """Where parts of that kind stand. Regions may be the segments, where geography lists countries."""
    if among == "segment":
        return SEGMENT
    if among == "product":
        return PRODUCT
    regional = [name for name in found.get(SEGMENT, {}) if WIDE_PLACES & set(_words(name))]
    places = [name for name in found.get(GEOGRAPHY, {}) if _words(name)[:1] != ["other"]]
    if among == "region" and len(regional) > 1 and all(name.startswith("country:") for name in places):
        return SEGMENT
    return GEOGRAPHY


def _wholes(facts: Iterable[Fact]) -> list[Decimal]:
    """What the parts may add up to: the whole, all operating segments, the whole without other lines."""
    whole, segments, lines = None, None, Decimal(0)
    seen: set[tuple[tuple[str, str], ...]] = set()
    for fact in sorted(facts, key=_exact):
        if fact.dimensions in seen or fact.value is None:
            continue
        seen.add(fact.dimensions)
        if not fact.dimensions:
            whole = fact.value
        elif len(fact.dimensions) == 1 and fact.dimensions[0][0].endswith(CONSOLIDATION_AXIS):
            if fact.dimensions[0][1].endswith(OPERATING_SEGMENTS):
                segments = fact.value
            else:
                lines += fact.value
    found = [whole, segments, whole - lines if whole is not None and lines else None]
    return list(dict.fromkeys(value for value in found if value is not None))


def _ranked(
    parts: Sequence[Fact], wholes: Sequence[Decimal], among: Among, order: Order
) -> Ranking | Unclear:
    division = _division(parts, wholes)
    if isinstance(division, Unclear):
        return division
    kept, left_out = list(division.parts), [*division.lines, *division.sums]
    if among == "country":
        left_out += [LeftOut(fact, "no single country") for fact in kept if not _is_country(fact)]
        kept = [fact for fact in kept if _is_country(fact)]
    if len(kept) < 2:
        return Unclear(f"it names fewer than two {CALLED[among]}", tuple(parts))
    ordered = sorted(kept, key=lambda fact: (_value(fact) * (-1 if order == "largest" else 1), fact.start))
    if _value(ordered[0]) == _value(ordered[1]):
        return Unclear("two of them are equal", tuple(ordered))
    left_out.sort(key=lambda item: item.fact.start)
    return Ranking(tuple(ordered), tuple(left_out))


def _division(parts: Sequence[Fact], wholes: Sequence[Decimal]) -> Division | Unclear:
    """The parts of their own, the corporate lines, and the sums beside them."""
    lines = [LeftOut(fact, "no part of its own but a corporate line") for fact in parts if _is_line(fact)]
    kept = [fact for fact in parts if not _is_line(fact)]
    divided = _whole_cut(kept, parts, wholes) or _without_sums(kept, wholes)
    if isinstance(divided, str):
        return Unclear(divided, tuple(parts))
    return Division(tuple(divided[0]), tuple(lines), tuple(divided[1]))


def _whole_cut(
    kept: Sequence[Fact], parts: Sequence[Fact], wholes: Sequence[Decimal]
) -> tuple[list[Fact], list[LeftOut]] | str | None:
    """The finest division of the whole; a word of doubt where there are two, None where there is none."""
    if not 1 < len(kept) <= MOST:
        return None
    others = sum((_value(fact) for fact in parts if fact not in kept), Decimal(0))
    wanted = [whole - other for whole in wholes for other in {Decimal(0), others}]
    sums = _subset_sums(kept)
    for slack in (Decimal(0), _last_digit(kept) * len(kept) / 2):
        cuts = [
            mask for mask, total in enumerate(sums) if any(_near(total, whole, slack) for whole in wanted)
        ]
        most = max((mask.bit_count() for mask in cuts), default=0)
        finest = [mask for mask in cuts if mask.bit_count() == most]
        if most > 1 and len(finest) > 1:
            return "the whole is divided in more than one way"
        if most > 1:
            cut = [fact for at, fact in enumerate(kept) if finest[0] >> at & 1]
            rest = [fact for fact in kept if fact not in cut]
            return cut, [LeftOut(fact, _why(fact, cut, slack)) for fact in rest]
    return None


def _subset_sums(facts: Sequence[Fact]) -> list[Decimal]:
    """The sum of each selection; bit n of its index says whether the nth is in it."""
    sums = [Decimal(0)]
    for fact in facts:
        sums += [total + _value(fact) for total in sums]
    return sums


def _why(fact: Fact, cut: Sequence[Fact], slack: Decimal) -> str:
    """What a part is to those that add up to the whole without it."""
    masks = [mask for mask, total in enumerate(_subset_sums(cut)) if _near(total, _value(fact), slack)]
    shortest = min((mask for mask in masks if mask.bit_count() > 1), key=int.bit_count, default=0)
    if shortest:
        names = [name_of(one) for at, one in enumerate(cut) if shortest >> at & 1]
        return f"the sum of {listed(names)}"
    return "counted in the others, which are the whole"


def _without_sums(kept: Sequence[Fact], wholes: Sequence[Decimal]) -> tuple[list[Fact], list[LeftOut]] | str:
    """The parts without those that sum the rows before or after them; doubt where others may overlap."""
    left, sums = list(kept), []
    while found := next(_run_sums(left), None):
        left.remove(found.fact)
        sums.append(found)
    least = min(_value(fact) for fact in left)
    if least > 0 and wholes and all(_sum(left) - whole >= min(least, whole * SLIGHT) for whole in wholes):
        return "some of them may overlap: together they are more than the whole"
    return left, sums


def _run_sums(facts: Sequence[Fact]) -> Iterator[LeftOut]:
    """Parts that are the sum of the run of at least two rows right before or right after them."""
    for at, fact in enumerate(facts):
        for size in range(2, len(facts)):
            for run in (facts[max(0, at - size) : at], facts[at + 1 : at + 1 + size]):
                if len(run) == size and _sum(run) == _value(fact):
                    yield LeftOut(fact, f"the sum of {listed([name_of(one) for one in run])}")


def _is_line(fact: Fact) -> bool:
    """Whether the name says that it is what remains between the parts and the whole."""
    part = part_of(fact)
    return part is not None and bool(NO_PART & set(_words(part[1])))


def _is_country(fact: Fact) -> bool:
    part = part_of(fact)
    if part is None:
        return False
    if part[1].startswith("country:"):
        return True
    said = f" {' '.join(_words(part[1]))} "
    return any(f" {name} " in said for names in countries().values() for name in names) and (
        not {"excluding", "other", "non"} & set(said.split())
    )


def _words(member: str) -> list[str]:
    return [word.lower() for word in concept_words(member.removesuffix("Member"))]


def _value(fact: Fact) -> Decimal:
    return fact.value or Decimal(0)


def _sum(facts: Iterable[Fact]) -> Decimal:
    return sum((_value(fact) for fact in facts), Decimal(0))


def _near(one: Decimal, other: Decimal, slack: Decimal) -> bool:
    return abs(one - other) <= slack


def _last_digit(facts: Sequence[Fact]) -> Decimal:
    """The place of the least exact digit, one for exact values."""
    return max((Decimal(1).scaleb(-min(fact.decimals or 0, 6)) for fact in facts), default=Decimal(1))
