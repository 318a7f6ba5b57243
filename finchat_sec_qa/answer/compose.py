"""Findings become an `Answer`: citations from the store, numbers from the facts, sentences from both."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.answer.amounts import Computed, Named
from finchat_sec_qa.answer.compared import SIDES, figures_formula, figures_sentence, operand_of
from finchat_sec_qa.answer.extract import Quote
from finchat_sec_qa.answer.figures import in_currency, plain, rounded
from finchat_sec_qa.answer.findings import Finding, Miss
from finchat_sec_qa.answer.sentences import (
    FIRST,
    SECOND,
    amended_label,
    compared_formula,
    compared_sentence,
    computed_sentence,
    fact_sentence,
    of_another_year,
    period_view,
    restated_label,
    year_label,
)
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.answer.witness import second_witness
from finchat_sec_qa.answer.witnesses import Cited, witnesses_of
from finchat_sec_qa.cite.places import cite_fact, cite_span
from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.facts.select import amends
from finchat_sec_qa.model.answer import (
    Alternate,
    Answer,
    AnswerScope,
    Calculation,
    Citation,
    Operand,
    PeriodView,
    Refusal,
    RefusalReason,
    Value,
    Witness,
)
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.model.plan import Plan

STAMP = 16  # hex digits of each half of an answer's id


@dataclass(frozen=True, slots=True)
class Frame:
    """What every answer to one question shares. `digest` names the store's content."""

    question: str
    digest: str
    companies: tuple[str, ...]
    filings: tuple[str, ...]


def answer_id(digest: str, question: str, scope: AnswerScope) -> str:
    """The id: what the store held, then a hash over that, the question and the scope looked at."""
    content = digest[:STAMP]
    asked = json.dumps([content, question, scope.model_dump(mode="json")], ensure_ascii=False)
    return f"{content}-{hashlib.sha256(asked.encode()).hexdigest()[:STAMP]}"


def refuse(frame: Frame, reason: RefusalReason, message: str, searched: Sequence[str] = ()) -> Answer:
    """An honest refusal."""
    refusal = Refusal(reason=reason, message=message, searched=tuple(searched))
    return answer_of(frame, PeriodView(), message, refusal=refusal)


def refuse_miss(frame: Frame, miss: Miss) -> Answer:
    """The refusal for a number that was not found."""
    return refuse(frame, miss.reason, miss.message, miss.searched)


def from_fact(frame: Frame, sources: Sources, finding: Finding, others: Sequence[Finding] = ()) -> Answer:
    """The answer that is one reported number, with restated values of later filings beside it.

    `others` are the same figure for other fiscal years, which the answer tells too.
    """
    chosen = finding.chosen
    citations = [_cite(sources, finding, 1)]
    value = _value(finding)
    alternates = _witnesses(sources, [finding])
    for number, (filing, fact) in enumerate(chosen.restated, start=2):
        citations.append(cite_fact(sources.get(filing.id, fact.document), number, fact))
        restated = Value(
            number=plain(fact.value or Decimal(0)),
            unit=fact.unit or "",
            period=period_view(fact.period, finding.name),
        )
        labelled = amended_label if amends(chosen.filing, filing) else restated_label
        label = labelled(filing.form, filing.period_end)
        alternates.append(Alternate(label=label, value=restated, citation=number))
        alternates += second_witness(number, sources.get(filing.id, fact.document), fact, finding.name)
    for number, other in enumerate(others, start=len(citations) + 1):
        citations.append(_cite(sources, other, number))
        beside = _value(other)
        called = year_label(beside.period)
        if called is None:
            raise ValueError(f"{beside.period} is no fiscal year")
        alternates.append(Alternate(label=called, value=beside, citation=number))
        alternates += _witnesses(sources, [other], start=number)
    years = [alternate for alternate in alternates if of_another_year(alternate)]
    text = fact_sentence(citations[0].company, chosen.fact, value, years)
    cited = [_cited(sources, citations[0], finding)]
    cited += [
        _cited(sources, citation, other)
        for citation, other in zip(citations[len(citations) - len(others) :], others, strict=True)
    ]
    witnesses, added = witnesses_of(cited, citations, sources, frame.filings)
    return answer_of(
        frame,
        value.period,
        text,
        value=value,
        citations=(*citations, *added),
        alternates=alternates,
        witnesses=witnesses,
    )


def from_formula(
    frame: Frame, sources: Sources, plan: Plan, computed: Computed, calendar: Calendar
) -> Answer:
    """The answer that is computed; `calendar` is the company's."""
    amounts = {name: finding.chosen.value for name, finding in computed.operands}
    written = computed.formula(plan.unit)
    result, rounding = rounded(evaluate(written, amounts), plan.unit, plan.decimals)
    calculation = Calculation(
        formula=f"{plan.label} = {written}", operands=operands_from(computed.operands), rounding=rounding
    )
    value = _figure(plan, result, calculation, computed.days, calendar)
    findings = [finding for _, finding in computed.operands]
    text = computed_sentence(findings[0].chosen.filing.company, calculation, value)
    return from_calculation(frame, sources, findings, text, value=value, calculation=calculation)


def from_comparison(frame: Frame, sources: Sources, plan: Plan, findings: Sequence[Finding]) -> Answer:
    """The same number of two companies and their difference, first less second."""
    operands = operands_from(list(map(Named, (FIRST, SECOND), findings)))
    calculation = Calculation(formula=compared_formula(plan.label), operands=operands, rounding="none")
    first, second = (finding.chosen.value for finding in findings)
    difference = evaluate(f"{FIRST} - {SECOND}", {FIRST: first, SECOND: second})
    period = period_view(findings[0].fact.period, findings[0].name)
    value = Value(number=plain(difference), unit=findings[0].fact.unit or "", period=period)
    text = compared_sentence(_companies(findings), calculation, value)
    return from_calculation(frame, sources, findings, text, value=value, calculation=calculation)


