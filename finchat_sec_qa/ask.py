"""The story of one question: plan, look up or search, compose, check; an answer or a refusal."""

from collections.abc import Callable

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import Frame, refuse
from finchat_sec_qa.answer.numbers import answer_comparison, answer_fact, answer_formula
from finchat_sec_qa.answer.proof.verify import check_quotes
from finchat_sec_qa.answer.quoted import answer_quoted
from finchat_sec_qa.answer.ranked import answer_ranked
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.plan import Plan
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import group
from finchat_sec_qa.question.read import read
from finchat_sec_qa.question.scope import resolve_scope, scoped_subjects
from finchat_sec_qa.question.wish import narrow
from finchat_sec_qa.question.wording import on_one_line

SHOWN = 12  # companies that a refusal names

Stage = Callable[[str], None]


def ask(store: StoreReader, question: str, request: ScopeRequest, on_stage: Stage | None = None) -> Answer:
    """Answer or refuse. Raises UsageError for an empty or overlong question or an unknown scope."""
    asked = on_one_line(question, "question")
    stage = on_stage or (lambda _: None)
    stage("plan")
    scope = resolve_scope(store, request)
    plan = _plan(store, asked, scope)
    frame = _frame(store, asked, scope, plan)
    if not plan.subjects:
        return _refuse_company(store, frame)
    stage("search")
    answer = _answer(Case(store, scope, plan, frame, Sources(store), stage))
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
    filings = store.filings(narrow(scope, plan)) if plan.subjects else ()
    return Frame(
        question=question,
        digest=store.digest(),
        companies=tuple(subject.name for subject in plan.subjects),
        filings=tuple(filing.id for filing in filings),
    )


def _answer(case: Case) -> Answer:
    """By the plan; a number that the filings do not report as a fact may still stand in their words."""
    found: Answer | None = None
    if case.plan.kind == "fact":
        found = answer_fact(case)
    elif case.plan.kind == "formula":
        found = answer_formula(case)
    elif case.plan.kind == "compare":
        found = answer_comparison(case)
    elif case.plan.kind == "rank":
        found = answer_ranked(case)
    return found or answer_quoted(case)


def _refuse_company(store: StoreReader, frame: Frame) -> Answer:
    stored = store.companies()
    companies = [subject.name for subject in group(stored) if subject.name]
    if not stored:
        message = "The store holds no filings yet; `finchat ingest` adds some."
        return refuse(frame, "not_in_store", message)
    shown = ", ".join(companies[:SHOWN]) + (" …" if len(companies) > SHOWN else "")
    held = f"It holds {shown}; `finchat ingest` adds others."
    message = f"The question names no company whose filings are in the store. {held}"
    return refuse(frame, "company_unknown", message, companies)
