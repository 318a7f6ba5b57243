"""Answers that are numbers: reported, computed, compared. None means: look in the words instead."""

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_comparison, from_fact, from_formula, refuse, refuse_miss
from finchat_sec_qa.answer.findings import Company, Finding, Miss
from finchat_sec_qa.answer.rows import answer_rows, refuse_unread
from finchat_sec_qa.facts.formulas import expand
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
    found = _find(case, case.plan.subjects[0])
    case.stage("compose")
    if isinstance(found, Finding):
        return from_fact(case.frame, case.sources, found)
    if case.plan.member and (not found.reported or found.reason == "not_disclosed"):
        return None
    return refuse_miss(case.frame, found) if found.reported else answer_rows(case, found)


def answer_formula(case: Case) -> Answer:
    """One computed number, or its refusal."""
    if len(case.plan.subjects) > 1:
        return _refuse_several(case)
    company = Company(case.store, case.plan.subjects[0], case.scope)
    year = _year(company, case.asked)
    if year is None:
        if not company.has_facts:
            return refuse_unread(case, company.no_facts())
        message = "Figures are computed for whole fiscal years only."
        return refuse(case.frame, "unsupported", message, company.searched)
    formula, operands = expand(case.plan.expression, year.year)
    found: list[tuple[str, Finding]] = []
    for operand in operands:
        asked = AskedPeriod("fiscal", year=year.year - operand.back)
        finding = company.find(entries()[operand.entry], asked)
        if isinstance(finding, Miss):
            return refuse_miss(case.frame, finding) if finding.reported else refuse_unread(case, finding)
        found.append((operand.name, finding))
    case.stage("compose")
    return from_formula(case.frame, case.sources, case.plan, formula, found)


def answer_comparison(case: Case) -> Answer:
    """The same number of two companies, or a refusal that names the one that lacks it."""
    findings: list[Finding] = []
    for subject in case.plan.subjects:
        found = _find(case, subject)
        if isinstance(found, Miss):
            return refuse_miss(case.frame, found)
        findings.append(found)
    case.stage("compose")
    if len(findings) != 2:
        message = f"Two companies can be compared in one question; this one names {len(findings)}."
        return refuse(case.frame, "unsupported", message, case.frame.companies)
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


def _find(case: Case, subject: Subject) -> Finding | Miss:
    """The plan's number for one of its companies."""
    company = Company(case.store, subject, case.scope)
    return company.find(entries()[case.plan.entry], case.asked, case.plan.member, case.plan.said)


def _year(company: Company, asked: AskedPeriod) -> FiscalPeriod | None:
    """The fiscal year that a computed figure is for; None for a quarter or an unknown calendar."""
    if asked.kind == "latest":
        years = [f.fiscal_year for f in company.filings if f.fiscal_period == "FY" and f.fiscal_year]
        return FiscalPeriod(max(years)) if years else None
    target = company.calendar.target(asked)
    return target.name if target is not None and target.name and target.name.name == "FY" else None
