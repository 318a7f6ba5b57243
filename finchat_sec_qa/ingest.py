"""The story of one filing: load, parse, read its statements, cut into passages, store — in one transaction.

Filings are parsed in worker processes; one process, this one, writes. A filing that fails is reported and
the rest goes on; a crash leaves every finished filing stored and no half one.
"""

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Literal, Protocol

from finchat_sec_qa.errors import FinChatError, ParseError, StoreError, StoreLockedError
from finchat_sec_qa.facts.printed.read import printed_facts
from finchat_sec_qa.model.filing import ParsedFiling, SourceFiling
from finchat_sec_qa.model.progress import OnProgress, Progress
from finchat_sec_qa.model.views import FailedFiling, IngestReport
from finchat_sec_qa.parse.companyfacts import is_whole_file, reports_in
from finchat_sec_qa.parse.filing import read_filing, source_digest
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.ports import StoreWriter
from finchat_sec_qa.retrieve.passages import cut_filing

AHEAD = 2  # filings waiting parsed or in work per worker: bounds memory


class Loadable(Protocol):
    """A filing that can be loaded when its turn comes."""

    @property
    def label(self) -> str:
        """What messages call it."""

    def load(self) -> SourceFiling:
        """Its files. Raises FinChatError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one filing: parsed, failed with a reason, or (neither) unchanged."""

    label: str
    id: str
    parsed: ParsedFiling | None
    code: str = ""
    reason: str = ""

    @property
    def what(self) -> Literal["stored", "unchanged", "failed"]:
        """In a word."""
        if self.parsed is not None:
            return "stored"
        return "failed" if self.reason else "unchanged"


Work = Callable[[SourceFiling], Outcome]


def ingest(
    store: StoreWriter,
    filings: Sequence[Loadable],
    limits: Limits,
    *,
    jobs: int,
    on_progress: OnProgress,
    skipped: int = 0,
) -> IngestReport:
    """Parse filings with `jobs` processes and store them; says what was stored, unchanged and failed."""
    stored: list[str] = []
    unchanged: list[str] = []
    failed: list[FailedFiling] = []
    warnings: list[str] = []
    work = partial(parse_one, limits)
    total = len(filings)

    def load_all() -> Iterator[SourceFiling | Outcome]:
        nonlocal total
        for filing in filings:
            loaded = _load(store, filing, limits)
            total += len(loaded) - 1
            yield from loaded

    alone = jobs <= 1 or not _can_start_workers()
    outcomes = map(_done_or(work), load_all()) if alone else _in_processes(work, load_all(), jobs)
    for done, outcome in enumerate((_put(store, item) for item in outcomes), start=1):
        if outcome.parsed is not None:
            stored.append(outcome.id)
            warnings.extend(f"{outcome.id}: {text}" for text in _warnings(outcome.parsed))
        elif outcome.reason:
            failed.append(FailedFiling(label=outcome.label, code=outcome.code, reason=outcome.reason))
        else:
            unchanged.append(outcome.id)
        on_progress(Progress(done, total, outcome.label, outcome.what, outcome.reason))
    store.flush()
    return IngestReport(
        stored=tuple(stored),
        unchanged=tuple(unchanged),
        failed=tuple(failed),
        skipped=skipped,
        warnings=tuple(warnings),
    )


def parse_one(limits: Limits, source: SourceFiling) -> Outcome:
    """Parse and cut one filing; a failure is an outcome. Runs in a worker process."""
    try:
        parsed = read_filing(source, limits)
        facts = parsed.facts + printed_facts(parsed)
        parsed = replace(parsed, facts=facts, passages=cut_filing(parsed))
        return Outcome(source.label, parsed.filing.id, parsed)
    except FinChatError as error:
        return _failure(source.label, error)
    except (MemoryError, RecursionError) as error:
        return Outcome(source.label, "", None, "limit_exceeded", f"too large or too deep ({error!r})")


def _load(store: StoreWriter, filing: Loadable, limits: Limits) -> list[SourceFiling | Outcome]:
    """The filing's files, or those of each report of companyfacts; an outcome already where they cannot be
    had or are stored as they are.
    """
    try:
        source = filing.load()
        sources = list(reports_in(source, limits)) if is_whole_file(source) else [source]
    except FinChatError as error:
        return [_failure(filing.label, error)]
    return [
        Outcome(one.label, one.id, None) if store.has(one.id, source_digest(one)) else one for one in sources
    ]


def _put(store: StoreWriter, outcome: Outcome) -> Outcome:
    """The outcome once it is stored; a filing that the store cannot hold has failed like any other."""
    if outcome.parsed is None:
        return outcome
    try:
        store.put(outcome.parsed)
    except StoreLockedError:
        raise
    except StoreError as error:
        return _failure(outcome.label, error)
    return outcome


def _failure(label: str, error: FinChatError) -> Outcome:
    reason = error.reason if isinstance(error, ParseError) else str(error)
    return Outcome(label, "", None, error.code, reason)


def _done_or(work: Work) -> Callable[[SourceFiling | Outcome], Outcome]:
    return lambda item: item if isinstance(item, Outcome) else work(item)


def _in_processes(work: Work, items: Iterator[SourceFiling | Outcome], jobs: int) -> Iterator[Outcome]:
    """Outcomes in the order of `items`, with a bounded number in work.

    A worker that dies (out of memory, say) takes the filings in work with it; each of those is then tried
    alone in a process of its own, so that only the one to blame fails.
    """
    running: deque[tuple[SourceFiling | None, Future[Outcome]]] = deque()
    pool = _pool(jobs)
    try:
        while True:
            for item in islice(items, jobs * AHEAD - len(running)):
                running.append(_started(pool, work, item))
            if not running:
                return
            try:
                outcome = running[0][1].result()
            except BrokenProcessPool:
                pool.shutdown(wait=True, cancel_futures=True)
                yield from (_settled(work, source, future) for source, future in running)
                running.clear()
                pool = _pool(jobs)
                continue
            running.popleft()
            yield outcome
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _started(
    pool: ProcessPoolExecutor, work: Work, item: SourceFiling | Outcome
) -> tuple[SourceFiling | None, Future[Outcome]]:
    if isinstance(item, Outcome):
        done: Future[Outcome] = Future()
        done.set_result(item)
        return None, done
    try:
        return item, pool.submit(work, item)
    except BrokenProcessPool as error:  # a worker died while nobody waited for its result
        lost: Future[Outcome] = Future()
        lost.set_exception(error)
        return item, lost


def _settled(work: Work, source: SourceFiling | None, future: Future[Outcome]) -> Outcome:
    """What became of a filing when the workers were lost: its result if it had one, else a second try."""
    try:
        return future.result()
    except (BrokenProcessPool, CancelledError):
        if source is None:
            raise
        return _alone(work, source)


def _alone(work: Work, source: SourceFiling) -> Outcome:
    with _pool(1) as pool:
        try:
            return pool.submit(work, source).result()
        except BrokenProcessPool:
            return Outcome(source.label, "", None, "limit_exceeded", "the process that parsed it died")


def _can_start_workers() -> bool:
    """Whether a fresh interpreter can import this program's main module: not one typed at a prompt."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    return main.__spec__ is not None or (file is not None and Path(file).is_file())


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Fresh interpreters: forking a process that has threads and open databases is not safe."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which shuts workers down in order, and end with it when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Parsing makes many values and no cycles: looking for cycles less often saves a twentieth of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _warnings(parsed: ParsedFiling) -> Iterator[str]:
    for document in parsed.documents:
        yield from document.warnings
        for section in document.sections:
            if section.warning:
                yield f"{document.name}: {section.label}: {section.warning}"
