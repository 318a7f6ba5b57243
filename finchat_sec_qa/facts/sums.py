"""Sums that a filing states of a number: by its layout, by its lines' meaning, by parts of the company.

A sum is only told where all of its components stand in the same statement and period. It agrees where it
makes the number to its rounding. That it does not is told only where the filing states it beyond doubt: the
same rows make the number of the other columns, or the same lines that of another period.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

from finchat_sec_qa.facts.columns import Columns
from finchat_sec_qa.facts.members import part_of
from finchat_sec_qa.model.document import Cell, Placed, Table
from finchat_sec_qa.model.fact import PRINTED, Fact

MOST_VARIANTS = 24  # of a rule that are tried
MOST_DECIMALS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A component: where it stands, its number, and 1 where it is added, -1 where it is taken away.

    `fact` is None for a cell of a table. `label` is what the table calls it, "" where `fact` says it.
    """

    start: int
    end: int
    value: Decimal
    weight: int
    label: str
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A sum of a number and whether it makes it, to the rounding of both."""

    parts: tuple[Part, ...]
    total: Decimal
    agrees: bool

    @property
    def amounts(self) -> list[Decimal]:
        """What is summed, whichever place it is cited from."""
        return sorted(part.weight * part.value for part in self.parts)


@dataclass(frozen=True, slots=True)
class Rule:
    """One sum: concepts of the total, and of each component the concepts that it may have, with its weight.

    Nothing else can stand between the lines of a `strict` one, so that they may be said to disagree.
    """

    total: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], int], ...]
    strict: bool


@cache
def rules() -> tuple[Rule, ...]:
    """The sums by meaning (data in sums.toml)."""
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("sums.toml").read_text("utf-8"))
    return tuple(_rule(row) for row in data["sum"])


def _rule(row: Mapping[str, Any]) -> Rule:
    named = [(group, 1) for group in row["plus"]] + [(group, -1) for group in row.get("minus", ())]
    parts = tuple((tuple(map(_prefixed, group)), weight) for group, weight in named)
    return Rule(tuple(map(_prefixed, row["total"])), parts, bool(row.get("strict")))


def _prefixed(name: str) -> str:
    return name if name.startswith(f"{PRINTED}:") else f"us-gaap:{name}"


def concepts_beside(fact: Fact) -> tuple[str, ...]:
    """The concepts whose facts `sums_of` has to be given for a fact."""
    found = {fact.concept: None}
    for rule in rules():
        if fact.concept in rule.total:
            found.update((concept, None) for group, _ in rule.parts for concept in group)
    return tuple(found)


def sums_of(
    fact: Fact,
    beside: Callable[[], Iterable[Fact]],
    tables: Sequence[Table],
    cell: tuple[Table, Cell] | None,
) -> Iterator[Stated]:
    """The sums that a document states of a number of its own: by layout, by meaning, by parts of the company.

    None is looked for beyond the first that agrees. `beside` gives facts of the same document with the
    concepts of `concepts_beside`, in their order; `cell` is where a table prints the fact.
    """
    if fact.value is None or fact.start == fact.end:
        return
    laid_out = _by_layout(fact, cell)
    if laid_out is not None:
        yield laid_out
        if laid_out.agrees:
            return
    told = (one for one in beside() if one.value is not None and one.start < one.end)
    facts = [one for one in told if one.unit == fact.unit]
    for look in (_by_meaning, _by_members):
        found = look(fact, facts, tables)
        if found is not None and not (laid_out is not None and laid_out.amounts == found.amounts):
            yield found
            if found.agrees:
                return


def _by_layout(fact: Fact, found: tuple[Table, Cell] | None) -> Stated | None:
    if found is None or found[1].value is None or found[1].unit is None or fact.value is None:
        return None
    table, cell = found
    # a tag's sign follows its concept, the print's is that of the column
    number = abs(fact.value).copy_sign(found[1].value) if fact.value else fact.value
    summed = Columns(table, found[1].unit).sum_at(cell.row, cell.column, number)
    if summed is None:
        return None
    parts = tuple(
        Part(one.start, one.end, one.value or Decimal(0), 1, _label(table, one.row)) for one in summed.parts
    )
    step = Decimal(1).scaleb(table.scale) if fact.decimals is None else _step(fact)
    return Stated(parts, summed.total, abs(summed.total - number) <= (len(parts) + 1) * step / 2)


def _label(table: Table, row: int) -> str:
    path = table.row_headers[row] if row < len(table.row_headers) else ()
    return " ".join(path[-1].split()) if path else ""


def _by_meaning(fact: Fact, facts: Sequence[Fact], tables: Sequence[Table]) -> Stated | None:
    """The first sum by a rule that agrees, else the first that holds for another period and not for this."""
    fitting = [rule for rule in rules() if fact.concept in rule.total]
    if not fitting:
        return None
    starts = _starts(tables)
    own = bisect_right(starts, fact.start) - 1
    near = [
        one
        for one in facts
        if one.dimensions == fact.dimensions and bisect_right(starts, one.start) - 1 == own
    ]
    if own >= 0:  # outside tables there are lists of facts, which have none
        end = tables[own].end
        near = [one for one in near if one.end <= end] if fact.end <= end else []
    differing = None
    for rule in fitting:
        for found in _variants(rule, fact, near):
            if found.agrees:
                return found
            if differing is None and rule.strict and _holds_elsewhere(found, fact, near):
                differing = found
    return differing


def _variants(rule: Rule, fact: Fact, near: Sequence[Fact]) -> Iterator[Stated]:
    """What the rule makes of the facts for the same period, for each choice of concepts that stand there."""
    named: dict[str, Fact] = {}
    for one in near:
        if one.period == fact.period:
            named.setdefault(one.concept, one)
    choices = [
        [(named[concept], weight) for concept in group if concept in named] for group, weight in rule.parts
    ]
    for chosen in islice(product(*choices), MOST_VARIANTS):
        yield _stated(fact, chosen)


def _holds_elsewhere(found: Stated, fact: Fact, near: Sequence[Fact]) -> bool:
    """Whether the same concepts make the number of another period."""
    parts = tuple(((part.fact.concept,), part.weight) for part in found.parts if part.fact is not None)
    same = Rule((fact.concept,), parts, strict=True)
    others = [one for one in near if one.concept == fact.concept and one.period != fact.period]
    return any(stated.agrees for other in others for stated in _variants(same, other, near))


def _by_members(fact: Fact, facts: Sequence[Fact], tables: Sequence[Table]) -> Stated | None:
    """The sum of the segments, products or countries of one table, where they make the number.

    Where they do not, that says nothing: what reconciles them may be tagged otherwise.
    """
    if fact.dimensions:
        return None
    starts = _starts(tables)
    groups: dict[tuple[str, int], dict[str, Fact]] = {}
    for one in facts:
        part = part_of(one) if one.concept == fact.concept and one.period == fact.period else None
        if part is not None:
            place = bisect_right(starts, one.start) - 1
            groups.setdefault((part[0], place), {}).setdefault(part[1], one)
    for (_, place), members in groups.items():
        if place >= 0 and len(members) > 1:
            found = _stated(fact, [(one, 1) for one in members.values()])
            if found.agrees and max(part.end for part in found.parts) <= tables[place].end:
                return found
    return None


def _starts(tables: Sequence[Table]) -> Sequence[int]:
    """Where the tables begin, so that many facts are placed without making one table."""
    return tables.starts if isinstance(tables, Placed) else [table.start for table in tables]


def _stated(fact: Fact, chosen: Sequence[tuple[Fact, int]]) -> Stated:
    parts = tuple(
        Part(one.start, one.end, one.value or Decimal(0), weight, "", one) for one, weight in chosen
    )
    total = sum((part.weight * part.value for part in parts), Decimal(0))
    slack = sum((_step(one) for one, _ in chosen), _step(fact)) / 2
    return Stated(parts, total, abs(total - (fact.value or Decimal(0))) <= slack)


def _step(fact: Fact) -> Decimal:
    """The last unit that a number is exact to; 1 where the filing does not say, or exactly."""
    digits = fact.decimals if fact.decimals is not None else 0
    return Decimal(1).scaleb(-min(digits, MOST_DECIMALS))
