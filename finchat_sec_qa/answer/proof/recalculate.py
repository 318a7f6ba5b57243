"""A calculation made again: its operands from the facts, its result from the operands, its name from both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.answer.amounts import latest
from finchat_sec_qa.answer.compared import SIDES, of_figures, side_of
from finchat_sec_qa.answer.figures import decimals_of, half_up, plain, rounded
from finchat_sec_qa.answer.proof.evidence import (
    Facts,
    Problem,
    best_problems,
    cut_problems,
    value_problems,
    whole_problems,
)
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.proof.rederived import derived_problems, parts_problems
from finchat_sec_qa.answer.sentences import COMPARED, FIRST, SECOND, compared_formula, period_view
from finchat_sec_qa.answer.spans import Taken, is_derived, latest_span, taken_in
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.derivation import operand_period
from finchat_sec_qa.facts.expressions import evaluate, names_in
from finchat_sec_qa.facts.formulas import formulas, in_unit, spelled_out_for, written
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.standing import stand_ins
from finchat_sec_qa.model.answer import Answer, Calculation, PeriodView, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriod, Period

CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class MainAmount:
    """The amount that tells the days of a figure: those days, their names, and a citation of it."""

    citation: int
    days: Period
    view: PeriodView


def calculation_problems(answer: Answer, calculation: Calculation, facts: Facts) -> Iterator[Problem]:
    """What does not follow in the calculation of an answer, with the citation where it is one's fault."""
    if answer.value is None:
        yield None, "a calculation without a value"
        return
    for problem in arithmetic_problems(calculation, answer.value):
        yield None, problem
    if is_derived(calculation):
        yield from operand_problems(calculation, facts, whole=False)
        yield from derived_problems(calculation, answer.value, facts)
        main: MainAmount | None = None
    elif compares(calculation) and of_figures(calculation):
        yield from _sides_problems(calculation, answer.value, facts)
        main = _main_of_first(calculation, facts)
    elif compares(calculation):
        yield from _comparison_problems(calculation, answer.value, facts)
        main = _main_of_comparison(facts)
    else:
        for problem in _figure_problems(calculation):
            yield None, problem
        yield from operand_problems(calculation, facts)
        main = main_amount(calculation, facts)
    if main is not None and answer.value.period != main.view:
        yield main.citation, f"the period {answer.value.period} is not that of {main.view}"
    units = {operand.unit for operand in calculation.operands}
    allowed = {"percent", "ratio", "days", *units}
    if "shares" in units:
        allowed |= {f"{unit}/shares" for unit in units if CURRENCY.fullmatch(unit)}
    if answer.value.unit not in allowed:
        yield None, f"the unit {answer.value.unit!r} does not follow from the operands"


def compares(calculation: Calculation) -> bool:
    """True for a comparison of two companies, False for a figure of one."""
    return calculation.formula.startswith(COMPARED)


def arithmetic_problems(calculation: Calculation, value: Value) -> Iterator[str]:
    """The formula computed again from the operands."""
    label, equals, formula = calculation.formula.partition(" = ")
    if not equals or not label:
        yield f"the formula {calculation.formula!r} is not of the form “figure = expression”"
        return
    amounts = {operand.name: Decimal(operand.number) for operand in calculation.operands}
    try:
        if sorted(names_in(formula)) != sorted(operand.name for operand in calculation.operands):
            yield f"the formula {formula} and its operands {sorted(amounts)} do not go together"
        result = evaluate(formula, amounts)
    except UsageError as error:
        yield f"the calculation cannot be repeated: {error}"
        return
    digits = decimals_of(calculation.rounding)
    money = CURRENCY.fullmatch(value.unit) is not None
    exact = compares(calculation) and not of_figures(calculation)
    usual = "none" if exact else rounded(result, "USD", None)[1]
    given = calculation.rounding
    if (digits is None and given != "none") or ((money or exact) and given != usual):
        yield f"the rounding {given!r} is not how such a number is rounded"
    if digits is not None:
        result = half_up(result, digits)
    if plain(result) != value.number:
        yield f"the calculation gives {plain(result)}, the answer says {value.number}"


def operand_problems(calculation: Calculation, facts: Facts, *, whole: bool = True) -> Iterator[Problem]:
    """An operand named `assets_FY2024` cites a fact of that entry, of that year, of the whole company unless
    `whole` is False; all are one company's, in one currency.
    """
    places = [facts[operand.citation] for operand in calculation.operands if operand.citation in facts]
    first = next((place for place in places if place.subject is not None), None)
    for item in taken_in(calculation.formula.partition(" = ")[2]):
        yield from parts_problems(item, _places_of(item, calculation, facts))
    for operand in calculation.operands:
        what, place = f"operand {operand.name[:80]}", facts.get(operand.citation)
        yield from value_problems(what, operand.number, operand.unit, operand.citation, facts)
        found = operand_period(operand.name)
        if found is None:
            yield operand.citation, f"{what} names no figure and period"
        elif place is not None and place.fact is not None:
            yield from _named_problems(what, found[0], found[1], place, place.fact)
            yield from whole_problems(what, place) if whole else cut_problems(place)
            if first is not None and place.subject != first.subject:
                yield operand.citation, f"{what} is of {place.company}, another one of {first.company}"
    currencies = {operand.unit for operand in calculation.operands if CURRENCY.fullmatch(operand.unit)}
    if len(currencies) > 1:
        yield None, f"amounts in {' and '.join(sorted(currencies))} do not go together"


