"""An amount derived over time made again: the parts it takes, their days, and what the question asks for."""

from collections.abc import Iterator, Sequence

from finchat_sec_qa.answer.parts import reports_span
from finchat_sec_qa.answer.proof.evidence import Facts, Problem, told
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.answer.spans import Taken, derived_formula, thing_of
from finchat_sec_qa.facts.derivation import derivation_of, span_for
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.answer import Calculation, Value
from finchat_sec_qa.model.plan import LATEST, Plan


def derived_problems(calculation: Calculation, value: Value, facts: Facts) -> Iterator[Problem]:
    """What does not follow: other parts than it takes, parts of different things, days that do not add up."""
    known = derivation_of([operand.name for operand in calculation.operands])
    if known is None or known[1].derivation is None or known[0] not in entries():
        yield None, f"no quarter and no twelve months are derived by {calculation.formula[:200]}"
        return
    entry, span = entries()[known[0]], known[1]
    derivation = span.derivation
    places = [facts.get(operand.citation) for operand in calculation.operands]
    cited = [(place, place.fact) for place in places if place is not None and place.fact is not None]
    if len(cited) < len(places):
        return  # told of the operand that cites no number
    first_place, first = cited[0]
    wanted = derived_formula(thing_of(entry, first), entry.key, span)
    if calculation.formula != wanted:
        yield first_place.citation.id, f"the amount is {wanted}, not {calculation.formula[:200]}"
    if {value.unit} != {operand.unit for operand in calculation.operands}:
        yield None, f"the unit {value.unit!r} is not that of all parts"
    days = derivation.span([fact.period for _, fact in cited]) if derivation is not None else None
    if days is not None and first_place.calendar is not None:
        view = period_view(days, first_place.calendar.name_of(days))
        if value.period != view:
            yield first_place.citation.id, f"the period is {value.period}, what remains is {view}"


def parts_problems(item: Taken, places: Sequence[Rechecked]) -> Iterator[Problem]:
    """All parts of a derived amount are of one thing, each as a report of its span gives it, none as another
    recasts it; they line up.
    """
    derivation = item.span.derivation
    cited = [(place, place.fact) for place in places if place.fact is not None]
    if not item.derived or derivation is None or len(cited) < len(item.names):
        return
    first = cited[0][1]
    for part, (place, fact) in zip(derivation.parts, cited, strict=True):
        number = place.citation.id
        if (fact.concept, fact.dimensions) != (first.concept, first.dimensions):
            yield number, f"it is of {told(fact)}, another part of {told(first)}"
        if place.filing is not None and not reports_span(place.filing, part.period):
            yield (
                number,
                f"this {place.citation.form} is no report of {part.period}, which it may have recast",
            )
    if derivation.span([fact.period for _, fact in cited]) is None:
        yield cited[0][0].citation.id, "the days of the parts do not line up"
    entry = entries().get(item.key)
    if entry is not None and (entry.unit != "USD" or entry.kind != "flow"):
        yield cited[0][0].citation.id, f"{entry.label} does not add up over time"


def derivation_problems(
    calculation: Calculation, plan: Plan, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    """The derivation is that of the figure and the period that the question asks for."""
    known = derivation_of([operand.name for operand in calculation.operands])
    calendar = next((place.calendar for place in again if place.calendar is not None), None)
    if known is None or calendar is None:
        return
    key, span = known
    if key != plan.entry:
        yield None, f"the question asks for {plan.label}, the answer derives {key}"
    asked = plan.periods[-1] if plan.periods else LATEST
    if asked.kind == "trailing" and asked.end is None and asked.year is None:
        if not span.trailing:
            yield None, f"the question asks for twelve months, the answer derives {span}"
    elif asked.latest_quarter:
        if span.trailing or not asked.is_quarter(span.period):
            yield None, f"the question asks for a quarter, the answer derives {span}"
    elif span_for(calendar, asked) != span:
        number = again[0].citation.id
        yield number, f"the question does not ask for {calculation.formula.partition(' = ')[0][:120]}"
