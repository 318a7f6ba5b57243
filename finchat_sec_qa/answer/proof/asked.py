"""Whether an answer is one to its question: the question is read again, the cited facts held to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from finchat_sec_qa.answer.beside import other_years
from finchat_sec_qa.answer.compared import SIDES, figures_formula, of_figures, side_of
from finchat_sec_qa.answer.computed import as_figure
from finchat_sec_qa.answer.figures import DEFAULT_DECIMALS, in_currency, rounding
from finchat_sec_qa.answer.findings import worded
from finchat_sec_qa.answer.proof.evidence import Problem, best_problems, told
from finchat_sec_qa.answer.proof.recalculate import compares, entries_of
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.proof.rederived import derivation_problems
from finchat_sec_qa.answer.proof.reranked import ranking_problems
from finchat_sec_qa.answer.proof.standing import otherwise_problems, standing_problems
from finchat_sec_qa.answer.ranked import is_ranked
from finchat_sec_qa.answer.sentences import compared_formula, of_another_year
from finchat_sec_qa.answer.spans import is_derived, latest_span
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.derivation import Span, operand_period, span_for
from finchat_sec_qa.facts.formulas import spelled_out_for, written
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.members import matching
from finchat_sec_qa.facts.select import on_cover
from finchat_sec_qa.facts.standing import stand_ins
from finchat_sec_qa.model.answer import Answer, Calculation, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import LATEST, AskedPeriod, Plan
from finchat_sec_qa.question.companies import resolve_company
from finchat_sec_qa.question.read import read
from finchat_sec_qa.question.wording import on_one_line

SUM = re.compile(r"[A-Za-z0-9_ ()+-]+")


def question_problems(
    answer: Answer, again: Sequence[Rechecked], companies: Sequence[Company]
) -> Iterator[Problem]:
    """What is answered beside the question: another company, period, figure, part, unit or rounding.

    `companies` are the store's. Of an answer in words only the companies can be checked.
    """
    yield from _scope_problems(answer, again, companies)
    try:
        if on_one_line(answer.question, "question") != answer.question:
            yield None, "the question is not on one line"
            return
    except UsageError as error:
        yield None, str(error)
        return
    owners = tuple(dict.fromkeys(place.subject for place in again if place.subject is not None))
    plan = read(answer.question, companies, owners)
    for place in again:
        if place.subject is not None and place.subject not in plan.subjects:
            yield place.citation.id, f"the question does not ask of {place.company}"
    if answer.value is not None:
        yield from _number_problems(answer, answer.value, plan, again)


def _scope_problems(
    answer: Answer, again: Sequence[Rechecked], companies: Sequence[Company]
) -> Iterator[Problem]:
    """Every citation is of the filings and companies that the answer says it looked at."""
    looked_at = {resolve_company(name, companies) for name in answer.scope.companies}
    filings = set(answer.scope.filings)
    for place in again:
        if place.citation.filing not in filings:
            yield place.citation.id, f"filing {place.citation.filing} is not in the answer's scope"
        if place.subject is not None and place.subject not in looked_at:
            yield place.citation.id, f"{place.subject.name} is not in the answer's scope"


def _number_problems(
    answer: Answer, value: Value, plan: Plan, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    calculation = answer.calculation
    if plan.kind == "rank" and calculation is None:
        yield from ranking_problems(answer, plan, again)
        return
    if is_ranked(answer):
        yield 1, "the question asks for no order of parts"
    given = "fact" if calculation is None else "compare" if compares(calculation) else "formula"
    if plan.kind == "fact" and calculation is not None and is_derived(calculation):
        yield from _derived_problems(calculation, plan)
        yield from derivation_problems(calculation, plan, again)
        yield from _part_problems(again, plan)
    elif given == "formula" and calculation is not None and (figure := as_figure(plan)) is not None:
        yield from _figure_problems(calculation, value, figure, again)
    elif given != plan.kind:
        kinds = {
            "fact": "one reported number",
            "formula": "a computed figure",
            "compare": "a comparison",
            "rank": "the first of several parts",
            "passages": "words",
        }
        number = again[0].citation.id if again else None
        yield number, f"the question asks for {kinds[plan.kind]}, the answer is {kinds[given]}"
    elif calculation is None:
        for place in again[:1]:
            yield from _fact_problems(place, plan)
        yield from _years_problems(answer, value, plan, again)
    elif plan.kind == "compare":
        yield from _comparison_problems(calculation, plan, again)
        if plan.expression:
            yield from _unit_problems(calculation, value, plan)
    else:
        yield from _figure_problems(calculation, value, plan, again)


def _fact_problems(place: Rechecked, plan: Plan) -> Iterator[Problem]:
    """The fact is of the figure, the part and the period that the question names."""
    fact, number = place.fact, place.citation.id
    if fact is None:
        return
    if entries()[plan.entry].place(fact.concept) is None:
        yield number, f"the question asks for {plan.label}, the fact is of {told(fact)}"
    yield from _part_problems([place], plan)
    if place.calendar is None:
        return
    latest = AskedPeriod("dates", end=fact.period.end, months=12)
    asked, name = plan.periods[-1] if plan.periods else latest, place.calendar.name_of(fact.period)
    if asked.latest_quarter:
        if name is None or not asked.is_quarter(name) or (name.name == "FY" and not fact.period.is_instant):
            yield number, f"the question asks for {worded(asked)}, the fact is for {fact.period}"
            return
        asked = asked.settled([name])
    target = place.calendar.target(asked)
    reported_end = place.filing.period_end if place.filing is not None else None
    if target is not None and on_cover(target, fact, reported_end):
        return
    if target is not None and not target.fits(fact):
        yield number, f"the question asks for {target.name or target.end}, the fact is for {fact.period}"
    else:
        yield from best_problems("the number", entries()[plan.entry], target, place)


def _derived_problems(calculation: Calculation, plan: Plan) -> Iterator[Problem]:
    """A reported figure may be put together of parts of the year: from that figure alone, by + and -."""
    if not SUM.fullmatch(calculation.formula.partition(" = ")[2]):
        yield None, f"the question asks for {plan.label}, the answer computes {calculation.formula[:80]!r}"
    for operand in calculation.operands:
        found = operand_period(operand.name)
        if found is None or found[0] != plan.entry:
            yield operand.citation, f"the question asks for {plan.label}, not for {operand.name[:80]}"


def _part_problems(again: Sequence[Rechecked], plan: Plan) -> Iterator[Problem]:
    """The facts are of the part of the company that the question names."""
    for place in again:
        if place.fact is not None and not _of_part(place.fact, plan):
            part = " ".join(plan.member) or "the whole company"
            yield place.citation.id, f"the question asks for {part}, the fact is of {told(place.fact)}"


def _years_problems(
    answer: Answer, value: Value, plan: Plan, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    """What is told for other years is the figure that the question asks for, in years that it asks for."""
    wanted = {asked.year: asked for asked in other_years(plan, value.period.fiscal_year)}
    by_id = {place.citation.id: place for place in again}
    seen: set[int | None] = set()
    for alternate in answer.alternates:
        if not of_another_year(alternate):
            continue
        year = alternate.value.period.fiscal_year
        if year not in wanted or year in seen:
            yield alternate.citation, f"the question does not ask for fiscal {year} besides"
        elif alternate.citation in by_id:
            yield from _fact_problems(by_id[alternate.citation], replace(plan, periods=(wanted[year],)))
        seen.add(year)


def _of_part(fact: Fact, plan: Plan) -> bool:
    if not plan.member:
        return not fact.dimensions
    return bool(matching(plan.member, plan.said, [("", fact)]))


def _comparison_problems(
    calculation: Calculation, plan: Plan, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    """The sides are the companies of the question, in its order, each with the figure asked for."""
    if plan.expression or of_figures(calculation):
        yield from _compared_figures(calculation, plan, again)
        return
    if calculation.formula != compared_formula(plan.label):
        yield None, f"the question compares {plan.label}, the answer {calculation.formula[:80]!r}"
    for place, subject in zip(again, plan.subjects, strict=False):
        if place.subject is not None and place.subject != subject:
            yield place.citation.id, f"the question names {subject.name} here, this is {place.company}"
    for place in again:
        yield from _fact_problems(place, plan)


def _compared_figures(calculation: Calculation, plan: Plan, again: Sequence[Rechecked]) -> Iterator[Problem]:
    """Each side is the figure asked for, of the company that the question names there, for its year."""
    parts = [side_of(calculation, side) for side in SIDES]
    by_id = {place.citation.id: place for place in again}
    sides: list[str] = []
    for part, subject in zip(parts, plan.subjects, strict=False):
        operands = part.operands if part is not None else ()
        places = [by_id[operand.citation] for operand in operands if operand.citation in by_id]
        for place in places:
            if place.subject is not None and place.subject != subject:
                yield place.citation.id, f"the question names {subject.name} here, this is {place.company}"
        span = _span(part, plan, places) if part is not None else None
        if part is not None and span is not None:
            sides.append(_written(part, plan, span))
    if len(sides) < len(SIDES) or not plan.expression:
        yield None, f"the question compares {plan.label}, the answer {calculation.formula[:80]!r}"
        return
    wanted = figures_formula(plan.label, plan.unit, sides)
    if not _same_figure(wanted, calculation):
        yield None, f"the question asks for {wanted}, the answer gives {calculation.formula[:200]}"
    yield from standing_problems(wanted.partition(" = ")[2], calculation, by_id)


def _figure_problems(
    calculation: Calculation, value: Value, plan: Plan, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    """The figure is computed as the question or the list of formulas defines it, for its year, and rounded
    as it says.
    """
    span = _span(calculation, plan, again)
    if span is not None:
        formula = _written(calculation, plan, span, plan.unit)
        wanted = f"{plan.label} = {formula}"
        if not _same_figure(wanted, calculation):
            number = again[0].citation.id if again else None
            yield number, f"the question asks for {wanted}, the answer gives {calculation.formula[:200]}"
        by_id = {place.citation.id: place for place in again}
        yield from standing_problems(formula, calculation, by_id)
        yield from otherwise_problems(plan.expression, calculation, by_id)
    yield from _unit_problems(calculation, value, plan)


def _same_figure(wanted: str, calculation: Calculation) -> bool:
    """Whether a calculation is of that label and formula, lines of the balance sheet in place of amounts."""
    label, _, written = wanted.partition(" = ")
    given, _, formula = calculation.formula.partition(" = ")
    return label == given and stand_ins(written, formula) is not None


def _unit_problems(calculation: Calculation, value: Value, plan: Plan) -> Iterator[Problem]:
    """An amount is in the operands' money, all else in the unit and with the decimals that are asked for."""
    if plan.unit == "USD":
        if value.unit not in {operand.unit for operand in calculation.operands}:
            yield None, f"the question asks for an amount of money, the answer is in {value.unit}"
        return
    if value.unit != in_currency(plan.unit, {operand.unit for operand in calculation.operands}):
        yield None, f"the question asks for {plan.unit}, the answer is in {value.unit}"
    digits = plan.decimals if plan.decimals is not None else DEFAULT_DECIMALS.get(plan.unit)
    if digits is not None and calculation.rounding != rounding(digits):
        yield None, f"the question asks for {rounding(digits)}, the answer is {calculation.rounding}"


def _written(calculation: Calculation, plan: Plan, span: Span, unit: str = "") -> str:
    """The figure of the question for a span, over the amounts that a calculation had at hand."""
    expression = spelled_out_for(plan.expression or "0", entries_of(calculation))
    return written(expression, span, [operand.name for operand in calculation.operands], unit)


def _span(calculation: Calculation, plan: Plan, again: Sequence[Rechecked]) -> Span | None:
    """The span asked for; where that is the latest year or the latest twelve months, that of the operands."""
    asked = plan.periods[-1] if plan.periods else LATEST
    calendar = next((place.calendar for place in again if place.calendar is not None), None)
    span = span_for(calendar, asked) if calendar is not None else None
    latest = latest_span(calculation.formula.partition(" = ")[2])
    if span is not None or latest is None:
        return span
    if asked.latest_quarter:
        settled = asked.settled([] if latest.trailing else [latest.period])
        return Span(FiscalPeriod(settled.year or latest.period.year, settled.name))
    return (
        latest if asked.kind == "trailing" and latest.whole_year else Span(FiscalPeriod(latest.period.year))
    )
