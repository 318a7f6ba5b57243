"""A calculation made again: its operands from the facts, its result from the operands, its name from both."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from finchat_sec_qa.answer.figures import half_up, plain, rounded, rounding
from finchat_sec_qa.answer.recheck import Rechecked
from finchat_sec_qa.answer.sentences import COMPARED, FIRST, SECOND, compared_formula
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import evaluate, names_in
from finchat_sec_qa.facts.formulas import expand, formulas
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.answer import Answer, Calculation, Value

ROUNDING = re.compile(r"half up to ([0-9]{1,2}) decimals?")
CURRENCY = re.compile(r"[A-Z]{3}")
OPERAND = re.compile(r"(?P<entry>[a-z_]+)_FY(?P<year>[0-9]{4})")


def calculation_problems(
    answer: Answer, calculation: Calculation, again: Sequence[Rechecked]
) -> Iterator[str]:
    """What does not follow in the calculation of an answer."""
    if answer.value is None:
        yield "a calculation without a value"
        return
    yield from _arithmetic_problems(calculation, answer.value)
    if compares(calculation):
        yield from _comparison_problems(calculation, answer.value, again)
    else:
        yield from _figure_problems(calculation)
        yield from _operand_problems(calculation, again)
    if answer.value.period not in [place.period_view() for place in again]:
        yield f"the period {answer.value.period} is that of none of the operands"
    allowed = {"percent", "ratio", "days", *(operand.unit for operand in calculation.operands)}
    if answer.value.unit not in allowed:
        yield f"the unit {answer.value.unit!r} does not follow from the operands"


def compares(calculation: Calculation) -> bool:
    """True for a comparison of two companies, False for a figure of one."""
    return calculation.formula.startswith(COMPARED)


def _arithmetic_problems(calculation: Calculation, value: Value) -> Iterator[str]:
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
    digits = _digits(calculation.rounding)
    money = CURRENCY.fullmatch(value.unit) is not None
    usual = "none" if compares(calculation) else rounded(result, "USD", None)[1]
    if (digits is None and calculation.rounding != "none") or (money and calculation.rounding != usual):
        yield f"the rounding {calculation.rounding!r} is not how such a number is rounded"
    if digits is not None:
        result = half_up(result, digits)
    if plain(result) != value.number:
        yield f"the calculation gives {plain(result)}, the answer says {value.number}"


def _comparison_problems(calculation: Calculation, value: Value, again: Sequence[Rechecked]) -> Iterator[str]:
    """A comparison is of one figure of two companies, first less second, as the citations stand."""
    label = calculation.formula.partition(" = ")[0].removeprefix(COMPARED)
    operands = [(operand.name, operand.citation) for operand in calculation.operands]
    if operands != [(FIRST, 1), (SECOND, 2)] or calculation.formula != compared_formula(label):
        yield "a comparison is of the first citation's number less the second's"
        return
    named = [entry for entry in entries().values() if entry.label == label]
    for place in again:
        if place.fact and not any(entry.place(place.fact.concept) is not None for entry in named):
            yield f"citation [{place.citation.id}] is of {place.fact.concept}, which is not {label}"
    if {operand.unit for operand in calculation.operands} != {value.unit}:
        yield f"the unit {value.unit!r} is not that of both numbers"


def _figure_problems(calculation: Calculation) -> Iterator[str]:
    """A figure of the list of formulas is computed as the list says."""
    label, _, formula = calculation.formula.partition(" = ")
    years = [
        int(found["year"]) for operand in calculation.operands if (found := OPERAND.fullmatch(operand.name))
    ]
    for known in formulas().values():
        if known.label == label and years:
            written, _ = expand(known.expression, max(years))
            if formula not in (written, f"({written}) * 100"):
                yield f"{label} is computed as {written}, not {formula}"


def _operand_problems(calculation: Calculation, again: Sequence[Rechecked]) -> Iterator[str]:
    """An operand named `assets_FY2024` must cite a fact of that entry, of that year."""
    places = {place.citation.id: place for place in again}
    for operand in calculation.operands:
        found = OPERAND.fullmatch(operand.name)
        if found is None or found["entry"] not in entries():
            yield f"operand {operand.name[:80]!r} names no figure and year"
            continue
        place = places.get(operand.citation)
        if place is None or place.fact is None:
            continue
        if entries()[found["entry"]].place(place.fact.concept) is None:
            yield f"operand {operand.name} cites [{operand.citation}], which is {place.fact.concept}"
        view = place.period_view()
        if view is not None and view.fiscal_year != int(found["year"]):
            yield f"operand {operand.name} cites [{operand.citation}], which is of fiscal {view.fiscal_year}"


def _digits(text: str) -> int | None:
    """Decimals of a rounding as answers word it, None for any other wording."""
    match = ROUNDING.fullmatch(text)
    if match is None or text != rounding(int(match[1])):
        return None
    return int(match[1])
