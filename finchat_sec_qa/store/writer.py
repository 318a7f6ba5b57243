"""The embedded store in one directory, read and written."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.errors import (
    NotFoundError,
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreReadOnlyError,
)
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.views import StoreCheck
from finchat_sec_qa.ports import Clock, StoreWriter
from finchat_sec_qa.store import rows
from finchat_sec_qa.store.database import Database
from finchat_sec_qa.store.indexing import Indexing
from finchat_sec_qa.store.lexical import entries
from finchat_sec_qa.store.lock import WriteLock
from finchat_sec_qa.store.migrations import VERSION
from finchat_sec_qa.store.places import DATABASE, INDEX, LOCK
from finchat_sec_qa.store.reader import SqliteReader

LOCK_WAIT = 5.0


class SqliteStore(SqliteReader, StoreWriter):
    """One store directory. One process at a time writes: from its first `put` until `flush` or `close`.

    Threads may share an object. Writes of one that was opened for reading only raise StoreError.
    """

    def __init__(
        self, path: Path, database: Database, *, read_only: bool, clock: Clock, lock_wait: float
    ) -> None:
        """Use `open_store`, which prepares the directory."""
        super().__init__(path, database)
        self._read_only = read_only
        self._lock = WriteLock(path / LOCK)
        self._lock_wait = lock_wait
        self._turn = threading.RLock()
        self._indexing = Indexing(database, path / INDEX, clock.monotonic)

    def has(self, filing: str, digest: str) -> bool:
        """True when exactly this content is stored under that id, its original bytes undamaged.

        So a filing whose original was lost or changed on the disk is mended by ingesting it again.
        """
        query = (
            "SELECT o.sha256 FROM filings f LEFT JOIN originals o ON o.filing = f.no"
            " WHERE f.id = ? AND f.digest = ?"
        )
        with self._database.reading() as connection:
            hashes = [sha256 for (sha256,) in connection.execute(query, (filing, digest))]
        try:
            for sha256 in filter(None, hashes):
                self._originals.read(sha256)
        except StoreCorruptError:
            return False
        return bool(hashes)

    def put(self, parsed: ParsedFiling) -> None:
        """Store one filing in one transaction, in place of an older one of that id.

        It is durable when this returns, and searchable within seconds or at the next `flush`. Raises
        StoreLockedError when another process writes, StoreError when there is no room.
        """
        rows.require_whole(parsed)
        with self._writing():
            for sha256, content in parsed.originals.items():
                self._originals.write(sha256, content)
            with self._database.writing() as connection:
                dropped = rows.delete(connection, parsed.filing.id) or set()
                no, numbers = rows.insert(connection, parsed)
                dropped -= parsed.originals.keys()
            self._originals.delete(dropped)
            texts = [document.text for document in parsed.documents]
            sections = [document.sections for document in parsed.documents]
            passages = zip(numbers, parsed.passages, strict=True)
            self._indexing.add(no, lambda: entries(no, parsed.filing, texts, sections, passages))

    def flush(self) -> None:
        """Make everything that was put searchable and durable, and let other processes write.

        After filings were replaced or removed this makes the index anew (3 to 10 s for 60,000 passages),
        so that equal stores rank alike whatever their history; meanwhile searches go on.
        """
        if not self._lock.held:
            return
        with self._writing():
            self._indexing.finish()
            self._lock.release()

    def remove(self, filings: Iterable[str]) -> int:
        """Take filings out with their originals, and flush; returns how many there were."""
        with self._writing():
            with self._database.writing() as connection:
                found = [rows.delete(connection, filing) for filing in dict.fromkeys(filings)]
            removed = [hashes for hashes in found if hashes is not None]
            self._originals.delete(set().union(*removed))
            self.flush()
        return len(removed)

    def rebuild(self) -> int:
        """Make the lexical index anew from the tables; returns the number of passages.

        Also takes out files that a killed writer left behind. Searches go on with the old index meanwhile.
        """
        with self._writing():
            passages = self._indexing.rebuild()
            self._tidy()
            self._lock.release()
        return passages

    def check(self) -> StoreCheck:
        """Re-reads everything, and takes out files that a killed writer left, unless one is writing now."""
        if not self._read_only:
            with self._turn:
                held = self._lock.held
                try:
                    self._lock.acquire(wait=0)
                except StoreLockedError:
                    return super().check()
                self._tidy()
                if not held:
                    self._lock.release()
        return super().check()

    def close(self) -> None:
        """Flush, and release files. Further calls raise StoreError."""
        try:
            self.flush()
        finally:
            self._indexing.abandon()
            self._lock.release()
            super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def catch_up(self) -> None:
        """Index what a killed writer left unindexed, unless another process is writing or the index is whole.

        `open_store` calls this, also for readers.
        """
        if not os.access(self._path, os.W_OK) or not self._indexing.needed():
            return
        with self._turn:
            try:
                self._lock.acquire(wait=0)
            except StoreLockedError:
                return  # that process will do it
            try:
                self._indexing.finish()
            finally:
                self._indexing.abandon()
                self._lock.release()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The turn of this thread to write, with the store locked; an error with nothing begun unlocks it."""
        if self._read_only:
            raise StoreError(f"{self._path}: the store was opened for reading only")
        with self._turn:
            self._lock.acquire(self._lock_wait)
            try:
                yield
            except BaseException:
                if not self._indexing.unfinished:
                    self._lock.release()
                raise

    def _tidy(self) -> None:
        with self._database.reading() as connection:
            known = {sha for (sha,) in connection.execute("SELECT sha256 FROM originals")}
        self._originals.tidy(known)


def open_store(
    path: Path,
    *,
    read_only: bool = False,
    untouched: bool = False,
    clock: Clock | None = None,
    lock_wait: float = LOCK_WAIT,
) -> SqliteStore:
    """Open the store in directory `path`, bringing an older one up to date; a writer makes a missing one.

    Filings that a killed writer left out of the search index are indexed first, also by a reader, unless
    another process is writing; a reader that is `untouched` leaves both to others. Writes wait `lock_wait`
    seconds for such a process.

    Raises NotFoundError when a reader finds no store, StoreVersionError for a store of another version that
    cannot be or is not brought up to date, StoreReadOnlyError when a writer may not write, StoreError when
    the directory cannot be used.
    """
    database = Database(path / DATABASE)
    if read_only:
        if not database.path.is_file():
            raise NotFoundError(f"no store at {path}; run `finchat ingest PATH…` to make one")
    else:
        _make_folder(path)
    store = SqliteStore(
        path, database, read_only=read_only, clock=clock or SystemClock(), lock_wait=lock_wait
    )
    try:
        if untouched:
            database.require_version()
        else:
            _bring_up_to_date(path, database, lock_wait)
            store.catch_up()
    except BaseException:
        store.close()
        raise
    return store


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be made a store: {error.strerror or error}; "
            "choose another with --store or FINCHAT_STORE"
        ) from error
    require_writable(path)


def require_writable(path: Path) -> None:
    """Raise StoreReadOnlyError for a directory that is there and that this user cannot write to."""
    if path.exists() and not os.access(path, os.W_OK):
        raise StoreReadOnlyError(
            f"{path}: the store may only be read here: the directory is mounted so, or belongs to another "
            "user; check that it can be written to, or send filings to the server that may"
        )


def _bring_up_to_date(path: Path, database: Database, lock_wait: float) -> None:
    if not os.access(path, os.W_OK):
        database.require_version()
        return
    if database.path.is_file() and database.version == VERSION:
        return
    lock = WriteLock(path / LOCK)
    lock.acquire(lock_wait)
    try:
        database.migrate()
    finally:
        lock.release()
