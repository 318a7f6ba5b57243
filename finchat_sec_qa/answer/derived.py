"""Answers derived over time from reported amounts: an unreported quarter, trailing twelve months."""

from collections.abc import Sequence

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_calculation, from_fact, operands_from, refuse
from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.findings import Company, Finding, describe
from finchat_sec_qa.answer.parts import find_parts, on_one_basis
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.answer.spans import derived_formula, derived_sentence, thing_of
from finchat_sec_qa.facts.derivation import LAST_NAMES, Derivation, derivation_for, operand
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.model.answer import Answer, Calculation, Value
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.model.plan import AskedPeriod

WHY_NOT = {
    "USD/shares": "amounts per share of several periods rest on different share counts and do not add up",
    "shares": "average share counts of several periods do not add up",
}
NOT_ONE_BASIS = "not on one basis, as reports that restate them show"
A_BALANCE = "a balance is of one day and does not add up over time"


def answer_trailing(case: Case) -> Answer | None:
    """Twelve months that end with a quarter: the fiscal year's amount where they are one, else derived."""
    company = Company(case.store, case.plan.subjects[0], case.scope)
    entry = entries()[case.plan.entry]
    if entry.kind == "instant":
        return _refuse_kind(case, company, entry, "twelve months")
    asked = _settled(case, company, entry)
    found = company.find(entry, asked, case.plan.member, case.plan.said) if asked is not None else None
    if isinstance(found, Finding):
        return from_fact(case.frame, case.sources, found)
    return answer_derived(case, asked) if asked is not None else None


def answer_derived(case: Case, asked: AskedPeriod) -> Answer | None:
    """An amount that no filing reports for the period, from amounts that they do, or why there is none.

    None where the period is none that can be derived, or nothing of what it takes is reported.
    """
    company, entry = Company(case.store, case.plan.subjects[0], case.scope), entries()[case.plan.entry]
    derivation = derivation_for(company.calendar, asked)
    if derivation is None or entry.kind == "instant":
        return None
    amounts = find_parts(case, company, entry, derivation)
    found = [amount.finding if amount is not None else None for amount in amounts]
    if not any(found):
        return None
    if entry.unit != "USD":
        return _refuse_kind(case, company, entry, _worded(derivation))
    findings = [finding for finding in found if finding is not None]
    if len(findings) < len(found):
        return _refuse_missing(case, company, entry, derivation, found)
    if len({(item.fact.concept, item.fact.dimensions, item.fact.unit) for item in findings}) > 1:
        return _refuse_mixed(case, company, entry, derivation, "different things under one name")
    if not on_one_basis(derivation, [amount for amount in amounts if amount is not None]):
        return _refuse_mixed(case, company, entry, derivation, NOT_ONE_BASIS)
    days = derivation.span([finding.fact.period for finding in findings])
    if days is None:
        return _refuse_mixed(case, company, entry, derivation, "spans of days that do not line up")
    case.stage("compose")
    return _from_parts(case, company, derivation, findings, days)


def _settled(case: Case, company: Company, entry: Entry) -> AskedPeriod | None:
    """The twelve months with their end: where the question names none, the last that facts tell of."""
    if case.asked.end is not None or case.asked.year is not None:
        return case.asked
    facts = company.facts_of(entry, case.plan.member, case.plan.said)
    named = [(fact.period.end, company.calendar.name_of(fact.period)) for _, fact in facts]
    ends = [end for end, name in named if name is not None and name.name in LAST_NAMES.values()]
    return AskedPeriod("trailing", end=max(ends)) if ends else None


def _from_parts(
    case: Case, company: Company, derivation: Derivation, findings: Sequence[Finding], days: Period
) -> Answer:
    entry = entries()[case.plan.entry]
    names = [operand(entry.key, part.period) for part in derivation.parts]
    amounts = dict(zip(names, (finding.chosen.value for finding in findings), strict=True))
    formula = derived_formula(thing_of(entry, findings[0].fact), entry.key, derivation)
    operands = operands_from(list(zip(names, findings, strict=True)))
    calculation = Calculation(formula=formula, operands=operands, rounding="none")
    value = Value(
        number=plain(evaluate(derivation.formula(entry.key), amounts)),
        unit=findings[0].fact.unit or "",
        period=period_view(days, company.calendar.name_of(days)),
    )
    text = derived_sentence(findings[0].chosen.filing.company, calculation, value)
    return from_calculation(case.frame, case.sources, findings, text, value=value, calculation=calculation)


def _refuse_kind(case: Case, company: Company, entry: Entry, span: str) -> Answer:
    """The refusal of an amount that does not add up over time."""
    why = A_BALANCE if entry.kind == "instant" else WHY_NOT.get(entry.unit, "it does not add up over time")
    message = f"{company.subject.name} reports no {entry.label} for {span}, and none can be derived: {why}."
    disclosed = _disclosed(case, company, entry)
    if disclosed:
        message += f" It is disclosed for {disclosed}."
    return refuse(case.frame, "not_disclosed", message, company.searched)


def _refuse_missing(
    case: Case,
    company: Company,
    entry: Entry,
    derivation: Derivation,
    found: Sequence[Finding | None],
) -> Answer:
    """The refusal that says which of the amounts are here and which are not."""
    pairs = list(zip(derivation.parts, found, strict=True))
    here = [f"{part.period} ({describe(item.chosen.filing)})" for part, item in pairs if item is not None]
    missing = " and ".join(str(part.period) for part, item in pairs if item is None)
    message = (
        f"No filing of {company.subject.name} here reports {entry.label} for {_worded(derivation)}. "
        f"It would be derived as {derivation.how}: reported here for {' and '.join(here)}, "
        f"but not for {missing}."
    )
    return refuse(case.frame, "period_not_covered", message, company.searched)


def _refuse_mixed(case: Case, company: Company, entry: Entry, derivation: Derivation, what: str) -> Answer:
    periods = ", ".join(str(part.period) for part in derivation.parts)
    message = (
        f"No filing of {company.subject.name} here reports {entry.label} for {_worded(derivation)}, "
        f"and it cannot be derived: what is reported for {periods} are {what}."
    )
    return refuse(case.frame, "ambiguous", message, company.searched)


def _worded(derivation: Derivation) -> str:
    """The derived span: "Q4 FY2022", "the twelve months to H1 FY2023"."""
    if len(derivation.parts) == 2:
        return f"{derivation.of} FY{derivation.parts[0].period.year}"
    return f"the twelve months to the end of {derivation.parts[1].period}"


def _disclosed(case: Case, company: Company, entry: Entry) -> str:
    """Periods that the entry is reported for: those of the year asked for, else the last few."""
    target = company.calendar.target(case.asked)
    names = {
        (fact.period.end, str(name))
        for _, fact in company.facts(entry)
        if not fact.dimensions and (name := company.calendar.name_of(fact.period)) is not None
    }
    near = [item for item in names if target is not None and abs((item[0] - target.end).days) < 300]
    return ", ".join(name for _, name in sorted(near or names)[-4:])
