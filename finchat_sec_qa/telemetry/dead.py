"""Counts of worker processes that have ended: added up in one file of each kind, and their own files removed.

prometheus_client gives every process a file and keeps it when the process ends, since what it counted has to
stay. A server whose workers die and are started again would gather files for ever, and read them all at each
scrape. `sweep` runs in the process that starts the workers, when one of them has ended; `reading` keeps a
worker that adds up from seeing a count twice, or not at all, meanwhile.
"""

import fcntl
import logging
import os
import struct
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

KINDS = ("counter", "histogram", "summary")  # what adds up; a gauge of a dead process says nothing
_LOCK = "lock"
_TRIES = 20  # with the pause below a tenth of a second: whoever starts workers must not wait for one of them
_PAUSE = 0.005
_log = logging.getLogger(__name__)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """While this holds, no file is swept. Any number of processes read at once."""
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def sweep(folder: Path, living: Collection[int]) -> int:
    """Add up and remove the files of all processes but these; returns how many files went.

    While somebody reads for long, nothing is done: the next call does it. Counts are the same before and
    after, whatever of this a reader sees.
    """
    with (folder / _LOCK).open("a") as lock:
        if not _taken(lock.fileno()):
            _log.info("metrics of ended workers stay for now: somebody reads them")
            return 0
        return sum(_sweep_kind(folder, kind, living) for kind in KINDS)


def _taken(lock: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def _sweep_kind(folder: Path, kind: str, living: Collection[int]) -> int:
    own = {pid: path for path in folder.glob(f"{kind}_*.db") if (pid := _pid(path)) is not None}
    dead = [path for pid, path in own.items() if pid not in living]
    if not dead:
        return 0
    total = folder / f"{kind}_ended.db"
    sums: dict[str, float] = {}
    for path in (*([total] if total.exists() else []), *dead):
        for key, value in _values(path):
            sums[key] = sums.get(key, 0.0) + value
    fresh = folder / f"{kind}_ended.new"  # no reader looks for that name
    fresh.unlink(missing_ok=True)
    written = MmapedDict(str(fresh))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        written.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    os.replace(fresh, total)  # noqa: PTH105 - says what it does: one step, whatever was there
    for path in dead:
        path.unlink()
    return len(dead)


def _pid(path: Path) -> int | None:
    """Whose file it is; None for that of all who have ended."""
    number = path.stem.partition("_")[2]
    return int(number) if number.isdigit() else None


def _values(path: Path) -> Iterator[tuple[str, float]]:
    """What a process counted; nothing where it ended before it could write its file's first lines."""
    try:
        found = list(MmapedDict.read_all_values_from_file(str(path)))  # type: ignore[no-untyped-call]
    except struct.error:
        return
    for key, value, _, _ in found:
        yield key, value
