"""Scopes as callers word them become scopes of the store, or an error that says what is unknown."""

from collections.abc import Sequence

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.plan import Subject
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import group, resolve_company, subject_of


def resolve_scope(store: StoreReader, request: ScopeRequest) -> Scope:
    """The store's scope. Raises UsageError for a company or filing that the store does not hold."""
    companies = store.companies()
    keys: list[str] = []
    for text in request.companies:
        subject = resolve_company(text, companies)
        if subject is None:
            raise UsageError(f"scope: no filings of {text!r} in the store; it holds {_some(companies)}")
        keys.extend(subject.keys)
    for filing in request.filings:
        store.filing(filing)
    return Scope(
        companies=tuple(keys),
        filings=request.filings,
        forms=tuple(form.upper() for form in request.forms),
        fiscal_years=request.fiscal_years,
        as_of=request.as_of,
    )


def scoped_subjects(store: StoreReader, scope: Scope) -> tuple[Subject, ...]:
    """The companies that a scope names, by key or through its filings; none for an open scope."""
    subjects = group(store.companies())
    if scope.companies:
        return tuple(subject for subject in subjects if set(subject.keys) & set(scope.companies))
    if scope.filings:
        companies = store.companies()
        owners = [subject_of(store.filing(filing), companies) for filing in scope.filings]
        return tuple(subject for subject in subjects if subject in owners)
    return ()


def _some(companies: Sequence[Company], count: int = 12) -> str:
    named = ", ".join(company.name for company in companies[:count])
    more = len(companies) - count
    return f"{named} and {more} more" if more > 0 else named or "none yet"