def main_amount(calculation: Calculation, facts: Facts) -> MainAmount | None:
    """The amount that tells the period: the latest flow if there is one, else the latest balance.

    None where an operand cites no fact, or days do not line up, so that it cannot be said which one that is.
    """
    found: list[tuple[Period, Rechecked]] = []
    for item in taken_in(calculation.formula.partition(" = ")[2]):
        places = _places_of(item, calculation, facts)
        cited = [place.fact.period for place in places if place.fact is not None]
        derivation = item.span.derivation
        days = derivation.span(cited) if item.derived and derivation is not None else next(iter(cited), None)
        if len(cited) < len(item.names) or days is None:
            return None
        found.append((days, places[0]))
    if not found:
        return None
    days = latest([days for days, _ in found])
    place = next(place for other, place in found if other == days)
    if place.calendar is None:
        return None
    return MainAmount(place.citation.id, days, period_view(days, place.calendar.name_of(days)))


def _places_of(item: Taken, calculation: Calculation, facts: Facts) -> list[Rechecked]:
    """The citations of the operands that give an amount; fewer where there are none."""
    numbers = {operand.name: operand.citation for operand in calculation.operands}
    return [facts[numbers[name]] for name in item.names if numbers.get(name) in facts]


def _named_problems(
    what: str, key: str, period: FiscalPeriod, place: Rechecked, fact: Fact
) -> Iterator[Problem]:
    """An operand's name says figure, year and part of the year; the fact is of these."""
    number, entry, local = place.citation.id, entries().get(key), fact.concept.partition(":")[2]
    if (entry.place(fact.concept) is None) if entry else local != key:
        yield number, f"{what} cites [{number}], which is of {fact.concept}"
    view = place.period_view()
    if view is not None and (view.fiscal_year, view.fiscal_period) != (period.year, period.name):
        own = f"{view.fiscal_period or 'no'} fiscal {view.fiscal_year}"
        yield number, f"{what} cites [{number}], which is of {own}, {fact.period}"
    elif entry is not None and place.calendar is not None:
        target = place.calendar.target(place.calendar.asked(period))
        yield from best_problems(what, entry, target, place)


def _comparison_problems(calculation: Calculation, value: Value, facts: Facts) -> Iterator[Problem]:
    """A comparison is of one figure of two companies, first less second, as the citations stand."""
    label = calculation.formula.partition(" = ")[0].removeprefix(COMPARED)
    sides = ((FIRST, 1), (SECOND, 2))
    for operand in calculation.operands:
        what = f"operand {operand.name[:80]}"
        yield from value_problems(what, operand.number, operand.unit, operand.citation, facts)
        if (operand.name, operand.citation) not in sides:
            yield operand.citation, f"{what} cites [{operand.citation}], which is the other side"
    names = tuple((operand.name, operand.citation) for operand in calculation.operands)
    if names != sides or calculation.formula != compared_formula(label):
        yield None, "a comparison is of the first citation's number less the second's"
        return
    named = [entry for entry in entries().values() if entry.label == label]
    for number, place in facts.items():
        if place.fact and not any(entry.place(place.fact.concept) is not None for entry in named):
            yield number, f"citation [{number}] is of {place.fact.concept}, which is not {label}"
        yield from cut_problems(place)
    first, second = facts.get(1), facts.get(2)
    if first is not None and second is not None and first.subject == second.subject is not None:
        yield 2, "both sides of the comparison are of one company"
    if {operand.unit for operand in calculation.operands} != {value.unit}:
        yield None, f"the unit {value.unit!r} is not that of both numbers"


def _sides_problems(calculation: Calculation, value: Value, facts: Facts) -> Iterator[Problem]:
    """Each side of a comparison of figures is a calculation of its own, of one company."""
    sides = [part for side in SIDES if (part := side_of(calculation, side)) is not None]
    if len(sides) < len(SIDES):
        yield None, "a comparison is of the first company's figure less the second's"
        return
    owners = []
    for part in sides:
        for problem in _figure_problems(part):
            yield None, problem
        yield from operand_problems(part, facts)
        places = [facts[operand.citation] for operand in part.operands if operand.citation in facts]
        owners.append(next((place.subject for place in places if place.subject is not None), None))
    if owners[0] is not None and owners[0] == owners[1]:
        for operand in sides[1].operands:
            yield operand.citation, "both sides of the comparison are of one company"
    currencies = {operand.unit for operand in calculation.operands if CURRENCY.fullmatch(operand.unit)}
    if CURRENCY.fullmatch(value.unit) and len(currencies) > 1:
        yield None, f"amounts in {' and '.join(sorted(currencies))} do not go together"


def _main_of_first(calculation: Calculation, facts: Facts) -> MainAmount | None:
    """The amount that tells the period of a comparison of figures: the first company's."""
    first = side_of(calculation, FIRST)
    return main_amount(first, facts) if first is not None else None


def _main_of_comparison(facts: Facts) -> MainAmount | None:
    """The first of two reported numbers."""
    first = facts.get(1)
    view = first.period_view() if first is not None else None
    if first is None or first.fact is None or view is None:
        return None
    return MainAmount(1, first.fact.period, view)


def _figure_problems(calculation: Calculation) -> Iterator[str]:
    """A figure of the list of formulas is computed as the list says."""
    label, _, formula = calculation.formula.partition(" = ")
    names, span = [operand.name for operand in calculation.operands], latest_span(formula)
    for known in formulas().values():
        if known.label == label and span is not None:
            expression = spelled_out_for(known.expression, entries_of(calculation))
            wanted = written(expression, span, names)
            if all(stand_ins(in_unit(wanted, unit), formula) is None for unit in ("", "percent")):
                yield f"{label} is computed as {wanted}, not {formula}"


def entries_of(calculation: Calculation) -> set[str]:
    """The entries that the operands of a calculation are named by."""
    found = (operand_period(operand.name) for operand in calculation.operands)
    return {item[0] for item in found if item is not None}
