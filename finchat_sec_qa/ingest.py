"""The story of one filing: load, parse, cut into passages, store — in one transaction.

Filings are parsed in worker processes; one process, this one, writes. A filing that fails is reported and
the rest goes on; a crash leaves every finished filing stored and no half one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Protocol

from finchat_sec_qa.errors import FinChatError, ParseError
from finchat_sec_qa.model.filing import ParsedFiling, SourceFiling
from finchat_sec_qa.model.progress import OnProgress, Progress
from finchat_sec_qa.model.views import FailedFiling, IngestReport
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.ports import StoreWriter
from finchat_sec_qa.retrieve.passages import cut_filing

AHEAD = 2  # filings waiting parsed or in work per worker: bounds memory


class Loadable(Protocol):
    """A filing that can be loaded when its turn comes; it crosses to a worker process, so it pickles."""

    @property
    def label(self) -> str:
        """What messages call it."""

    def load(self) -> SourceFiling:
        """Its files. Raises FinChatError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one filing: parsed, or failed with a reason."""

    label: str
    parsed: ParsedFiling | None
    code: str = ""
    reason: str = ""


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
    total = len(filings)
    for done, outcome in enumerate(_parsed(filings, limits, jobs), start=1):
        result = _store_one(store, outcome)
        if isinstance(result, FailedFiling):
            failed.append(result)
            on_progress(Progress(done, total, outcome.label, "failed", result.reason))
            continue
        filing_id, is_new = result
        (stored if is_new else unchanged).append(filing_id)
        if is_new and outcome.parsed is not None:
            warnings.extend(f"{filing_id}: {text}" for text in _warnings(outcome.parsed))
        on_progress(Progress(done, total, outcome.label, "stored" if is_new else "unchanged"))
    store.flush()
    return IngestReport(
        stored=tuple(stored),
        unchanged=tuple(unchanged),
        failed=tuple(failed),
        skipped=skipped,
        warnings=tuple(warnings),
    )


def parse_one(limits: Limits, filing: Loadable) -> Outcome:
    """Load, parse and cut one filing; a failure is an outcome. Runs in a worker process."""
    try:
        parsed = read_filing(filing.load(), limits)
        return Outcome(filing.label, replace(parsed, passages=cut_filing(parsed)))
    except FinChatError as error:
        reason = error.reason if isinstance(error, ParseError) else str(error)
        return Outcome(filing.label, None, error.code, reason)
    except (MemoryError, RecursionError) as error:
        return Outcome(filing.label, None, "limit_exceeded", f"too large or too deep to parse ({error!r})")


def _parsed(filings: Sequence[Loadable], limits: Limits, jobs: int) -> Iterator[Outcome]:
    work = partial(parse_one, limits)
    if jobs <= 1 or len(filings) <= 1:
        yield from map(work, filings)
        return
    yield from _in_processes(work, filings, min(jobs, len(filings)))


def _in_processes(
    work: Callable[[Loadable], Outcome], filings: Iterable[Loadable], jobs: int
) -> Iterator[Outcome]:
    """Outcomes in the order of `filings`, with a bounded number in work.

    A worker that dies (out of memory, say) takes the filings in work with it; each of those is then tried
    alone in a process of its own, so that only the one to blame fails.
    """
    waiting = list(reversed(list(filings)))
    running: list[tuple[Loadable, Future[Outcome]]] = []
    pool = _pool(jobs)
    try:
        while waiting or running:
            while waiting and len(running) < jobs * AHEAD:
                filing = waiting.pop()
                running.append((filing, pool.submit(work, filing)))
            wait([running[0][1]], return_when=FIRST_COMPLETED)
            try:
                outcome = running[0][1].result()
            except BrokenProcessPool:
                pool.shutdown(wait=False, cancel_futures=True)
                lost = [filing for filing, _ in running]
                running = []
                yield from (_alone(work, filing) for filing in lost)
                pool = _pool(jobs)
                continue
            running.pop(0)
            yield outcome
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(work: Callable[[Loadable], Outcome], filing: Loadable) -> Outcome:
    with _pool(1) as pool:
        try:
            return pool.submit(work, filing).result()
        except BrokenProcessPool:
            return Outcome(filing.label, None, "limit_exceeded", "the process that parsed it died")


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Fresh interpreters: forking a process that has threads and open databases is not safe."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _store_one(store: StoreWriter, outcome: Outcome) -> tuple[str, bool] | FailedFiling:
    """(filing id, whether it was new), or why it could not be stored."""
    if outcome.parsed is None:
        return FailedFiling(label=outcome.label, code=outcome.code, reason=outcome.reason)
    filing_id = outcome.parsed.filing.id
    if store.has(filing_id, outcome.parsed.digest):
        return filing_id, False
    store.put(outcome.parsed)
    return filing_id, True


def _warnings(parsed: ParsedFiling) -> Iterator[str]:
    for document in parsed.documents:
        yield from document.warnings
        for section in document.sections:
            if section.warning:
                yield f"{document.name}: {section.label}: {section.warning}"
