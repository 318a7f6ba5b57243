"""A backup becomes a store again.

All is unpacked, checked and indexed in a folder of its own inside the store's, on the same disk, while the
store that is there goes on. Then originals are moved in, which changes nothing, since a file's name is its
content; and in one transaction the tables take the place of the old ones. A server that runs sees the old
store until then and the new one afterwards. Whatever fails before leaves the store as it was.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from finchat_sec_qa.errors import StoreCorruptError, StoreError, UsageError
from finchat_sec_qa.model.progress import OnProgress, Progress, unheard
from finchat_sec_qa.model.views import RestoreReport
from finchat_sec_qa.ports import Clock
from finchat_sec_qa.store.backup_archive import ArchiveReader
from finchat_sec_qa.store.backup_manifest import Manifest
from finchat_sec_qa.store.database import Database, meta
from finchat_sec_qa.store.lock import WriteLock
from finchat_sec_qa.store.migrations import MIGRATIONS
from finchat_sec_qa.store.originals import Originals
from finchat_sec_qa.store.places import DATABASE, INDEX, LOCK, ORIGINALS, RESTORE
from finchat_sec_qa.store.writer import LOCK_WAIT, open_store

TABLES_SPACE = 3  # times the size of the tables: unpacked, with their log, and in the store's log
_COUNTERS = ("content", "generation", "index", "restored")


def restore(
    store: Path,
    source: BinaryIO,
    *,
    name: str,
    replace: bool,
    clock: Clock,
    on_progress: OnProgress = unheard,
    lock_wait: float = LOCK_WAIT,
) -> RestoreReport:
    """Put the backup that `source` gives into directory `store`; `name` is what messages call it.

    A store with filings is replaced only with `replace`; else UsageError. Raises StoreCorruptError for a
    damaged backup, StoreVersionError for one of a newer program, or a newer store; StoreLockedError when
    another process writes; StoreError when there is no room.
    """
    with ExitStack() as held:
        held.enter_context(_folder(store))
        lock = WriteLock(store / LOCK)
        lock.acquire(lock_wait)
        held.callback(lock.release)
        there = _filings(store / DATABASE)
        if there != 0 and not replace:
            what = (
                "holds a store that cannot be read"
                if there is None
                else f"holds a store with {there} filings"
            )
            raise UsageError(f"{store}: {what}; --replace puts the backup in its place, or name another")
        staged = held.enter_context(_staging(store))
        manifest = _unpack(staged, store, source, name, on_progress)
        on_progress(Progress(1, None, "checking and indexing", "started"))
        _require_our_tables(staged / DATABASE, manifest, name)
        _number_anew(staged / DATABASE, store, damaged=there is None)
        passages = _checked(staged, manifest, name, clock)
        kept = _put_in_place(staged, store, damaged=there is None)
    return RestoreReport(
        path=str(store),
        made=manifest.made,
        schema_version=manifest.schema_version,
        filings=manifest.filings,
        originals=len(manifest.files) - 1,
        passages=passages,
        digest=manifest.digest,
        replaced=there or 0,
        kept=kept and str(kept),
    )


@contextmanager
def _folder(store: Path) -> Iterator[None]:
    """The store's directory, made if need be; one that was made goes again when the restore fails."""
    made = not store.exists()
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        _forget(store, made=made)
        reason = error.strerror or error
        raise StoreError(f"{store}: cannot be restored to: {reason}; check rights and free space") from error
    except BaseException:
        _forget(store, made=made)
        raise


def _forget(store: Path, *, made: bool) -> None:
    if made:
        shutil.rmtree(store, ignore_errors=True)


@contextmanager
def _staging(store: Path) -> Iterator[Path]:
    """A folder for the restore at work, gone at the end. The caller holds the lock: others are leftovers."""
    for leftover in store.glob(f"{RESTORE}*"):
        shutil.rmtree(leftover)
    folder = Path(tempfile.mkdtemp(prefix=RESTORE, dir=store))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filings(file: Path) -> int | None:
    """How many filings the store has that is there; None when it is too damaged to tell.

    Raises StoreVersionError for a store of a newer program, which nothing here can judge.
    """
    if not file.is_file():
        return 0
    database = Database(file)
    try:
        if database.require_known() == 0:
            return 0
        with database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM filings").fetchone()[0])
    except StoreCorruptError:
        return None
    finally:
        database.close()


def _unpack(staged: Path, store: Path, source: BinaryIO, name: str, on_progress: OnProgress) -> Manifest:
    """All members, their sums checked, under the names they have in a store."""
    with ArchiveReader(source, name) as archive:
        manifest = archive.manifest()
        _require_room(store, manifest)
        originals = Originals(staged / ORIGINALS)
        for done, member in enumerate(manifest.files, start=1):
            pieces = archive.member(member)
            if member.name == DATABASE:
                with (staged / DATABASE).open("wb") as file:
                    file.writelines(pieces)
            else:
                originals.receive(member.sha256, pieces)
            on_progress(Progress(done, len(manifest.files), member.name, "stored"))
        archive.end()
    return manifest


def _require_room(store: Path, manifest: Manifest) -> None:
    """Before a byte is written: a backup that claims more than the disk has stops here."""
    needed = manifest.size + (TABLES_SPACE - 1) * manifest.files[0].size
    free = shutil.disk_usage(store).free
    if needed > free:
        raise StoreError(
            f"{store}: the backup needs {needed} bytes, {free} are free; free some, or name another"
        )


