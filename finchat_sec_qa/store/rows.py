"""One filing into the tables, out of them whole, and away, inside the caller's transaction."""

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import Any

from finchat_sec_qa.errors import StoreError
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.store.codec import (
    DOCUMENT_COLUMNS,
    FACT_COLUMNS,
    FILING_COLUMNS,
    PASSAGE_COLUMNS,
    Row,
    document_row,
    fact_from,
    fact_row,
    filing_from,
    filing_row,
    layout_bodies,
    layout_from,
    passage_from,
    passage_row,
)
from finchat_sec_qa.store.database import count_up


def content_digest(parsed: ParsedFiling) -> str:
    """The filing's own digest, or one of its originals' hashes where it has none."""
    if parsed.digest:
        return parsed.digest
    return hashlib.sha256("\n".join(sorted(parsed.originals)).encode()).hexdigest()


def require_whole(parsed: ParsedFiling) -> None:
    """Raise StoreError unless all parts of a filing point to documents that it has."""
    name = parsed.filing.id
    for document in parsed.documents:
        if document.sha256 not in parsed.originals:
            raise StoreError(f"filing {name}: document {document.name!r} comes without its original bytes")
    count = len(parsed.documents)
    if any(not 0 <= fact.document < count for fact in parsed.facts):
        raise StoreError(f"filing {name}: a fact stands in a document that the filing has not")
    for passage in parsed.passages:
        if not 0 <= passage.document < count:
            raise StoreError(f"filing {name}: a passage stands in a document that the filing has not")
        if not 0 <= passage.start <= passage.end <= len(parsed.documents[passage.document].text):
            raise StoreError(f"filing {name}: a passage lies outside its document's text")


def insert(connection: sqlite3.Connection, parsed: ParsedFiling) -> tuple[int, range]:
    """Write a filing; returns its number and the numbers of its passages, in their order."""
    cursor = connection.execute(
        f"INSERT INTO filings (digest, documents, facts, passages, {FILING_COLUMNS}) VALUES ({_marks(18)})",
        (
            content_digest(parsed),
            len(parsed.documents),
            len(parsed.facts),
            len(parsed.passages),
            *filing_row(parsed.filing),
        ),
    )
    no = int(cursor.lastrowid or 0)
    connection.executemany(
        f"INSERT INTO originals (filing, sha256, size) VALUES ({_marks(3)})",
        [(no, sha256, len(content)) for sha256, content in parsed.originals.items()],
    )
    connection.executemany(
        f"INSERT INTO documents (filing, {DOCUMENT_COLUMNS}, text) VALUES ({_marks(9)})",
        [(no, *document_row(at, document), document.text) for at, document in enumerate(parsed.documents)],
    )
    connection.executemany(
        f"INSERT INTO layouts (filing, document, part, body) VALUES ({_marks(4)})",
        [
            (no, at, part, body)
            for at, document in enumerate(parsed.documents)
            for part, body in layout_bodies(document)
        ],
    )
    # In the order of the primary key, which is how they lie on disk: twice as fast as in the filing's order.
    by_concept = sorted(range(len(parsed.facts)), key=lambda ordinal: parsed.facts[ordinal].concept)
    connection.executemany(
        f"INSERT INTO facts (filing, ordinal, {FACT_COLUMNS}) VALUES ({_marks(17)})",
        [(no, ordinal, *fact_row(parsed.facts[ordinal])) for ordinal in by_concept],
    )
    numbers = _insert_passages(connection, no, parsed)
    count_up(connection, "content")
    return no, numbers


def read(connection: sqlite3.Connection, no: int) -> ParsedFiling:
    """The filing under this number as it was put, but for its originals. Raises ValueError when damaged."""
    digest, *row = connection.execute(
        f"SELECT digest, {FILING_COLUMNS} FROM filings WHERE no = ?", (no,)
    ).fetchone()
    documents = connection.execute(
        f"SELECT {DOCUMENT_COLUMNS}, text FROM documents WHERE filing = ? ORDER BY document", (no,)
    ).fetchall()
    facts = connection.execute(f"SELECT {FACT_COLUMNS} FROM facts WHERE filing = ? ORDER BY ordinal", (no,))
    return ParsedFiling(
        filing=filing_from(row),
        documents=tuple(_document(connection, no, document) for document in documents),
        facts=tuple(map(fact_from, facts)),
        passages=tuple(passage for _, passage in passages(connection, no)),
        originals={},
        digest=digest,
    )


def passages(connection: sqlite3.Connection, no: int) -> list[tuple[int, Passage]]:
    """The passages of a filing with their numbers, in the order they were put."""
    query = f"SELECT id, {PASSAGE_COLUMNS} FROM passages WHERE filing = ? ORDER BY id"
    return [(row[0], passage_from(row[1:])) for row in connection.execute(query, (no,))]


def _document(connection: sqlite3.Connection, no: int, row: Row) -> ParsedDocument:
    index, name, kind, role, sha256, size, _, text = row
    query = "SELECT part, body FROM layouts WHERE filing = ? AND document = ?"
    parts: dict[str, Any] = {
        part: tuple(layout_from(part, body)) for part, body in connection.execute(query, (no, index))
    }
    return ParsedDocument(name, kind, role, sha256, size, text, **parts)


def delete(connection: sqlite3.Connection, filing: str) -> set[str] | None:
    """Take a filing out; returns hashes of originals no longer needed, None if it is not there."""
    row = connection.execute("SELECT no FROM filings WHERE id = ?", (filing,)).fetchone()
    if row is None:
        return None
    no = row[0]
    hashes = {sha for (sha,) in connection.execute("SELECT sha256 FROM originals WHERE filing = ?", (no,))}
    # Documents point to originals without a cascade, so they go first.
    connection.execute("DELETE FROM documents WHERE filing = ?", (no,))
    connection.execute("DELETE FROM filings WHERE no = ?", (no,))
    connection.execute("INSERT INTO forgotten (filing) VALUES (?)", (no,))
    count_up(connection, "content")
    return hashes - needed(connection, hashes)


def needed(connection: sqlite3.Connection, hashes: Iterable[str]) -> set[str]:
    """Those of the hashes that some filing still has as an original."""
    query = "SELECT EXISTS (SELECT 1 FROM originals WHERE sha256 = ?)"
    return {sha for sha in hashes if connection.execute(query, (sha,)).fetchone()[0]}


def _insert_passages(connection: sqlite3.Connection, no: int, parsed: ParsedFiling) -> range:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    first = (row[0] if row else 0) + 1
    numbers = range(first, first + len(parsed.passages))
    connection.executemany(
        f"INSERT INTO passages (id, filing, {PASSAGE_COLUMNS}) VALUES ({_marks(9)})",
        [
            (number, no, *passage_row(passage))
            for number, passage in zip(numbers, parsed.passages, strict=True)
        ],
    )
    return numbers


def _marks(count: int) -> str:
    return ", ".join("?" * count)
