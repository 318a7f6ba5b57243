"""The store's SQLite file: opening, migrating, connections for several threads, errors in our words."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from finchat_sec_qa.errors import StoreCorruptError, StoreError, StoreLockedError, StoreVersionError
from finchat_sec_qa.store.migrations import MIGRATIONS, VERSION
from finchat_sec_qa.store.quiet import undisturbed

BUSY_SECONDS = 10.0
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


class _Way(NamedTuple):
    """How a connection was opened: SQLite's options, and which file it takes for unchanging."""

    options: str = ""
    stamp: tuple[int, int, int] = (0, 0, 0)


_SHARED = _Way()


class Database:
    """A pool of connections to one file; each use has one of its own, so threads never share one."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet. `path` is the file; it is made by the first `migrate`."""
        self.path = path
        self._idle: list[tuple[_Way, sqlite3.Connection]] = []
        self._guard = threading.Lock()
        self._closed = False

    @property
    def version(self) -> int:
        """The schema version of the file as it is now."""
        with self._connection() as connection:
            return _version(connection)

    def migrate(self) -> None:
        """Bring the file to VERSION in one transaction. Raises StoreVersionError if it is newer than that."""
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with self.writing() as connection:
            found = _version(connection)
            if found > VERSION:
                raise StoreVersionError(self._newer(found))
            for step in MIGRATIONS[found:]:
                for statement in step.split(";\n"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION:d}")

    def require_known(self) -> int:
        """The file's version. Raises StoreVersionError when it is newer than this program."""
        found = self.version
        if found > VERSION:
            raise StoreVersionError(self._newer(found))
        return found

    def require_version(self) -> None:
        """Raise StoreVersionError unless the file has exactly the version that this program knows."""
        found = self.require_known()
        if found < VERSION:
            raise StoreVersionError(
                f"{self.path}: made with store schema {found}, this program needs {VERSION}; open it once "
                "with write access (`finchat store info`) so that it can be brought up to date"
            )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one read transaction: all its reads see the same state."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one write transaction, committed at the end, undone by any exception."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def replace(self, source: sqlite3.Connection) -> None:
        """Put all that `source` holds in the place of all that is here, in one transaction."""
        with self._connection() as connection:
            source.backup(connection)

    def close(self) -> None:
        """Close every connection; those in use close when they come back. Later use raises StoreError."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        if os.access(self.path.parent, os.W_OK):
            with self._borrowed(_SHARED) as connection:
                yield connection
            return
        with undisturbed(self.path, BUSY_SECONDS) as quiet:
            way = _Way("?mode=ro&immutable=1", _stamp(self.path)) if quiet else _Way("?mode=ro")
            with self._borrowed(way) as connection:
                yield connection

    @contextmanager
    def _borrowed(self, way: "_Way") -> Iterator[sqlite3.Connection]:
        connection = self._taken(way)
        try:
            connection = connection or self._connect(way)
            yield connection
        except sqlite3.Error as error:
            raise self._translated(error) from error
        except UnicodeEncodeError as error:
            raise StoreError(f"{self.path}: invalid Unicode cannot be stored: {error}") from error
        except OverflowError as error:
            raise StoreError(f"{self.path}: a number has more than 64 bits: {error}") from error
        finally:
            if connection is not None:
                self._give_back(way, connection)

    def _taken(self, way: "_Way") -> sqlite3.Connection | None:
        """An idle connection that was opened that way; those opened otherwise are of no more use."""
        with self._guard:
            if self._closed:
                raise StoreError(f"{self.path}: the store is closed")
            fitting = [held for held in self._idle if held[0] == way]
            outdated = [connection for opened, connection in self._idle if opened != way]
            found = fitting.pop()[1] if fitting else None
            self._idle = fitting
        for connection in outdated:
            connection.close()
        return found

    def _give_back(self, way: "_Way", connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append((way, connection))
                return
        connection.close()

    def _connect(self, way: "_Way") -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}{way.options}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _newer(self, found: int) -> str:
        return (
            f"{self.path}: made with store schema {found}, this program knows up to {VERSION}; "
            "use the newer program, or another directory (--store, FINCHAT_STORE)"
        )

    def _translated(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _CORRUPT:
            return StoreCorruptError(f"{self.path}: {error}; restore a backup, or remove it and ingest again")
        if code in _BUSY:
            return StoreLockedError(f"{self.path}: another process is writing ({error}); try again")
        if code in _FULL:
            return StoreError(f"{self.path}: {error}; free some space and try again")
        if code in _READ_ONLY:
            return StoreError(f"{self.path}: {error}; check that the directory exists and can be written to")
        return StoreError(f"{self.path}: {error}")


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when the file does; zeros when it is not there, which opening it then tells."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _version(connection: sqlite3.Connection) -> int:
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])


def meta(connection: sqlite3.Connection, name: str) -> int:
    """One of the store's counters; 0 where it was never set."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def set_meta(connection: sqlite3.Connection, name: str, value: int) -> None:
    """Set one of the store's counters."""
    connection.execute("UPDATE meta SET value = ? WHERE name = ?", (value, name))


def count_up(connection: sqlite3.Connection, name: str) -> None:
    """Add one to one of the store's counters."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = ?", (name,))
