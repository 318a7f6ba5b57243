"""Answers that are quoted: what the filings say in words."""

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_quotes, refuse
from finchat_sec_qa.answer.extract import pick
from finchat_sec_qa.answer.findings import describe
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.question.wish import narrow, wish_of
from finchat_sec_qa.retrieve.query import own_terms, query_terms
from finchat_sec_qa.retrieve.search import find_passages

CANDIDATES = 16  # passages that sentences are picked from
SHOWN = 12  # filings that a refusal names


def answer_quoted(case: Case) -> Answer:
    """A few sentences of the filings that bear on the question, or a refusal where none do."""
    words = case.plan.words
    if not any(char.isalpha() for char in "".join(own_terms(words))):
        message = f"What should be told of {' and '.join(case.frame.companies)}? The question does not say."
        return refuse(case.frame, "ambiguous", message)
    scope = narrow(case.scope, case.plan)
    hits = find_passages(case.store, query_terms(words), scope, wish_of(case.plan), CANDIDATES)
    case.stage("compose")
    quotes = pick(case.frame.question, words, hits, case.sources.get)
    if quotes:
        return from_quotes(case.frame, case.sources, quotes)
    searched = tuple(describe(filing) for filing in case.store.filings(scope)[:SHOWN])
    names = " and ".join(case.frame.companies)
    message = f"No passage of the filings of {names} here bears on this closely enough to be quoted."
    return refuse(case.frame, "not_disclosed", message, searched)
