"""Reading a database in a folder that cannot be written to, safely while another process writes there.

SQLite needs shared memory beside the file to read what is being written. Where a reader may not make it, and
no writer has, the file can only be read as one that nobody changes. The reader makes that true for as long as
it reads: it holds the writers' lock file shared. As soon as a writer has opened the store, its log is there
and SQLite's own ways are used.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finchat_sec_qa.errors import StoreError, StoreLockedError
from finchat_sec_qa.store.places import LOCK

POLL_SECONDS = 0.01


@contextmanager
def undisturbed(database: Path, wait: float) -> Iterator[bool]:
    """True while nobody can change the file; False when a writer's log is there.

    Waits up to `wait` seconds for a process that holds the lock and has not opened the file yet. Raises
    StoreLockedError after that.
    """
    handle = _lock_file(database.with_name(LOCK))
    if handle is None:
        yield not _log(database).exists()
        return
    try:
        yield _shared(handle, database, wait)
    finally:
        os.close(handle)  # the lock goes with it


def _shared(handle: int, database: Path, wait: float) -> bool:
    """True with the lock held; False when there is a log."""
    deadline = time.monotonic() + wait
    while not _log(database).exists():
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise StoreLockedError(f"{database}: another process is writing; try again") from error
            time.sleep(POLL_SECONDS)
            continue
        if not _log(database).exists():
            return True
        fcntl.flock(handle, fcntl.LOCK_UN)
    return False


def _lock_file(path: Path) -> int | None:
    """The lock file, opened to be read; None where no process has ever written."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}; give this user the right to") from error


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")
