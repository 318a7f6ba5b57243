"""Reads of the embedded store, safe from several threads and while another process writes."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from finchat_sec_qa.errors import NotFoundError, StoreCorruptError, StoreError
from finchat_sec_qa.model.document import Block, Page, Section, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Company, Filing, ParsedFiling, StoredDocument
from finchat_sec_qa.model.passage import PassageHit, Scope
from finchat_sec_qa.model.views import StoreCheck, StoreInfo
from finchat_sec_qa.ports import Counts, FactQuery, StoreReader
from finchat_sec_qa.store import rows
from finchat_sec_qa.store.catalogue import Catalogue, load_catalogue
from finchat_sec_qa.store.checking import check_store
from finchat_sec_qa.store.codec import (
    DOCUMENT_COLUMNS,
    FACT_COLUMNS,
    Lazy,
    dimensions_text,
    document_from,
    fact_from,
    layout_from,
)
from finchat_sec_qa.store.database import Database, meta
from finchat_sec_qa.store.lexical import IndexReader
from finchat_sec_qa.store.migrations import VERSION
from finchat_sec_qa.store.originals import Originals
from finchat_sec_qa.store.places import INDEX, ORIGINALS
from finchat_sec_qa.store.recent import Recent
from finchat_sec_qa.store.searching import best_passages

MEMORY_BUDGET = 64_000_000  # bytes of texts and layouts that are kept for the next question
_TEXT_COST = 2  # bytes a character
_LAYOUT_COST = 25  # bytes that a packed byte takes as Python values
_TRIES = 3
Read = TypeVar("Read")
_AGAIN = "take it out with `finchat store remove` and ingest it again"


class SqliteReader(StoreReader):
    """One store directory, read. Filings never change under their number, so reads are remembered by it.

    A restored backup brings numbers of its own.
    """

    def __init__(self, path: Path, database: Database) -> None:
        """`database` is the migrated file in directory `path`."""
        self._path = path
        self._database = database
        self._originals = Originals(path / ORIGINALS)
        self._index_folder = path / INDEX
        self._known: tuple[int, Catalogue] | None = None
        self._index: tuple[tuple[int, int], IndexReader] | None = None
        self._guard = threading.Lock()
        self._recent: Recent[Any] = Recent(MEMORY_BUDGET)

    def filings(self, scope: Scope = Scope()) -> Sequence[Filing]:
        """Filings in scope, by company, period end (newest first), id."""
        with self._database.reading() as connection:
            return [entry.filing for entry in self._catalogue(connection).within(scope)]

    def filing(self, filing: str) -> Filing:
        """One filing. Raises NotFoundError."""
        with self._database.reading() as connection:
            no = self._number(connection, filing)
            return self._catalogue(connection).by_no[no].filing

    def companies(self) -> Sequence[Company]:
        """Companies with filings here, by name; `key` is as `store.catalogue.company_key` says."""
        with self._database.reading() as connection:
            return self._catalogue(connection).companies

    def digest(self) -> str:
        """A hash (hex) of the filings' ids and the digests of their content."""
        with self._database.reading() as connection:
            return self._catalogue(connection).digest

    def documents(self, filing: str) -> Sequence[StoredDocument]:
        """The filing's documents, main one first. Raises NotFoundError."""
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE filing = ? ORDER BY document"
        with self._database.reading() as connection:
            rows = connection.execute(query, (self._number(connection, filing),)).fetchall()
        return [document_from(filing, row) for row in rows]

    def text(self, filing: str, document: int) -> str:
        """The whole text of one document. Raises NotFoundError."""
        with self._database.reading() as connection:
            no = self._document(connection, filing, document)

            def read() -> tuple[str, int]:
                query = "SELECT text FROM documents WHERE filing = ? AND document = ?"
                found: str = connection.execute(query, (no, document)).fetchone()[0]
                return found, _TEXT_COST * len(found)

            restored = self._catalogue(connection).restored
            return cast("str", self._recent.get((restored, no, document, "text"), read))

    def sections(self, filing: str, document: int) -> Sequence[Section]:
        """The Items of one document in order. Raises NotFoundError."""
        return self._layout(filing, document, "sections")

    def pages(self, filing: str, document: int) -> Sequence[Page]:
        """The pages of one document in order; empty where it has none. Raises NotFoundError."""
        return self._layout(filing, document, "pages")

    def blocks(self, filing: str, document: int) -> Sequence[Block]:
        """The blocks of one document in order. Raises NotFoundError."""
        return self._layout(filing, document, "blocks")

    def tables(self, filing: str, document: int) -> Sequence[Table]:
        """The tables of one document in order. Raises NotFoundError."""
        return self._layout(filing, document, "tables")

    def warnings(self, filing: str) -> Sequence[str]:
        """What the parsers found doubtful, document by document. Raises NotFoundError."""
        with self._database.reading() as connection:
            no = self._number(connection, filing)
            query = "SELECT body FROM layouts WHERE filing = ? AND part = 'warnings' ORDER BY document"
            bodies = connection.execute(query, (no,)).fetchall()
        return [warning for (body,) in bodies for warning in layout_from("warnings", body)]

    def counts(self, filing: str) -> Counts:
        """How many facts and passages the filing has. Raises NotFoundError."""
        query = "SELECT facts, passages FROM filings WHERE no = ?"
        with self._database.reading() as connection:
            row = connection.execute(query, (self._number(connection, filing),)).fetchone()
        return Counts(*row)

    def facts(self, query: FactQuery) -> Iterator[tuple[str, Fact]]:
        """(filing id, fact); filings as the query lists them, else as `filings` does; facts as in the filing.

        Ids that are not stored give nothing.
        """
        where, values = _fact_conditions(query)
        statement = f"SELECT {FACT_COLUMNS} FROM facts WHERE {where} ORDER BY ordinal"
        left = query.limit
        with self._database.reading() as connection:
            catalogue = self._catalogue(connection)
            wanted = dict.fromkeys(query.filings) or catalogue.by_id
            for filing in wanted:
                entry = catalogue.by_id.get(filing)
                if entry is None:
                    continue
                for row in connection.execute(statement, (entry.no, *values)):
                    if left is not None:
                        if left <= 0:
                            return
                        left -= 1
                    yield filing, fact_from(row)

    def original(self, sha256: str) -> bytes:
        """The bytes of a stored document as they came. Raises NotFoundError, StoreCorruptError."""
        with self._database.reading() as connection:
            query = "SELECT EXISTS (SELECT 1 FROM originals WHERE sha256 = ?)"
            known = connection.execute(query, (sha256,)).fetchone()[0]
        if not known:
            raise NotFoundError(f"{self._path}: no stored document has SHA-256 {sha256[:80]}")
        return self._originals.read(sha256)

    def parsed(self, filing: str) -> ParsedFiling:
        """The whole filing as it was put, originals included. Raises NotFoundError, StoreCorruptError."""
        with self._database.reading() as connection:
            no = self._number(connection, filing)
            query = "SELECT sha256 FROM originals WHERE filing = ?"
            hashes = [sha256 for (sha256,) in connection.execute(query, (no,))]
            try:
                found = rows.read(connection, no)
            except (ValueError, TypeError, ArithmeticError) as error:
                raise StoreCorruptError(f"filing {filing}: {error}; {_AGAIN}") from error
        return replace(found, originals={sha256: self._originals.read(sha256) for sha256 in hashes})

    def search(self, terms: Sequence[tuple[str, float]], scope: Scope, limit: int) -> Sequence[PassageHit]:
        """The best passages for weighted index terms, best first; ties by filing id, document, offset.

        At most 10,000. Terms that weigh nothing are left out, and so are the lightest of very many
        (index.weights.MAX_TERMS).
        """
        if limit <= 0 or not any(weight > 0 for _, weight in terms):
            return []
        return self._with_index(
            lambda connection, index: best_passages(
                connection, self._catalogue(connection), index, terms=terms, scope=scope, limit=limit
            )
        )

    def info(self) -> StoreInfo:
        """How much the store holds; `indexed` counts the passages in the search index."""
        query = "SELECT total(documents), total(passages), total(facts) FROM filings"
        catalogue, counts, index = self._with_index(
            lambda connection, index: (
                self._catalogue(connection),
                connection.execute(query).fetchone(),
                index,
            )
        )
        return StoreInfo(
            path=str(self._path),
            schema_version=VERSION,
            companies=len(catalogue.companies),
            filings=len(catalogue.entries),
            documents=int(counts[0]),
            passages=int(counts[1]),
            facts=int(counts[2]),
            indexed=index.passages if index else 0,
            bytes=sum(_size(file) for file in self._path.rglob("*")),
            digest=catalogue.digest,
        )

    def check(self) -> StoreCheck:
        """Re-reads everything: hashes of originals, text lengths, layouts, the index against the tables."""
        return check_store(self._database, self._originals, self._searched)

    def close(self) -> None:
        """Release files. Further calls raise StoreError."""
        self._database.close()
        with self._guard:
            self._index = None

    def _with_index(self, read: Callable[[sqlite3.Connection, IndexReader | None], Read]) -> Read:
        """What `read` gives, with the tables and the index as one moment has them."""
        for _ in range(_TRIES - 1):
            with self._database.reading() as connection, suppress(StoreError):
                return read(connection, self._searched(connection))
            # Another process may have put a new index in place and removed the one looked for.
        with self._database.reading() as connection:
            return read(connection, self._searched(connection))

    def _searched(self, connection: sqlite3.Connection) -> IndexReader | None:
        """The index as the tables see it; None while there is none."""
        state = (meta(connection, "index"), meta(connection, "generation"))
        if state[0] == 0:
            return None
        with self._guard:
            if self._index is None or self._index[0] != state:
                self._index = state, IndexReader(self._index_folder / str(state[0]))
            return self._index[1]

    def _catalogue(self, connection: sqlite3.Connection) -> Catalogue:
        content = meta(connection, "content")
        known = self._known
        if known is None or known[0] != content:
            known = self._known = content, load_catalogue(connection)
        return known[1]

    def _number(self, connection: sqlite3.Connection, filing: str) -> int:
        entry = self._catalogue(connection).by_id.get(filing)
        if entry is None:
            raise NotFoundError(
                f"no filing {filing!r} in {self._path}; `finchat filings` lists what is there"
            )
        return entry.no

    def _document(self, connection: sqlite3.Connection, filing: str, document: int) -> int:
        """The number of the filing, which has that document."""
        no = self._number(connection, filing)
        query = "SELECT EXISTS (SELECT 1 FROM documents WHERE filing = ? AND document = ?)"
        if not connection.execute(query, (no, document)).fetchone()[0]:
            raise NotFoundError(f"filing {filing!r} has no document {document}")
        return no

    def _layout(self, filing: str, document: int, part: str) -> Sequence[Any]:
        with self._database.reading() as connection:
            no = self._document(connection, filing, document)
            read = _layout_reader(connection, no, filing, document, part)
            restored = self._catalogue(connection).restored
            return cast("Sequence[Any]", self._recent.get((restored, no, document, part), read))


def _layout_reader(
    connection: sqlite3.Connection, no: int, filing: str, document: int, part: str
) -> Callable[[], tuple[Any, int]]:
    def read() -> tuple[Any, int]:
        query = "SELECT body FROM layouts WHERE filing = ? AND document = ? AND part = ?"
        row = connection.execute(query, (no, document, part)).fetchone()
        body = row[0] if row else None
        try:
            values = layout_from(part, body)
            return values, values.cost if isinstance(values, Lazy) else _LAYOUT_COST * len(body or b"")
        except ValueError as error:
            raise StoreCorruptError(f"filing {filing}, document {document}: {error}; {_AGAIN}") from error

    return read


def _fact_conditions(query: FactQuery) -> tuple[str, list[str]]:
    conditions, values = ["filing = ?"], list[str]()
    if query.concepts:
        conditions.append(f"concept IN ({', '.join('?' * len(query.concepts))})")
        values.extend(query.concepts)
    if query.dimensions is not None:
        conditions.append("dimensions = ?")
        values.append(dimensions_text(tuple(sorted(query.dimensions))))
    if query.numeric_only:
        conditions.append("value IS NOT NULL")
    return " AND ".join(conditions), values


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:  # another process takes files out while we count
        return 0
