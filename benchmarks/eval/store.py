"""A store of all filings at hand, kept for as long as a new one would come out the same."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.common import ROOT
from benchmarks.eval.code import files_behind
from benchmarks.eval.ledger import put
from finchat_sec_qa import Library
from finchat_sec_qa.cli.progress import Meter, meter
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ParseError
from finchat_sec_qa.model.progress import Progress

PACKAGE = "finchat_sec_qa"
MAKERS = (f"{PACKAGE}.ingest", f"{PACKAGE}.disk", f"{PACKAGE}.store.writer")
COMPLETE = "complete"


def fingerprint(filings: Sequence[Path], root: Path = ROOT) -> str:
    """A hash of all that decides what a store holds: filings, the code that makes it, library versions."""
    digest = hashlib.sha256()
    for path, name in (*_code(root), *_filings(filings)):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def filled(folder: Path, filings: Sequence[Path], jobs: int) -> Path:
    """The store of these filings under `folder`: that of an earlier run, or a new one.

    Making one that was interrupted is gone on with. Raises ParseError when a filing cannot be stored.
    """
    home = folder / "stores" / fingerprint(filings)
    store = home / "store"
    if not (home / COMPLETE).is_file():
        home.mkdir(parents=True, exist_ok=True)
        _ingest(store, filings, jobs)
        put(home / COMPLETE, "")
    return store


def clear(folder: Path, kept: Iterable[Path]) -> None:
    """Remove the stores of earlier inputs: all but these."""
    homes = {store.parent for store in kept}
    for other in (folder / "stores").iterdir():
        if other not in homes:
            shutil.rmtree(other)


def _ingest(store: Path, filings: Sequence[Path], jobs: int) -> None:
    with Library.open(Settings(store=store, jobs=jobs)) as library, meter("filings") as shown:
        report = library.ingest_paths(filings, on_progress=lambda step: _tell(shown, step))
    for failure in report.failed[:1]:
        raise ParseError(
            failure.label, f"{failure.reason} ({len(report.failed)} filings failed); not checked"
        )


def _tell(shown: Meter, step: Progress) -> None:
    shown.step(step.done, step.total, step.label)
    if step.outcome == "failed":
        shown.note(f"{step.label}: {step.reason}")


def _code(root: Path) -> Iterator[tuple[Path, str]]:
    for path in (*files_behind(root, MAKERS), root / "poetry.lock"):
        yield path, str(path.relative_to(root))


def _filings(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, f"{folder.name}/{path.relative_to(folder)}"
