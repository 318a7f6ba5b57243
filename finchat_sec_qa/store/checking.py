"""Re-reading a whole store: is everything as it was when it was stored?"""

import sqlite3
from collections.abc import Callable, Iterator

from finchat_sec_qa.errors import FinChatError, StoreCorruptError
from finchat_sec_qa.model.views import StoreCheck
from finchat_sec_qa.store import rows
from finchat_sec_qa.store.database import Database
from finchat_sec_qa.store.lexical import IndexReader
from finchat_sec_qa.store.originals import Originals

_AGAIN = "take it out with `finchat store remove` and ingest it again"


def check_store(
    database: Database, originals: Originals, searched: Callable[[sqlite3.Connection], IndexReader | None]
) -> StoreCheck:
    """Everything that does not hold, in plain sentences. `searched` gives the index that readers use.

    Filings that wait for the index are no problem: the next writer or `open_store` adds them.
    """
    hashes: list[str] = []
    filings: list[tuple[int, str]] = []
    problems: list[str] = []
    try:
        with database.reading() as connection:
            problems.extend(_file_problems(connection))
            hashes = [
                row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM originals ORDER BY 1")
            ]
            filings = connection.execute("SELECT no, id FROM filings ORDER BY id").fetchall()
            problems.extend(_original_problems(originals, hashes))
            for no, filing in filings:
                problems.extend(_filing_problems(connection, no, filing))
            problems.extend(_index_problems(connection, searched))
    except StoreCorruptError as error:  # so damaged that reading on makes no sense
        problems.append(str(error))
    return StoreCheck(
        holds=not problems, filings=len(filings), originals=len(hashes), problems=tuple(problems)
    )


def _file_problems(connection: sqlite3.Connection) -> Iterator[str]:
    for (message,) in connection.execute("PRAGMA integrity_check").fetchall():
        if message != "ok":
            yield f"finchat.db: {message}; restore a backup, or ingest into a new store"
    for table, *_ in connection.execute("PRAGMA foreign_key_check").fetchall():
        yield f"finchat.db: a row of {table} belongs to nothing; {_AGAIN}"


def _original_problems(originals: Originals, hashes: list[str]) -> Iterator[str]:
    for sha256 in hashes:
        try:
            originals.read(sha256)
        except FinChatError as error:
            yield str(error)


def _filing_problems(connection: sqlite3.Connection, no: int, filing: str) -> Iterator[str]:
    name = f"filing {filing}"
    try:
        rows.read(connection, no)
    except (ValueError, TypeError, ArithmeticError, StoreCorruptError) as error:
        yield f"{name}: {error}; {_AGAIN}"
    for table in ("documents", "facts", "passages"):
        found, expected = connection.execute(
            f"SELECT (SELECT count(*) FROM {table} WHERE filing = :no), {table} FROM filings WHERE no = :no",
            {"no": no},
        ).fetchone()
        if found != expected:
            yield f"{name}: {found} of {expected} {table} are there; {_AGAIN}"
    documents = "SELECT document, length, text FROM documents WHERE filing = ?"
    for document, length, text in connection.execute(documents, (no,)):
        if len(text) != length:
            yield f"{name}, document {document}: the text has {len(text)} characters, not {length}; {_AGAIN}"
        outside = connection.execute(
            'SELECT count(*) FROM passages WHERE filing = ? AND document = ? AND ("end" > ? OR start < 0)',
            (no, document, length),
        ).fetchone()[0]
        if outside:
            yield f"{name}, document {document}: {outside} passages lie outside the text; {_AGAIN}"


def _index_problems(
    connection: sqlite3.Connection, searched: Callable[[sqlite3.Connection], IndexReader | None]
) -> Iterator[str]:
    again = "run `finchat store rebuild`"
    try:
        index = searched(connection)
    except FinChatError as error:
        yield str(error)
        return
    expected = connection.execute(
        "SELECT f.id, f.no, f.indexed, (SELECT count(*) FROM passages p WHERE p.filing = f.no)"
        " FROM filings f ORDER BY f.id"
    ).fetchall()
    if index is None:
        if any(indexed for _, _, indexed, _ in expected):
            yield f"index: is missing; {again}"
        return
    for filing, no, indexed, passages in expected:
        found = index.count(no)
        if indexed and found != passages:
            yield f"index: has {found} of the {passages} passages of {filing}; {again}"
    everything = not connection.execute(
        "SELECT EXISTS (SELECT 1 FROM forgotten) OR EXISTS (SELECT 1 FROM filings WHERE indexed = 0)"
    ).fetchone()[0]
    total = sum(passages for _, _, _, passages in expected)
    if everything and index.passages != total:
        yield f"index: has {index.passages} passages, the tables have {total}; {again}"