def from_compared_figures(
    frame: Frame,
    sources: Sources,
    plan: Plan,
    sides: Sequence[Computed],
    calendar: Calendar,
) -> Answer:
    """A computed figure of two companies and its difference; `calendar` is the first one's."""
    formula = figures_formula(plan.label, plan.unit, [side.formula() for side in sides])
    named = [
        Named(operand_of(side, name), finding)
        for side, computed in zip(SIDES, sides, strict=True)
        for name, finding in computed.operands
    ]
    amounts = {name: finding.chosen.value for name, finding in named}
    result, rounding = rounded(evaluate(formula.partition(" = ")[2], amounts), plan.unit, plan.decimals)
    calculation = Calculation(formula=formula, operands=operands_from(named), rounding=rounding)
    value = _figure(plan, result, calculation, sides[0].days, calendar)
    findings = [finding for _, finding in named]
    text = figures_sentence(_companies(findings), calculation, value)
    if text is None:
        raise ValueError(f"{formula} has no two sides")
    return from_calculation(frame, sources, findings, text, value=value, calculation=calculation)


def from_calculation(
    frame: Frame,
    sources: Sources,
    findings: Sequence[Finding],
    text: str,
    *,
    value: Value,
    calculation: Calculation,
) -> Answer:
    """The answer that is computed from findings, each cited, with what else tells these numbers."""
    citations = [_cite(sources, finding, at) for at, finding in enumerate(findings, start=1)]
    cited = [
        _cited(sources, citation, finding) for citation, finding in zip(citations, findings, strict=True)
    ]
    witnesses, added = witnesses_of(cited, citations, sources, frame.filings)
    return answer_of(
        frame,
        value.period,
        text,
        value=value,
        calculation=calculation,
        citations=(*citations, *added),
        alternates=_witnesses(sources, findings),
        witnesses=witnesses,
    )


def _figure(plan: Plan, result: Decimal, calculation: Calculation, days: Period, calendar: Calendar) -> Value:
    """A computed figure, in the operands' money, for the days that it is of."""
    unit = in_currency(plan.unit, {operand.unit for operand in calculation.operands})
    return Value(number=plain(result), unit=unit, period=period_view(days, calendar.name_of(days)))


def _companies(findings: Sequence[Finding]) -> list[str]:
    return [finding.chosen.filing.company for finding in findings]


def from_quotes(frame: Frame, sources: Sources, quotes: Sequence[Quote]) -> Answer:
    """The answer that is quoted: sentences of the filings, each with its mark."""
    citations = [
        cite_span(sources.get(quote.filing, quote.document), number, quote.start, quote.end)
        for number, quote in enumerate(quotes, start=1)
    ]
    return answer_of(frame, PeriodView(), quoted_text(citations), citations=citations)


def quoted_text(citations: Sequence[Citation]) -> str:
    """The text of a quoted answer; quotes keep their line ends, the text runs on over them."""
    return " ".join(f"{' '.join(citation.quote.split())} [{citation.id}]" for citation in citations)


def _witnesses(sources: Sources, findings: Sequence[Finding], start: int = 1) -> list[Alternate]:
    """What the tables print otherwise at the places of findings that are cited in this order."""
    return [
        alternate
        for number, finding in enumerate(findings, start=start)
        for alternate in second_witness(
            number, sources.get(finding.chosen.filing.id, finding.fact.document), finding.fact, finding.name
        )
    ]


def _cite(sources: Sources, finding: Finding, number: int) -> Citation:
    """The citation of a found number."""
    return cite_fact(sources.get(finding.chosen.filing.id, finding.fact.document), number, finding.fact)


def _cited(sources: Sources, citation: Citation, finding: Finding) -> Cited:
    """A found number as its witnesses are asked for."""
    source = sources.get(finding.chosen.filing.id, finding.fact.document)
    return Cited(citation, source, finding.fact, period_view(finding.fact.period, finding.name))


def _value(finding: Finding) -> Value:
    return Value(
        number=plain(finding.chosen.value),
        unit=finding.fact.unit or "",
        period=period_view(finding.fact.period, finding.name),
    )


def operands_from(named: Sequence[Named]) -> tuple[Operand, ...]:
    """Found numbers as operands that are cited in this order."""
    return tuple(
        Operand(name=name, number=plain(finding.chosen.value), unit=finding.fact.unit or "", citation=number)
        for number, (name, finding) in enumerate(named, start=1)
    )


def answer_of(
    frame: Frame,
    period: PeriodView,
    text: str,
    *,
    value: Value | None = None,
    calculation: Calculation | None = None,
    citations: Sequence[Citation] = (),
    alternates: Sequence[Alternate] = (),
    witnesses: Sequence[Witness] = (),
    refusal: Refusal | None = None,
) -> Answer:
    """An answer from its parts, with the scope and the id that it has."""
    scope = AnswerScope(companies=frame.companies, filings=frame.filings, period=period)
    return Answer(
        id=answer_id(frame.digest, frame.question, scope),
        question=frame.question,
        scope=scope,
        status="refused" if refusal else "answered",
        answer=text,
        value=value,
        calculation=calculation,
        citations=tuple(citations),
        alternates=tuple(alternates),
        witnesses=tuple(witnesses),
        refusal=refusal,
    )
