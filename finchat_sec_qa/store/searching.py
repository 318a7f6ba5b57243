"""From weighted terms to passages: scope, index, tables, and an order that is the same in equal stores."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace

from finchat_sec_qa.index.order import settle, tied
from finchat_sec_qa.model.passage import PassageHit, Scope
from finchat_sec_qa.store.catalogue import Catalogue
from finchat_sec_qa.store.codec import PASSAGE_COLUMNS, passage_from
from finchat_sec_qa.store.lexical import IndexHit, IndexReader

MOST_HITS = 10_000
_TIES = 20  # hits fetched beyond the limit, to see whether the last one ties with the next


def best_passages(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    index: IndexReader | None,
    *,
    terms: Sequence[tuple[str, float]],
    scope: Scope,
    limit: int,
) -> list[PassageHit]:
    """The best `limit` (at most MOST_HITS) passages of the scope; none while there is no index."""
    allowed = catalogue.within(scope)
    if index is None or not allowed:
        return []
    limit = min(limit, MOST_HITS)
    numbers = None if len(allowed) == len(catalogue.entries) else [entry.no for entry in allowed]
    fetched = limit + _TIES
    while True:
        found = index.find(terms, numbers, fetched)
        hits = _resolved(connection, catalogue, found)
        exhausted = len(found) < fetched or fetched > MOST_HITS
        # Enough when the last hit that is wanted ties with none that may have been cut off.
        if exhausted or (len(hits) > limit and not tied(hits[limit - 1].score, found[-1].score)):
            best = settle(hits, _place)[:limit]
            return [replace(hit, score=round(hit.score, 4)) for hit in best]
        fetched *= 2


def _resolved(
    connection: sqlite3.Connection, catalogue: Catalogue, found: Collection[IndexHit]
) -> list[PassageHit]:
    """Hits whose passages are in the tables; those of filings just replaced or removed are left out."""
    marks = ", ".join("?" * len(found))
    query = f"SELECT id, filing, {PASSAGE_COLUMNS} FROM passages WHERE id IN ({marks})"
    rows = {row[0]: row for row in connection.execute(query, [hit.passage for hit in found])}
    hits = []
    for hit in found:
        row = rows.get(hit.passage)
        if row is not None:
            filing = catalogue.by_no[row[1]].filing.id
            hits.append(PassageHit(filing, passage_from(row[2:]), hit.score))
    return hits


def _place(hit: PassageHit) -> tuple[object, ...]:
    return hit.filing, hit.passage.document, hit.passage.start
