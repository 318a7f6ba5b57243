"""Answers that are numbers: reported, computed, compared. None means: look in the words instead."""

from dataclasses import replace

from finchat_sec_qa.answer.amounts import Amounts, Computed
from finchat_sec_qa.answer.beside import other_years
from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import (
    from_compared_figures,
    from_comparison,
    from_fact,
    from_formula,
    refuse,
    refuse_miss,
)
from finchat_sec_qa.answer.computed import as_figure
from finchat_sec_qa.answer.derived import answer_derived, answer_trailing, settled
from finchat_sec_qa.answer.findings import Company, Finding, Miss, worded
from finchat_sec_qa.answer.rows import answer_rows, refuse_unread
from finchat_sec_qa.answer.unexplained import answer_unexplained
from finchat_sec_qa.facts.derivation import Span, span_for
from finchat_sec_qa.facts.formulas import amounts_in
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import AskedPeriod, Subject


def answer_fact(case: Case) -> Answer | None:
    """One reported number, or its refusal; rows of printed statements where there are no XBRL facts.

    None where words of the question name no part of the company that is reported: only passages can tell.
    """
    if len(case.plan.subjects) > 1:
        return _refuse_several(case)
    company = Company(case.store, case.plan.subjects[0], case.scope)
    case = case.settled(company.filings)
    if case.asked.latest_quarter:
        return _refuse_quarter(case, company)
    trailing = answer_trailing(case) if case.asked.kind == "trailing" else None
    if trailing is not None:
        return trailing
    found = _find(case, case.plan.subjects[0])
    case.stage("compose")
    if isinstance(found, Finding):
        return from_fact(case.frame, case.sources, found, _for_other_years(case, found))
    derived = answer_derived(case, case.asked)
    if derived is not None and derived.status == "answered":
        return derived
    computed = _computed(case, found)
    if computed is not None:
        return computed
    if derived is not None and found.reported:
        return derived
    if case.plan.member and (not found.reported or found.reason == "not_disclosed"):
        return answer_unexplained(case, found)
    return refuse_miss(case.frame, found) if found.reported else answer_rows(case, found)


def _for_other_years(case: Case, found: Finding) -> list[Finding]:
    """The same figure for the other years that the question asks for; those not reported are left out."""
    if found.name is None or found.name.name != "FY":
        return []
    company = Company(case.store, case.plan.subjects[0], case.scope)
    others = [
        company.find(entries()[case.plan.entry], asked, case.plan.member, case.plan.said)
        for asked in other_years(case.plan, found.name.year)
    ]
    years = [other for other in others if isinstance(other, Finding) and other.name != found.name]
    return [other for other in years if other.name is not None and other.name.name == "FY"]


def _computed(case: Case, found: Miss) -> Answer | None:
    """What a company does not report, computed where the lexicon says how; None where that fails too."""
    figure = as_figure(case.plan)
    if figure is None or not found.reported or found.reason not in ("not_disclosed", "period_not_covered"):
        return None
    answer = answer_formula(replace(case, plan=figure))
    return answer if answer.status == "answered" else None


def answer_formula(case: Case) -> Answer:
    """One computed number, or its refusal."""
    if len(case.plan.subjects) > 1:
        return _refuse_several(case)
    company = Company(case.store, case.plan.subjects[0], case.scope)
    found = _computed_figure(case, company)
    if isinstance(found, Answer):
        return found
    case.stage("compose")
    return from_formula(case.frame, case.sources, case.plan, found, company.calendar)


def _computed_figure(case: Case, company: Company) -> Computed | Answer:
    """The figure asked for with its amounts, or the refusal for lack of one."""
    case = case.settled(company.filings)
    if case.asked.latest_quarter:
        return _refuse_quarter(case, company)
    span = _span(case, company)
    if span is None and not company.has_facts:
        return refuse_unread(case, company.no_facts())
    if span is None:
        message = (
            "Figures are computed for fiscal years, quarters, year-to-date periods and twelve months to the "
            "end of a quarter only."
        )
        return refuse(case.frame, "unsupported", message, company.searched)
    found = Amounts(company).figure(case.plan.label, case.plan.expression, span)
    if isinstance(found, Computed):
        return found
    if not company.has_facts:
        return refuse_unread(case, company.no_facts())
    return refuse_miss(case.frame, found) if found.reported else refuse_unread(case, found)


def _span(case: Case, company: Company) -> Span | None:
    """What a computed figure is for; None for other spans or an unknown calendar."""
    if case.asked.kind == "latest":
        years = [f.fiscal_year for f in company.filings if f.fiscal_period == "FY" and f.fiscal_year]
        return Span(FiscalPeriod(max(years))) if years else None
    asked: AskedPeriod | None = case.asked
    if case.asked.kind == "trailing":
        keys = [key for key, back in amounts_in(case.plan.expression) if not back]
        asked = settled(case, company, [entries()[key] for key in keys if entries()[key].kind == "flow"])
    return span_for(company.calendar, asked) if asked is not None else None


def _compared_figures(case: Case) -> Answer:
    """A computed figure of two companies, or the refusal for the one that lacks an amount."""
    companies = [Company(case.store, subject, case.scope) for subject in case.plan.subjects]
    sides: list[Computed] = []
    for company in companies:
        found = _computed_figure(case, company)
        if isinstance(found, Answer):
            return found
        sides.append(found)
    case.stage("compose")
    if case.plan.unit == "USD":
        currencies = sorted({str(item.finding.fact.unit) for side in sides for item in side.operands})
        if len(currencies) > 1:
            message = f"The two are reported in {' and '.join(currencies)}."
            return refuse(case.frame, "unsupported", message, case.frame.companies)
    return from_compared_figures(case.frame, case.sources, case.plan, sides, companies[0].calendar)


def answer_comparison(case: Case) -> Answer:
    """The same number of two companies, or a refusal that names the one that lacks it."""
    if len(case.plan.subjects) != 2:
        message = f"Two companies can be compared in one question; this one names {len(case.plan.subjects)}."
        return refuse(case.frame, "unsupported", message, case.frame.companies)
    if case.plan.expression:
        return _compared_figures(case)
    findings: list[Finding] = []
    for subject in case.plan.subjects:
        found = _find(case, subject)
        if isinstance(found, Miss):
            return refuse_miss(case.frame, found)
        findings.append(found)
    case.stage("compose")
    units = [str(finding.fact.unit) for finding in findings]
    if units[0] != units[1]:
        message = f"The two are reported in {' and '.join(units)}."
        return refuse(case.frame, "unsupported", message, case.frame.companies)
    return from_comparison(case.frame, case.sources, case.plan, findings)


def _refuse_several(case: Case) -> Answer:
    """One answer has one number; two companies' are told apart or compared."""
    names = " and ".join(case.frame.companies)
    message = f"The question asks for the {case.plan.label} of {names}; ask about one company at a time."
    return refuse(case.frame, "ambiguous", message, case.frame.companies)


def _refuse_quarter(case: Case, company: Company) -> Answer:
    """No report of the quarter that is asked for, of whatever year."""
    message = f"No filing of {company.subject.name} here is a report for {worded(case.asked)}."
    return refuse(case.frame, "period_not_covered", message, company.searched)


def _find(case: Case, subject: Subject) -> Finding | Miss:
    """The plan's number for one of its companies."""
    company = Company(case.store, subject, case.scope)
    case = case.settled(company.filings)
    entry, plan = entries()[case.plan.entry], case.plan
    return company.find(entry, case.asked, plan.member, plan.said, cover=case.asked.kind == "fiscal")