def _require_our_tables(file: Path, manifest: Manifest, name: str) -> None:
    """The database has the tables of its schema and nothing else, such as a trigger that would run here."""
    with _plain(file, name) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        listed = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        found = connection.execute(listed).fetchall()
        with sqlite3.connect(":memory:") as model:
            for step in MIGRATIONS[:version]:
                model.executescript(step)
            expected = model.execute(listed).fetchall()
        model.close()
        if version != manifest.schema_version or found != expected:
            raise StoreCorruptError(
                f"{name}: {DATABASE} does not have the tables of schema {manifest.schema_version}; "
                "take another backup"
            )
        wanted = "SELECT DISTINCT sha256 FROM originals ORDER BY sha256"
        originals = [sha256 for (sha256,) in connection.execute(wanted)]
        if originals != sorted(member.sha256 for member in manifest.files[1:]):
            raise StoreCorruptError(
                f"{name}: the originals are not those that {DATABASE} lists; take another backup"
            )


@contextmanager
def _plain(file: Path, name: str) -> Iterator[sqlite3.Connection]:
    """A connection that trusts nothing in the file."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        yield connection
    except sqlite3.Error as error:
        raise StoreCorruptError(f"{name}: {DATABASE}: {error}; take another backup") from error
    finally:
        connection.close()


def _number_anew(file: Path, store: Path, *, damaged: bool) -> None:
    """Counters beyond those of the store that is replaced, so that no reader takes new content for old."""
    there = not damaged and (store / DATABASE).is_file()
    before = _counters(Database(store / DATABASE)) if there else dict.fromkeys(_COUNTERS, 0)
    folders = [int(folder.name) for folder in (store / INDEX).glob("*") if folder.name.isdigit()]
    before["index"] = max([before["index"], *folders])
    database = Database(file)
    try:
        database.migrate()
        with database.reading() as connection:
            after = {counter: meta(connection, counter) for counter in _COUNTERS}
        with database.writing() as connection:
            for counter in _COUNTERS:
                value = max(before[counter], after[counter]) + 1
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (counter, value))
    finally:
        database.close()


def _counters(database: Database) -> dict[str, int]:
    """Zeros for a file without tables."""
    try:
        if database.version == 0:
            return dict.fromkeys(_COUNTERS, 0)
        with database.reading() as connection:
            return {counter: meta(connection, counter) for counter in _COUNTERS}
    finally:
        database.close()


def _checked(staged: Path, manifest: Manifest, name: str, clock: Clock) -> int:
    """Index what was unpacked, and read all of it again. Returns the number of passages."""
    try:
        with open_store(staged, clock=clock) as unpacked:
            report, info = unpacked.check(), unpacked.info()
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:  # rows that no store has
        raise StoreCorruptError(f"{name}: does not make a store: {error}; take another backup") from error
    if not report.holds:
        raise StoreCorruptError(f"{name}: {report.problems[0]}")
    if (info.filings, info.digest) != (manifest.filings, manifest.digest):
        raise StoreCorruptError(f"{name}: its filings are not those that it lists; take another backup")
    return info.indexed


def _put_in_place(staged: Path, store: Path, *, damaged: bool) -> Path | None:
    """Originals and index first, which nothing refers to yet; then the tables, at once; then tidy up.

    Returns the folder that holds what was damaged before.
    """
    with ExitStack() as undo:
        for file in sorted((staged / ORIGINALS).glob("*/*")):
            _move(file, store / ORIGINALS / file.parent.name / file.name, undo)
        for folder in (staged / INDEX).glob("*"):
            _move(folder, store / INDEX / folder.name, undo)
        kept = _set_aside(store, undo) if damaged else None
        _replace_tables(staged / DATABASE, store / DATABASE)
        undo.pop_all()
    _tidy(store)
    return kept


def _move(source: Path, target: Path, undo: ExitStack) -> None:
    if target.exists() and target.is_file() and _same(source, target):
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = target.exists()
    source.replace(target)
    if not known:
        undo.callback(_remove, target)


def _same(one: Path, other: Path) -> bool:
    """True when the file that is there has not changed since it was stored."""
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def _remove(target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target, ignore_errors=True)
    else:
        target.unlink(missing_ok=True)


def _set_aside(store: Path, undo: ExitStack) -> Path:
    """Move tables that cannot be opened to a folder of their own."""
    kept = Path(tempfile.mkdtemp(prefix="damaged-", dir=store))
    undo.callback(shutil.rmtree, kept, ignore_errors=True)
    for file in store.glob(f"{DATABASE}*"):
        file.replace(kept / file.name)
        undo.callback(os.replace, kept / file.name, file)
    undo.callback(_remove_tables, store)  # what a failed attempt made in their place
    return kept


def _remove_tables(store: Path) -> None:
    for file in store.glob(f"{DATABASE}*"):
        file.unlink()


def _replace_tables(source: Path, target: Path) -> None:
    """One write transaction on the target, whatever was in it: readers see all of it or nothing."""
    unpacked, database = Database(source), Database(target)
    try:
        if not target.is_file() or database.version == 0:
            database.migrate()
        with unpacked.reading() as connection:
            database.replace(connection)
    finally:
        unpacked.close()
        database.close()


def _tidy(store: Path) -> None:
    """Take out what only the old store had. A later `finchat store check` would do so as well."""
    database = Database(store / DATABASE)
    try:
        with database.reading() as connection:
            number = meta(connection, "index")
            known = {sha for (sha,) in connection.execute("SELECT sha256 FROM originals")}
    finally:
        database.close()
    Originals(store / ORIGINALS).tidy(known)
    for folder in (store / INDEX).glob("*"):
        if folder.name != str(number):
            shutil.rmtree(folder, ignore_errors=True)
