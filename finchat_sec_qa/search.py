"""The story of one search: read the words as a question, look in the companies it names, show the hits."""

from finchat_sec_qa.cite.places import address
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import PassageHit, Scope
from finchat_sec_qa.model.views import SearchHit
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.read import read
from finchat_sec_qa.question.scope import scoped_subjects
from finchat_sec_qa.question.wish import narrow, wish_of
from finchat_sec_qa.question.wording import on_one_line
from finchat_sec_qa.retrieve.query import query_terms
from finchat_sec_qa.retrieve.search import find_passages

MAX_LIMIT = 100


def search(store: StoreReader, query: str, scope: Scope, limit: int) -> tuple[SearchHit, ...]:
    """The passages that fit `query` best. A company or period that it names narrows the search.

    Raises UsageError for an empty or overlong query or a limit out of 1 to 100.
    """
    query = on_one_line(query, "query")
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"limit {limit}: must be 1 to {MAX_LIMIT}")
    plan = read(query, store.companies(), scoped_subjects(store, scope))
    hits = find_passages(store, query_terms(query), narrow(scope, plan), wish_of(plan), limit)
    return tuple(_view(store, hit) for hit in hits)


def _view(store: StoreReader, hit: PassageHit) -> SearchHit:
    filing: Filing = store.filing(hit.filing)
    passage = hit.passage
    document = next(d for d in store.documents(hit.filing) if d.index == passage.document)
    return SearchHit(
        filing=filing.id,
        company=filing.company,
        form=filing.form,
        period_end=filing.period_end,
        document=passage.document,
        sha256=document.sha256,
        page=passage.page,
        section=passage.section,
        heading=passage.heading,
        text=store.text(hit.filing, passage.document)[passage.start : passage.end],
        start=passage.start,
        end=passage.end,
        score=round(hit.score, 4),
        url=address(filing, document.name, None),
    )
