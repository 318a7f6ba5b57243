"""Answers derived over time from reported amounts: an unreported quarter, trailing twelve months."""

from finchat_sec_qa.answer.amounts import Amounts, Term
from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_calculation, from_fact, operands_from, refuse_miss
from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.findings import Company, Finding, Miss
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.answer.spans import derived_formula, derived_sentence, thing_of
from finchat_sec_qa.facts.derivation import LAST_NAMES, Span, span_for
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.model.answer import Answer, Calculation, Value
from finchat_sec_qa.model.plan import AskedPeriod


def answer_trailing(case: Case) -> Answer | None:
    """Twelve months that end with a quarter: the fiscal year's amount where they are one, else derived."""
    amounts, entry = amounts_of(case), entries()[case.plan.entry]
    if entry.kind == "instant":
        return refuse_miss(case.frame, amounts.does_not_add_up(entry, "twelve months"))
    asked = settled(case, amounts.company, [entry])
    if asked is None:
        return None
    found = amounts.company.find(entry, asked, case.plan.member, case.plan.said)
    if isinstance(found, Finding):
        return from_fact(case.frame, case.sources, found)
    return answer_derived(case, asked)


def answer_derived(case: Case, asked: AskedPeriod) -> Answer | None:
    """An amount that no filing reports for the period, from amounts that they do, or why there is none.

    None where the period is none that can be derived, or nothing of what it takes is reported.
    """
    amounts, entry = amounts_of(case), entries()[case.plan.entry]
    span = span_for(amounts.company.calendar, asked)
    term = amounts.derived(entry, span) if span is not None else None
    if span is None or term is None:
        return None
    if isinstance(term, Miss):
        return refuse_miss(case.frame, term)
    case.stage("compose")
    return _from_term(case, amounts.company, entry, span, term)


def amounts_of(case: Case) -> Amounts:
    """The amounts of the company, or of the part of it, that a question names."""
    company = Company(case.store, case.plan.subjects[0], case.scope)
    return Amounts(company, case.plan.member, case.plan.said)


def settled(case: Case, company: Company, flows: list[Entry]) -> AskedPeriod | None:
    """The twelve months with their end: where the question names none, the last that all flows tell of."""
    if case.asked.end is not None or case.asked.year is not None:
        return case.asked
    lasts = []
    for entry in flows:
        facts = company.facts_of(entry, case.plan.member, case.plan.said)
        named = [(fact.period.end, company.calendar.name_of(fact.period)) for _, fact in facts]
        ends = [end for end, name in named if name is not None and name.name in LAST_NAMES.values()]
        lasts.append(max(ends, default=None))
    known = [last for last in lasts if last is not None]
    return AskedPeriod("trailing", end=min(known)) if known else None


def _from_term(case: Case, company: Company, entry: Entry, span: Span, term: Term) -> Answer:
    findings = [item.finding for item in term.operands]
    formula = derived_formula(thing_of(entry, findings[0].fact), entry.key, span)
    calculation = Calculation(formula=formula, operands=operands_from(term.operands), rounding="none")
    values = {item.name: item.finding.chosen.value for item in term.operands}
    value = Value(
        number=plain(evaluate(term.expression, values)),
        unit=findings[0].fact.unit or "",
        period=period_view(term.days, company.calendar.name_of(term.days)),
    )
    text = derived_sentence(findings[0].chosen.filing.company, calculation, value)
    return from_calculation(case.frame, case.sources, findings, text, value=value, calculation=calculation)
