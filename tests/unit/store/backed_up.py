"""Small stores, and how their backups are made and compared in tests."""

import hashlib
from pathlib import Path

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.views import RestoreReport
from finchat_sec_qa.store import back_up, open_store, restore
from tests.crafted import filing_named, parsed_large, parsed_text

CLOCK = SystemClock()
WALRUS = parsed_text(filing_named("f1"), "walrus and ice", "walrus and sand")


def filled(path: Path, *more: str) -> Path:
    with open_store(path) as store:
        store.put(WALRUS)
        for number, name in enumerate(("f2", *more)):
            store.put(parsed_large(name, number, chars=3_000))
    return path


def restored(backup: Path, store: Path, *, replace: bool = False, wait: float = 5.0) -> RestoreReport:
    with backup.open("rb") as source:
        return restore(store, source, name=backup.name, replace=replace, clock=CLOCK, lock_wait=wait)


def content(path: Path) -> dict[str, object]:
    """Everything that can be asked of a store, but where it lies and what its files take."""
    with open_store(path, read_only=True) as store:
        told = store.info().model_dump(exclude={"path", "bytes"})
        hits = store.search([("walrus", 1.0), ("risk", 0.5)], Scope(), 50)
        whole = {filing.id: repr(store.parsed(filing.id)) for filing in store.filings()}
        return {**told, "hits": [(hit.filing, hit.passage, hit.score) for hit in hits], "whole": whole}


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def digest_of(folder: Path) -> dict[str, str]:
    """The content of every file under a folder, SQLite's shared memory and the lock's owner aside."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix not in {".pid", ".lock", ".db-shm", ".db-wal"}
    }


def taken(folder: Path) -> Path:
    """A backup of a small store, beside it."""
    back_up(filled(folder / "store"), folder / "backup.tar.gz", clock=CLOCK)
    return folder / "backup.tar.gz"
