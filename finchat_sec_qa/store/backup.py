"""A backup of a store, made while it is read and written.

The tables are copied as they stand at one moment, whatever is written meanwhile; originals never change under
their name, so they are taken afterwards. One that is gone by then belonged to a filing that was just replaced
or removed: the tables are copied again. The search index is left out, since it is made from the tables.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from finchat_sec_qa.errors import NotFoundError, StoreCorruptError, StoreError, StoreVersionError, UsageError
from finchat_sec_qa.model.progress import OnProgress, Progress, unheard
from finchat_sec_qa.model.views import BackupReport
from finchat_sec_qa.ports import Clock
from finchat_sec_qa.store.backup_archive import PIECE, ArchiveWriter
from finchat_sec_qa.store.backup_manifest import FORMAT, MANIFEST, Manifest, Member, original_name
from finchat_sec_qa.store.catalogue import load_catalogue
from finchat_sec_qa.store.database import Database
from finchat_sec_qa.store.migrations import VERSION
from finchat_sec_qa.store.originals import Originals
from finchat_sec_qa.store.places import DATABASE, ORIGINALS
from finchat_sec_qa.telemetry.build import program_version

PAGES = 2_000  # of the database that are copied between two words of progress
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A copy of the tables, and what it lists: originals with their sizes, in order of their hashes."""

    file: Path
    schema: int
    filings: int
    digest: str
    originals: tuple[tuple[str, int], ...]


class _GoneError(Exception):
    """An original that the copied tables list is there no more."""


def back_up(
    store: Path, target: Path | BinaryIO, *, clock: Clock, on_progress: OnProgress = unheard
) -> BackupReport:
    """Write the store in directory `store` into a file, which appears when it is whole, or into a stream.

    Raises NotFoundError when there is no store, UsageError when the file exists, StoreCorruptError when the
    store is damaged, StoreError when there is no room, or filings are removed all the while.
    """
    if not (store / DATABASE).is_file():
        raise NotFoundError(f"no store at {store}; name one with --store or FINCHAT_STORE")
    if isinstance(target, Path):
        return _into_file(store, target, clock, on_progress)
    with _folder(_room_beside(store), "stream") as folder:
        # What went out cannot be taken back, so there is one try.
        manifest = _written(store, folder, target, clock, on_progress, last=True)
    return _report("-", manifest)


def _into_file(store: Path, target: Path, clock: Clock, on_progress: OnProgress) -> BackupReport:
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: is there already; name another file")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}: no such folder; make it, or name another")
    with _folder(target.parent, target.name) as folder:
        unfinished = folder / "archive"
        for left in reversed(range(_TRIES)):
            with unfinished.open("wb") as stream:
                try:
                    manifest = _written(store, folder, stream, clock, on_progress, last=not left)
                except _GoneError:
                    continue
                stream.flush()
                os.fsync(stream.fileno())
            break
        unfinished.chmod(0o600)
        unfinished.replace(target)
    return _report(str(target), manifest, target.stat().st_size)


def _written(
    store: Path, folder: Path, stream: BinaryIO, clock: Clock, on_progress: OnProgress, *, last: bool
) -> Manifest:
    """One try. Raises _GoneError when another may do better, and it is not the `last`."""
    made = clock.now()
    taken = _snapshot(store / DATABASE, folder, on_progress)
    manifest = Manifest(
        format=FORMAT,
        program=program_version(),
        made=made.isoformat(timespec="seconds"),
        schema_version=taken.schema,
        filings=taken.filings,
        digest=taken.digest,
        files=[
            Member(name=DATABASE, size=taken.file.stat().st_size, sha256=_sum(taken.file)),
            *(Member(name=original_name(sha), size=size, sha256=sha) for sha, size in taken.originals),
        ],
    )
    archive = ArchiveWriter(stream, int(made.timestamp()))
    listed = manifest.model_dump_json().encode()
    archive.add(MANIFEST, len(listed), [listed])
    originals = Originals(store / ORIGINALS)
    for done, member in enumerate(manifest.files, start=1):
        pieces = _file(taken.file) if done == 1 else _original(store, originals, member, last=last)
        archive.add(member.name, member.size, pieces)
        on_progress(Progress(done, len(manifest.files), member.name, "stored"))
    archive.close()
    return manifest


