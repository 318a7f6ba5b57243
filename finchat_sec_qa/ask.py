"""The story of one question: plan, look up or search, compose, check; an answer or a refusal."""

from collections.abc import Callable, Sequence

from finchat_sec_qa.answer.compose import (
    Frame,
    from_comparison,
    from_fact,
    from_formula,
    from_quotes,
    refuse,
    refuse_miss,
)
from finchat_sec_qa.answer.extract import pick
from finchat_sec_qa.answer.findings import Company, Finding, Miss, describe
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.answer.verify import check_quotes
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.formulas import expand
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import LATEST, AskedPeriod, Plan, Subject
from finchat_sec_qa.model.request import MAX_QUESTION, ScopeRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import group
from finchat_sec_qa.question.read import read
from finchat_sec_qa.question.scope import resolve_scope, scoped_subjects
from finchat_sec_qa.question.wish import narrow, wish_of
from finchat_sec_qa.retrieve.query import query_terms
from finchat_sec_qa.retrieve.search import find_passages

CANDIDATES = 16  # passages that sentences are picked from
SHOWN = 12  # filings that a scope or a refusal names

Stage = Callable[[str], None]


def ask(store: StoreReader, question: str, request: ScopeRequest, on_stage: Stage | None = None) -> Answer:
    """Answer or refuse. Raises UsageError for an empty or overlong question or an unknown scope."""
    asked = " ".join(question.split())
    if not asked:
        raise UsageError("the question is empty")
    if len(asked) > MAX_QUESTION:
        raise UsageError(f"the question has {len(asked)} characters; at most {MAX_QUESTION} are read")
    stage = on_stage or (lambda _: None)
    stage("plan")
    scope = resolve_scope(store, request)
    plan = _plan(store, asked, scope)
    frame = _frame(store, asked, scope, plan)
    if not frame.filings and not plan.subjects:
        return _refuse_company(store, frame)
    stage("search")
    answer = _answer(store, plan, scope, frame, stage)
    stage("verify")
    check_quotes(store, answer)
    return answer


def _plan(store: StoreReader, question: str, scope: Scope) -> Plan:
    """The plan; in a store of one company, questions that name none are about that one."""
    companies = store.companies()
    named = scoped_subjects(store, scope)
    if not named and len(group(companies)) == 1:
        named = tuple(group(companies))
    return read(question, companies, named)


def _frame(store: StoreReader, question: str, scope: Scope, plan: Plan) -> Frame:
    filings = store.filings(narrow(scope, plan)) if plan.subjects or scope.filings else ()
    return Frame(
        question=question,
        digest=store.digest(),
        companies=tuple(subject.name for subject in plan.subjects),
        filings=tuple(filing.id for filing in filings),
    )


def _answer(store: StoreReader, plan: Plan, scope: Scope, frame: Frame, stage: Stage) -> Answer:
    sources = Sources(store)
    match plan.kind:
        case "fact":
            found = _find(store, plan, scope, plan.subjects[0])
            stage("compose")
            if isinstance(found, Finding):
                return from_fact(frame, sources, found)
            if found.reported and not (plan.member and found.reason == "not_disclosed"):
                return refuse_miss(frame, found)
        case "formula":
            computed = _compute(store, plan, scope, frame, sources)
            stage("compose")
            if computed is not None:
                return computed
        case "compare":
            stage("compose")
            return _compare(store, plan, scope, frame, sources)
        case "passages":
            pass
    return _quote(store, plan, scope, frame, sources, stage)


def _asked(plan: Plan) -> AskedPeriod:
    return plan.periods[-1] if plan.periods else LATEST


def _find(store: StoreReader, plan: Plan, scope: Scope, subject: Subject) -> Finding | Miss:
    """The plan's number for one of its companies."""
    company = Company(store, subject, scope)
    return company.find(entries()[plan.entry], _asked(plan), plan.member, plan.said)


def _compute(store: StoreReader, plan: Plan, scope: Scope, frame: Frame, sources: Sources) -> Answer | None:
    """The computed answer, or its refusal; None where the filings carry no facts to compute from."""
    company = Company(store, plan.subjects[0], scope)
    year = _year(company, _asked(plan))
    if year is None:
        return None if not company.has_facts else refuse(
            frame, "unsupported", "Figures are computed for whole fiscal years only.", company.searched
        )  # fmt: skip
    formula, operands = expand(plan.expression, year.year)
    found: list[tuple[str, Finding]] = []
    for operand in operands:
        finding = company.find(entries()[operand.entry], AskedPeriod("fiscal", year=year.year - operand.back))
        if isinstance(finding, Miss):
            if not finding.reported:
                return None
            return refuse_miss(frame, finding)
        found.append((operand.name, finding))
    return from_formula(frame, sources, plan, formula, found)


def _year(company: Company, asked: AskedPeriod) -> FiscalPeriod | None:
    """The fiscal year that a computed figure is for; None for a quarter or an unknown calendar."""
    if asked.kind == "latest":
        years = [f.fiscal_year for f in company.filings if f.fiscal_period == "FY" and f.fiscal_year]
        return FiscalPeriod(max(years)) if years else None
    target = company.calendar.target(asked)
    return target.name if target is not None and target.name and target.name.name == "FY" else None


def _compare(store: StoreReader, plan: Plan, scope: Scope, frame: Frame, sources: Sources) -> Answer:
    findings: list[Finding] = []
    for subject in plan.subjects:
        found = _find(store, plan, scope, subject)
        if isinstance(found, Miss):
            return refuse_miss(frame, found)
        findings.append(found)
    if len(findings) != 2:
        message = f"Two companies can be compared in one question; this one names {len(findings)}."
        return refuse(frame, "unsupported", message, frame.companies)
    if findings[0].fact.unit != findings[1].fact.unit:
        units = f"{findings[0].fact.unit} and {findings[1].fact.unit}"
        return refuse(frame, "unsupported", f"The two are reported in {units}.", frame.companies)
    return from_comparison(frame, sources, plan, findings)


def _quote(
    store: StoreReader, plan: Plan, scope: Scope, frame: Frame, sources: Sources, stage: Stage
) -> Answer:
    """What the filings say in words, or a refusal where they do not speak of it."""
    narrowed = narrow(scope, plan)
    if not plan.subjects and not scope.filings:
        return _refuse_company(store, frame)
    hits = find_passages(
        store, query_terms(plan.words or frame.question), narrowed, wish_of(plan), CANDIDATES
    )
    stage("compose")
    quotes = pick(
        frame.question,
        plan.words or frame.question,
        hits,
        lambda filing, document: sources.get(filing, document).text,
    )
    if not quotes:
        searched = tuple(describe(filing) for filing in store.filings(narrowed)[:SHOWN])
        message = f"The filings of {' and '.join(frame.companies)} here do not speak of this."
        return refuse(frame, "not_disclosed", message, searched)
    return from_quotes(frame, sources, quotes)


def _refuse_company(store: StoreReader, frame: Frame) -> Answer:
    companies: Sequence[str] = [subject.name for subject in group(store.companies())]
    if not companies:
        message = "The store holds no filings yet; `finchat ingest` adds some."
        return refuse(frame, "not_in_store", message)
    shown = ", ".join(companies[:SHOWN]) + (" …" if len(companies) > SHOWN else "")
    message = f"The question names no company whose filings are in the store. It holds {shown}."
    return refuse(frame, "company_unknown", message, companies)
