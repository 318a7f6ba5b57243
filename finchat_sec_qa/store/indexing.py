"""Keeping the search index in step with the tables. The caller holds the write lock.

The tables lead: a filing is stored when its transaction is, and indexed some time after. Whatever the index
lacks or has too much of is written in the tables (`filings.indexed`, `forgotten`), so that a writer that
was killed leaves work for the next one and nothing else. A new index is made beside the old one and takes
its place in one transaction.
"""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from finchat_sec_qa.index.tokens import ANALYSIS
from finchat_sec_qa.store import rows
from finchat_sec_qa.store.codec import FILING_COLUMNS, filing_from, layout_from
from finchat_sec_qa.store.database import Database, count_up, meta, set_meta
from finchat_sec_qa.store.lexical import BrokenIndexError, IndexEntry, IndexWriter, entries, is_usable

logger = logging.getLogger(__name__)

BATCH_PASSAGES = 5_000
BATCH_SECONDS = 3.0


class Indexing:
    """Adds to the index in batches: by number of passages, by time, and at `finish`."""

    def __init__(self, database: Database, folder: Path, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._folder = folder
        self._monotonic = monotonic
        self._writer: IndexWriter | None = None
        self._pending: list[int] = []
        self._passages = 0
        self._committed_at = 0.0

    @property
    def unfinished(self) -> bool:
        """True while something waits for `finish`."""
        return self._writer is not None

    def needed(self) -> bool:
        """True when the tables hold what the index lacks, or the other way round."""
        with self._database.reading() as connection:
            behind = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM filings WHERE indexed = 0) OR EXISTS (SELECT 1 FROM forgotten)"
            ).fetchone()[0]
            return bool(behind) or not self._is_current(connection)

    def add(self, no: int, found: Callable[[], Iterable[IndexEntry]]) -> None:
        """Index a filing that was just stored under this number."""
        with self._or_anew():
            writer = self._opened(passing=no)
            if writer is None:
                return  # the index was made anew, this filing with it
            self._passages += writer.add(found())
            self._pending.append(no)
        if self._passages >= BATCH_PASSAGES or self._monotonic() - self._committed_at >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make what was added searchable, and take out what was forgotten."""
        with self._or_anew():
            writer = self._opened()
            if writer is not None:
                self._commit(writer)

    def finish(self) -> None:
        """Commit everything and let go of the index.

        If passages were removed, the index is made anew: what a removed passage leaves in the statistics
        would rank the rest otherwise than a store that never held it.
        """
        self.commit()
        with self._or_anew():
            self._close()
        with self._database.reading() as connection:
            uneven = meta(connection, "uneven")
        if uneven:
            self.rebuild()

    def rebuild(self) -> int:
        """Make the index anew from the tables; returns the number of passages."""
        self.abandon()
        with self._database.reading() as connection:
            number = meta(connection, "index") + 1
            nos = _numbers(connection, "SELECT no FROM filings ORDER BY no")
        writer = IndexWriter(self._folder / str(number), new=True)
        passages = sum(writer.add(self._stored(no)) for no in nos)
        writer.commit()
        writer.close()
        with self._database.writing() as connection:
            connection.execute("UPDATE filings SET indexed = 1")
            connection.execute("DELETE FROM forgotten")
            set_meta(connection, "index", number)
            set_meta(connection, "analysis", ANALYSIS)
            set_meta(connection, "uneven", 0)
            count_up(connection, "generation")
        for other in self._folder.iterdir():
            if other.name != str(number):
                shutil.rmtree(other, ignore_errors=True)
        return passages

    def abandon(self) -> None:
        """Let go of the index without a commit; the tables know what it lacks."""
        self._writer = None
        self._pending, self._passages = [], 0

    @contextmanager
    def _or_anew(self) -> Iterator[None]:
        """If the index turns out to be unusable, make it anew from the tables, which have it all.

        A writer that is killed while it commits removals leaves files that tantivy trips over later.
        """
        try:
            yield
        except BrokenIndexError as error:
            logger.warning("%s; doing so now", error)
            self.rebuild()

    def _commit(self, writer: IndexWriter) -> None:
        with self._database.reading() as connection:
            forgotten = _numbers(connection, "SELECT filing FROM forgotten")
        # A filing that was added and forgotten before any commit is in the new segment, marked as deleted.
        uneven = [no for no in forgotten if writer.forget(no) or no in self._pending]
        writer.commit()
        with self._database.writing() as connection:
            _each(connection, "UPDATE filings SET indexed = 1 WHERE no = ?", self._pending)
            _each(connection, "DELETE FROM forgotten WHERE filing = ?", forgotten)
            if uneven:
                set_meta(connection, "uneven", 1)
            count_up(connection, "generation")
        self._pending, self._passages, self._committed_at = [], 0, self._monotonic()

    def _opened(self, passing: int | None = None) -> IndexWriter | None:
        """The index, with what an earlier writer left undone; None when it had to be made anew instead."""
        if self._writer is not None:
            return self._writer
        with self._database.reading() as connection:
            usable = self._is_current(connection)
            number = meta(connection, "index")
            left = _numbers(connection, "SELECT no FROM filings WHERE indexed = 0 ORDER BY no")
        if not usable:
            self.rebuild()
            return None
        self._writer = IndexWriter(self._folder / str(number))
        self._committed_at = self._monotonic()
        for no in left:
            if no != passing:
                self._add_left(self._writer, no)
        return self._writer

    def _add_left(self, writer: IndexWriter, no: int) -> None:
        if writer.forget(no):  # committed to the index, but not yet marked so in the tables
            with self._database.writing() as connection:
                set_meta(connection, "uneven", 1)
        self._passages += writer.add(self._stored(no))
        self._pending.append(no)

    def _is_current(self, connection: sqlite3.Connection) -> bool:
        number = meta(connection, "index")
        return meta(connection, "analysis") == ANALYSIS and is_usable(self._folder / str(number))

    def _stored(self, no: int) -> Iterator[IndexEntry]:
        """What to index of a stored filing, read from the tables."""
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT {FILING_COLUMNS} FROM filings WHERE no = ?", (no,)).fetchone()
            texts = connection.execute(
                "SELECT text FROM documents WHERE filing = ? ORDER BY document", (no,)
            ).fetchall()
            bodies = dict(
                connection.execute(
                    "SELECT document, body FROM layouts WHERE filing = ? AND part = 'sections'", (no,)
                ).fetchall()
            )
            passages = rows.passages(connection, no)
        sections = [layout_from("sections", bodies.get(index)) for index in range(len(texts))]
        return entries(no, filing_from(row), [text for (text,) in texts], sections, passages)

    def _close(self) -> None:
        writer = self._writer
        self.abandon()
        if writer is not None:
            writer.close()


def _numbers(connection: sqlite3.Connection, query: str) -> list[int]:
    return [row[0] for row in connection.execute(query)]


def _each(connection: sqlite3.Connection, statement: str, numbers: Iterable[Any]) -> None:
    connection.executemany(statement, [(number,) for number in numbers])