def _snapshot(database: Path, folder: Path, on_progress: OnProgress) -> _Snapshot:
    """The tables at one moment, in a file of their own."""
    copy = folder / DATABASE
    for leftover in folder.glob(f"{DATABASE}*"):
        leftover.unlink()
    source = Database(database)
    try:
        with source.reading() as connection:
            _require_known(database, connection)  # also fixes the moment: all that follows sees this state
            _copy(connection, copy, on_progress)
    finally:
        source.close()
    with _opened(copy) as connection:
        # One file without a log beside it.
        connection.execute("PRAGMA journal_mode = DELETE")
        for (message,) in connection.execute("PRAGMA quick_check(1)").fetchall():
            if message != "ok":
                raise StoreCorruptError(
                    f"{database}: {message}; not backed up: `finchat store check` says more"
                )
        catalogue = load_catalogue(connection)
        listed = "SELECT sha256, max(size) FROM originals GROUP BY sha256 ORDER BY sha256"
        return _Snapshot(
            file=copy,
            schema=int(connection.execute("PRAGMA user_version").fetchone()[0]),
            filings=len(catalogue.entries),
            digest=catalogue.digest,
            originals=tuple(connection.execute(listed).fetchall()),
        )


def _require_known(database: Path, connection: sqlite3.Connection) -> None:
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if not 1 <= found <= VERSION:
        raise StoreVersionError(
            f"{database}: store schema {found}, this program knows 1 to {VERSION}; "
            "back it up with the program that uses it"
        )


def _copy(connection: sqlite3.Connection, copy: Path, on_progress: OnProgress) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        on_progress(Progress(total - remaining, total, f"copying {DATABASE}, pages", "started"))

    with _opened(copy) as target:
        connection.backup(target, pages=PAGES, progress=tell)


@contextmanager
def _opened(copy: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the copy, whose errors name it and not the store."""
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        yield connection
    except sqlite3.Error as error:
        raise StoreError(
            f"{copy.parent}: the tables cannot be copied: {error}; free some space there and try again"
        ) from error
    finally:
        connection.close()


def _original(store: Path, originals: Originals, member: Member, *, last: bool) -> Iterable[bytes]:
    """An original's bytes, checked. Raises as `_written` says."""
    try:
        content = originals.read(member.sha256)
    except StoreCorruptError as error:
        if last or (store / member.name).exists():
            raise StoreCorruptError(
                f"{error}; not backed up. If filings are being removed now, try again afterwards"
            ) from error
        raise _GoneError from error
    if len(content) != member.size:
        raise StoreCorruptError(
            f"{store / member.name}: has {len(content)} bytes, the tables say {member.size}; "
            "`finchat store check` says more"
        )
    return [content]


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _sum(path: Path) -> str:
    found = hashlib.sha256()
    for piece in _file(path):
        found.update(piece)
    return found.hexdigest()


def _room_beside(store: Path) -> Path:
    """Where the tables are copied to when the archive has no folder of its own."""
    return store if os.access(store, os.W_OK) else Path(tempfile.gettempdir())


@contextmanager
def _folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder for what is not finished, gone at the end. Raises StoreError when it cannot be written to."""
    folder: Path | None = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{name}.part-", dir=parent))
        yield folder
    except BrokenPipeError:
        raise  # whoever read the stream has left
    except OSError as error:
        raise StoreError(
            f"{parent}: the backup cannot be written: {error.strerror or error}; "
            "free some space, or name another place"
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _report(file: str, manifest: Manifest, size: int | None = None) -> BackupReport:
    return BackupReport(
        file=file,
        bytes=size,
        made=manifest.made,
        schema_version=manifest.schema_version,
        filings=manifest.filings,
        originals=len(manifest.files) - 1,
        digest=manifest.digest,
    )
