"""Sentences of number answers: pure functions of what is cited, so that `verify` can write them again."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from finchat_sec_qa.answer.changes import changed
from finchat_sec_qa.answer.figures import spoken
from finchat_sec_qa.answer.rounding import told_result
from finchat_sec_qa.answer.spans import marks, spoken_view, where_derived
from finchat_sec_qa.facts.labels import concept_label, listed
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.members import part_name
from finchat_sec_qa.facts.standing import taken_as_zero
from finchat_sec_qa.model.answer import Alternate, Calculation, PeriodView, Value
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact
from finchat_sec_qa.model.period import FiscalPeriod, Period

COMPARED = "difference in "
FIRST, SECOND = "first", "second"  # operands of a comparison


def concept_name(concept: str) -> str:
    """The lexicon's name for a concept, else its own words."""
    prefix, _, local = concept.rpartition(":")
    if prefix == PRINTED and local in entries():
        return entries()[local].label
    if prefix == PRINTED_ROW:
        return local
    fitting = [
        (entry.concepts.index(local), entry) for entry in entries().values() if local in entry.concepts
    ]
    if not fitting:
        label = concept_label(concept)
        return label[:1].lower() + label[1:]
    return min(fitting, key=lambda item: item[0])[1].label


def fact_sentence(company: str, fact: Fact, value: Value, others: Sequence[Alternate] = ()) -> str:
    """For example "Apple Inc. reported total revenue of $383.285 billion for fiscal 2023 (…) [1]."; `others`
    are the same figure for other years, which follow.
    """
    part = part_name(fact)
    thing = concept_name(fact.concept) + (f" from {part}" if part else "")
    joiner = "at" if fact.period.is_instant else "for"
    told = [(value, 1), *((other.value, other.citation) for other in others)]
    amounts = [
        f"{spoken(Decimal(one.number), one.unit)} {joiner} {spoken_view(one.period)} [{number}]"
        for one, number in told
    ]
    return f"{company} reported {thing} of {listed(amounts)}."


def computed_sentence(company: str, calculation: Calculation, value: Value) -> str:
    """For example "NVIDIA CORP: effective tax rate was 13.26% for fiscal 2025 (…), computed from [1].";
    amounts that are derived over time are called so.
    """
    label, _, formula = calculation.formula.partition(" = ")
    where = where_derived(formula)
    when = spoken_view(value.period, derived=bool(where))
    joiner = "at" if value.period.start is None else "for"
    cited = marks([operand.citation for operand in calculation.operands])
    told = changed(calculation, value) or f"{label} was {told_result(value, calculation)}"
    return f"{company}: {told} {joiner} {when}, computed from {cited}{where}.{zeros_told(calculation)}"


def zeros_told(calculation: Calculation) -> str:
    """What is taken as zero and why, as a sentence of its own; "" where nothing is."""
    told = [
        f" {entry.label[:1].upper()}{entry.label[1:]} {'are' if entry.label.endswith('s') else 'is'} taken as"
        f" zero: {entries()[entry.within].label} are the sum of lines of which none is that."
        for entry in taken_as_zero(calculation.formula.partition(" = ")[2])
    ]
    return "".join(told)


def compared_sentence(companies: Sequence[str], calculation: Calculation, value: Value) -> str:
    """For example "A's total revenue ($2 billion [1]) was larger than B's ($1 billion [2]); …"."""
    first, second = calculation.operands
    label = calculation.formula.partition(" = ")[0].removeprefix(COMPARED)
    one, other = Decimal(first.number), Decimal(second.number)
    relation = "larger than" if one > other else "smaller than" if one < other else "equal to"
    difference = spoken(Decimal(value.number).copy_abs(), value.unit)
    return (
        f"{companies[0]}'s {label} ({spoken(one, first.unit)} [1]) was {relation} "
        f"{companies[1]}'s ({spoken(other, second.unit)} [2]); the difference is {difference}."
    )


def compared_formula(label: str) -> str:
    """The formula of a comparison of two companies' `label`."""
    return f"{COMPARED}{label} = {FIRST} - {SECOND}"


def year_label(view: PeriodView) -> str | None:
    """What an alternate is called that is of another fiscal year; None for no whole year."""
    return f"for fiscal {view.fiscal_year}" if view.fiscal_year and view.fiscal_period == "FY" else None


def of_another_year(alternate: Alternate) -> bool:
    """Whether an alternate is the answer's figure for another fiscal year, which the sentence tells too."""
    return alternate.label == year_label(alternate.value.period)


def amended_label(form: str, period_end: date | None) -> str:
    """What an alternate is called that the filing reports which the answer's own amends."""
    return f"as reported before it was amended, in {form} for the period ended {period_end}"


def restated_label(form: str, period_end: date | None) -> str:
    """What an alternate is called that a later filing reports."""
    return f"as reported later, in {form} for the period ended {period_end}"


def period_view(period: Period, name: FiscalPeriod | None) -> PeriodView:
    """A period as answers give it."""
    return PeriodView(
        start=period.start,
        end=period.end,
        fiscal_year=name.year if name else None,
        fiscal_period=name.name if name else None,
    )
