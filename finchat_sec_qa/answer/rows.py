"""Rows of printed statements, quoted where a filing carries no XBRL facts: its figures are shown, not read.

A row that begins with the asked figure's name and prints a number is quoted as it stands, with its page. No
value is given: which column is meant is for the reader to see.
"""

import re
from collections.abc import Iterator

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_quotes, refuse
from finchat_sec_qa.answer.extract import Quote
from finchat_sec_qa.answer.findings import Miss
from finchat_sec_qa.cite.sentences import row_spans
from finchat_sec_qa.facts.lexicon import Entry, entries, words_of
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.passage import PassageHit
from finchat_sec_qa.question.wish import narrow, wish_of
from finchat_sec_qa.retrieve.query import query_terms
from finchat_sec_qa.retrieve.search import find_passages

CANDIDATES = 40
MAX_ROWS = 2
MAX_ROW = 240  # characters; longer ones are prose
LEADING = frozenset({"total", "net", "consolidated"})
AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d\d|\$\s?\d")


def answer_rows(case: Case, miss: Miss) -> Answer:
    """The rows that print the asked figure, or a refusal that says why no number can be given."""
    entry = entries()[case.plan.entry]
    scope = narrow(case.scope, case.plan)
    query = query_terms(f"{case.plan.words} {entry.label}")
    hits = find_passages(case.store, query, scope, wish_of(case.plan), CANDIDATES)
    case.stage("compose")
    rows = sorted(
        (row for hit in hits for row in _rows(case, hit, entry)),
        key=lambda row: (-row.score, row.filing, row.document, row.start),
    )
    if rows:
        return from_quotes(case.frame, case.sources, rows[:MAX_ROWS])
    return refuse_unread(case, miss)


def refuse_unread(case: Case, miss: Miss) -> Answer:
    """The refusal for a figure that only printed statements hold."""
    message = f"{miss.message} `finchat search` finds where it may be printed."
    return refuse(case.frame, "unsupported", message, miss.searched)


def _rows(case: Case, hit: PassageHit, entry: Entry) -> Iterator[Quote]:
    text = case.sources.text(hit.filing, hit.passage.document)
    for start, end in row_spans(text, hit.passage.start, hit.passage.end):
        row = text[start:end]
        size = _named(row, entry) if len(row) <= MAX_ROW and AMOUNT.search(row) else 0
        if size:
            score = round(hit.score * (1 + size / 10), 6)
            yield Quote(hit.filing, hit.passage.document, start, end, score)


def _named(row: str, entry: Entry) -> int:
    """Words of the entry's longest term that the row begins with, 0 if none."""
    words = words_of(row)
    starts = (0, 1) if words and words[0] in LEADING else (0,)
    return max(
        (
            len(term)
            for term in entry.terms
            for at in starts
            if words[at : at + len(term)] == term
        ),
        default=0,
    )  # fmt: skip
