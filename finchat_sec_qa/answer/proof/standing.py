"""Whether what stands in a formula for an amount is all that the balance sheet tells of it: read again."""

from collections.abc import Iterator, Sequence

from finchat_sec_qa.answer.proof.evidence import Facts, Problem, told
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.lines import lines_of
from finchat_sec_qa.facts.standing import StandIn, key_of, stand_ins
from finchat_sec_qa.model.answer import Calculation
from finchat_sec_qa.model.fact import Fact


def standing_problems(wanted: str, calculation: Calculation, facts: Facts) -> Iterator[Problem]:
    """What is wrong with the amounts of a calculation that stand in lines of the balance sheet.

    `wanted` is the formula with the amounts by their own names; what differs otherwise is told elsewhere.
    """
    formula = calculation.formula.partition(" = ")[2]
    try:
        named = set(names_in(wanted)) & set(names_in(formula))
    except UsageError:
        return  # told with the arithmetic
    cited = {operand.name: facts.get(operand.citation) for operand in calculation.operands}
    found = stand_ins(wanted, formula)
    if found is None:
        return
    for item in found:
        places = [place for name in item.names if (place := cited.get(name)) is not None and place.fact]
        if len(places) == len(item.names):
            yield from _zero_problems(item, places) if item.zero else _sum_problems(item, places)
    for name in named:
        place, entry = cited.get(name), entries().get(key_of(name))
        if place is not None and place.fact is not None and entry is not None and entry.within:
            yield from _whole_problems(name, entry, place, place.fact)


def otherwise_problems(expression: str, calculation: Calculation, facts: Facts) -> Iterator[Problem]:
    """Amounts of an expression that are computed though the document that is cited reports them."""
    taken = {key_of(operand.name) for operand in calculation.operands}
    places = [place for operand in calculation.operands if (place := facts.get(operand.citation)) is not None]
    for key in names_in(expression):
        entry = entries().get(key)
        if entry is None or not entry.otherwise or key in taken:
            continue
        first = [name for way in entry.otherwise for name in names_in(way) if not set(names_in(way)) <= taken]
        lacking = [entry, *(entries()[name] for name in first if name not in taken)]
        for place in places:
            for other in place.rivals:
                if place.fact is not None and other.period == place.fact.period and other.start < other.end:
                    told_by = next((one for one in lacking if one.place(other.concept) is not None), None)
                    if told_by is not None and told_by.unit == entry.unit:
                        yield place.citation.id, f"{told_by.label} is computed without {told(other)}"
                        return


def _zero_problems(item: StandIn, places: Sequence[Rechecked]) -> Iterator[Problem]:
    """The total's lines are those that are taken from it, and nothing in the document is the amount."""
    total, entry = places[0], entries()[item.entry]
    number = total.citation.id
    lines = lines_of(total.fact, total.rivals) if total.fact is not None else ()
    if [_where(line) for line in lines] != [_where(place.fact) for place in places[1:] if place.fact]:
        yield (
            number,
            f"{entry.label} is taken as zero, but the lines under [{number}] are not those taken away",
        )
    if any(place.citation.sha256 != total.citation.sha256 for place in places):
        yield number, f"the lines under [{number}] are of several documents"
    for other in total.rivals:
        if total.fact is not None and other.period == total.fact.period and _is(entry, other):
            yield number, f"{entry.label} is taken as zero, the document gives {told(other)}"


def _sum_problems(item: StandIn, places: Sequence[Rechecked]) -> Iterator[Problem]:
    """All lines of the amount are added up, and nothing else; parts from the notes only where it has none."""
    entry, first = entries()[item.entry], places[0]
    number = first.citation.id
    if first.fact is None:
        return
    own = _own_lines(entry, first.fact, first.rivals)
    given = [_where(place.fact) for place in places if place.fact is not None]
    if own and [_where(line) for line in own] != given:
        yield number, f"{entry.label} is {' and '.join(told(line) for line in own)} on the balance sheet"
    if not own and not all(key_of(name) in entry.parts for name in item.names):
        yield number, f"{item.text} are no lines of the balance sheet"


def _whole_problems(name: str, entry: Entry, place: Rechecked, fact: Fact) -> Iterator[Problem]:
    """A single amount is what the lines of the balance sheet make, where these are known."""
    own = _own_lines(entry, fact, place.rivals)
    if own and sum(line.value or 0 for line in own) != fact.value:
        lines = " and ".join(told(line) for line in own)
        yield place.citation.id, f"operand {name[:80]} is {told(fact)}, the balance sheet gives {lines}"


def _own_lines(entry: Entry, fact: Fact, rivals: Sequence[Fact]) -> list[Fact]:
    """The lines of an entry among those of its total, in the document and for the day of a fact."""
    for total in rivals:
        if total.period == fact.period and entries()[entry.within].place(total.concept) is not None:
            lines = lines_of(total, (fact, *rivals))
            if lines:
                return [line for line in lines if entry.lists(line.concept)]
    return []


def _is(entry: Entry, fact: Fact) -> bool:
    return entry.place(fact.concept) is not None or entry.lists(fact.concept)


def _where(fact: Fact | None) -> tuple[str, int] | None:
    return (fact.concept, fact.start) if fact is not None else None
