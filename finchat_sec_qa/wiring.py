"""The one place that builds: settings become adapters, adapters become a `Library`."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from finchat_sec_qa import ask as asking
from finchat_sec_qa import browse
from finchat_sec_qa import config as configuration
from finchat_sec_qa.answer.proof.recheck import Readings
from finchat_sec_qa.answer.proof.verify import verify_answer
from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.config import Settings
from finchat_sec_qa.disk import find_filings
from finchat_sec_qa.errors import FinChatError, SourceBlockedError, StoreReadOnlyError, UsageError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.filing import SourceFiling
from finchat_sec_qa.model.progress import OnProgress, unheard
from finchat_sec_qa.model.request import IngestRequest, ScopeRequest
from finchat_sec_qa.model.table_request import (
    CompareRequest,
    PartKind,
    SeriesRequest,
    StatementName,
    StatementRequest,
    request_of,
)
from finchat_sec_qa.model.views import (
    BackupReport,
    BlockWindow,
    CompanyView,
    DocumentView,
    FactView,
    FailedFiling,
    FilingDetail,
    FilingView,
    IngestReport,
    RestoreReport,
    SearchHit,
    SectionView,
    StoreCheck,
    StoreInfo,
    TableView,
)
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.ports import FilingQuery, FilingSource, StoreWriter
from finchat_sec_qa.question.scope import resolve_scope
from finchat_sec_qa.samples import sample_filings
from finchat_sec_qa.search import search
from finchat_sec_qa.store import back_up, open_store, require_writable, restore
from finchat_sec_qa.tables import compare, statement
from finchat_sec_qa.tables.verify import verify_table

if TYPE_CHECKING:
    from finchat_sec_qa.edgar import Edgar
    from finchat_sec_qa.ingest import Loadable


class Library:
    """A store of filings and all that can be asked of it. Close it, or use it in a `with` statement.

    Methods raise the errors of `finchat_sec_qa.errors`. One Library serves many threads.
    """

    def __init__(self, settings: Settings, store: StoreWriter) -> None:
        self.settings = settings
        self._store = store
        self._source: Edgar | None = None
        self._guard = Lock()
        self._readings = Readings(self._limits())

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        store: Path | str | None = None,
        read_only: bool = False,
    ) -> "Library":
        """Open the store named by `store`, else by the settings (from the environment when not given)."""
        if settings is None:
            settings = configuration.load(store=Path(store) if store is not None else None)
        elif store is not None:
            settings = settings.model_copy(update={"store": Path(store)})
        if not read_only:
            require_writes(settings)
        opened = open_store(
            settings.store,
            read_only=read_only,
            untouched=settings.store_readonly,
            clock=SystemClock(),
        )
        return cls(settings, opened)

    def close(self) -> None:
        """Release the store's files and the connections to EDGAR."""
        if self._source is not None:
            self._source.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(
        self,
        question: str,
        scope: ScopeRequest = ScopeRequest(),
        on_stage: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer or refuse a question; `on_stage` hears "plan", "search", "compose", "verify"."""
        return asking.ask(self._store, question, scope, on_stage)

    def search(
        self, query: str, scope: ScopeRequest = ScopeRequest(), limit: int = 10
    ) -> tuple[SearchHit, ...]:
        """The passages that fit a question or words best, best first."""
        return search(self._store, query, resolve_scope(self._store, scope), limit)

    def verify(self, checked: Answer | FigureTable) -> VerifyReport:
        """Check every part of an answer, or every cell of a table, against the stored bytes."""
        if isinstance(checked, FigureTable):
            return verify_table(self._store, checked, self._readings)
        return verify_answer(self._store, checked, self._readings, self.ask)

    def companies(self) -> tuple[CompanyView, ...]:
        """Companies with filings in the store, by name."""
        return tuple(browse.company_view(company) for company in self._store.companies())

    def filings(self, scope: ScopeRequest = ScopeRequest()) -> tuple[FilingView, ...]:
        """Filings in scope, by company, newest first."""
        found = self._store.filings(resolve_scope(self._store, scope))
        return tuple(browse.filing_view(filing) for filing in found)

    def filing(self, filing_id: str) -> FilingDetail:
        """One filing with its documents."""
        return browse.filing_detail(self._store, self._store.filing(filing_id))

    def sections(self, filing_id: str) -> tuple[SectionView, ...]:
        """The Items of a filing."""
        return tuple(browse.section_views(self._store, filing_id))

    def blocks(self, filing_id: str, document: int = 0, *, start: int = 0, limit: int = 60) -> BlockWindow:
        """Blocks of a document from the one at offset `start`."""
        return browse.block_window(self._store, filing_id, document, start, limit)

    def tables(
        self, filing_id: str, document: int = 0, *, start: int = 0, limit: int = 20
    ) -> tuple[TableView, ...]:
        """Tables of a document from offset `start`."""
        return tuple(browse.table_views(self._store, filing_id, document, start, limit))

    def facts(
        self,
        filing_id: str,
        *,
        concept: str | None = None,
        numeric_only: bool = False,
        limit: int | None = None,
    ) -> tuple[FactView, ...]:
        """Facts of a filing in document order."""
        filing = self._store.filing(filing_id)
        return tuple(browse.fact_views(self._store, filing, concept, numeric_only=numeric_only, limit=limit))

    def series(
        self,
        company: str,
        metric: str,
        *,
        part: str | None = None,
        by: PartKind | None = None,
        years: int = 5,
        quarters: int | None = None,
        as_of: date | None = None,
    ) -> FigureTable:
        """A metric of a company over its last `years` fiscal years, or its last `quarters`; oldest first.

        Of the segment, product or region that `part` names, or `by` one of these kinds, a row for each.
        """
        asked = request_of(
            SeriesRequest,
            company=company,
            metric=metric,
            part=part,
            by=by,
            years=years,
            quarters=quarters,
            as_of=as_of,
        )
        return compare.series(self._store, asked)

    def compare(
        self,
        companies: Sequence[str],
        metrics: Sequence[str],
        periods: Sequence[str],
        *,
        by: PartKind | None = None,
        as_of: date | None = None,
    ) -> FigureTable:
        """Metrics ("revenue", "revenue:Data Center") of companies in periods ("FY2024", "FY2022:FY2024").

        A company that the store does not hold has cells that say so, while another one is held.
        """
        asked = request_of(
            CompareRequest,
            companies=tuple(companies),
            metrics=tuple(metrics),
            periods=tuple(periods),
            by=by,
            as_of=as_of,
        )
        return compare.compare(self._store, asked)

    def statement(
        self, company: str, period: str, which: StatementName, *, as_of: date | None = None
    ) -> FigureTable:
        """The "income", "balance" or "cashflow" statement for a fiscal period, as the filing prints it."""
        asked = request_of(StatementRequest, company=company, period=period, which=which, as_of=as_of)
        return statement.statement(self._store, asked)

    def original(self, filing_id: str, document: int = 0) -> tuple[DocumentView, bytes]:
        """A document's bytes as they came, checked against their hash."""
        stored = browse.stored_document(self._store, filing_id, document)
        view = browse.document_view(self._store, self._store.filing(filing_id), stored)
        return view, self._store.original(stored.sha256)

    def ingest_paths(
        self, paths: Sequence[Path], *, jobs: int | None = None, on_progress: OnProgress = unheard
    ) -> IngestReport:
        """Parse and store filings from files and folders."""
        filings, skipped = find_filings(paths, max_bytes=self._limits().max_bytes)
        if not filings:
            raise UsageError(f"no filings in {', '.join(map(str, paths))}: nothing to ingest")
        return self._ingest(filings, on_progress, jobs=jobs, skipped=skipped)

    def ingest_samples(self, *, on_progress: OnProgress = unheard) -> IngestReport:
        """Parse and store the filings that ship with the program."""
        return self._ingest(sample_filings(), on_progress)

    def ingest_edgar(self, request: IngestRequest, *, on_progress: OnProgress = unheard) -> IngestReport:
        """Fetch filings from EDGAR and store them; a company or filing that fails is reported."""
        found, failed = self._find(request)
        fetched = _Fetches(self._edgar())
        report = self._ingest([_Fetched(fetched, filing) for filing in found], on_progress)
        return report.model_copy(update={"failed": (*failed, *report.failed)})

    def info(self) -> StoreInfo:
        """How much the store holds."""
        return self._store.info()

    def check(self) -> StoreCheck:
        """Re-read everything that is stored."""
        return self._store.check()

    def rebuild(self) -> int:
        """Make the lexical index anew; returns the number of passages."""
        return self._store.rebuild()

    def remove(self, filing_ids: Sequence[str]) -> int:
        """Take filings out; returns how many there were."""
        return self._store.remove(filing_ids)

    def _find(self, request: IngestRequest) -> tuple[list[SourceFiling], list[FailedFiling]]:
        found: list[SourceFiling] = []
        failed: list[FailedFiling] = []
        for company in request.companies:
            try:
                query = FilingQuery(company, request.forms, request.limit, since=request.since)
                found.extend(self._edgar().find(query))
            except SourceBlockedError:
                raise
            except FinChatError as error:
                if len(request.companies) == 1:
                    raise
                failed.append(FailedFiling(label=company, code=error.code, reason=str(error)))
        return found, failed

    def _ingest(
        self,
        filings: "Sequence[Loadable]",
        on_progress: OnProgress,
        *,
        jobs: int | None = None,
        skipped: int = 0,
    ) -> IngestReport:
        from finchat_sec_qa.ingest import ingest  # noqa: PLC0415 - parsers, slow to load: see _edgar

        return ingest(
            self._store,
            filings,
            self._limits(),
            jobs=jobs or self.settings.jobs or os.cpu_count() or 1,
            on_progress=on_progress,
            skipped=skipped,
        )

    def _edgar(self) -> "Edgar":
        """The way to EDGAR, made when it is first needed: a server has to answer before it fetches."""
        from finchat_sec_qa.edgar import Edgar  # noqa: PLC0415

        settings = self.settings
        with self._guard:
            if self._source is None:
                self._source = Edgar(
                    contact=settings.edgar_contact,
                    www_url=settings.edgar_www_url,
                    data_url=settings.edgar_data_url,
                    rate=settings.edgar_rate,
                    timeout=settings.edgar_timeout,
                    block_wait=settings.edgar_block_wait,
                    cache_dir=settings.edgar_cache,
                    clock=SystemClock(),
                )
            return self._source

    def _limits(self) -> Limits:
        return Limits(
            max_bytes=self.settings.max_file_mb * 1024 * 1024, max_seconds=self.settings.parse_seconds
        )


def require_writes(settings: Settings) -> None:
    """Raise StoreReadOnlyError where the store may only be read, by setting or by the system's rights."""
    if settings.store_readonly:
        raise StoreReadOnlyError(
            f"{settings.store}: the store may only be read here (FINCHAT_STORE_READONLY=true); "
            "send filings to the server that writes"
        )
    require_writable(settings.store)


def back_up_store(store: Path, target: Path | BinaryIO, *, on_progress: OnProgress = unheard) -> BackupReport:
    """Write a backup of the store in that directory, which may be served and written to meanwhile."""
    return back_up(store, target, clock=SystemClock(), on_progress=on_progress)


def restore_store(
    settings: Settings,
    source: BinaryIO,
    *,
    name: str,
    replace: bool = False,
    on_progress: OnProgress = unheard,
) -> RestoreReport:
    """Make a backup the settings' store; one with filings is replaced only if `replace` says so."""
    require_writes(settings)
    return restore(
        settings.store, source, name=name, replace=replace, clock=SystemClock(), on_progress=on_progress
    )


class _Fetches:
    """Fetches of one ingest; a block ends them all, since each further request would prolong it."""

    def __init__(self, source: FilingSource) -> None:
        self._source = source
        self._blocked = False

    def fetch(self, filing: SourceFiling) -> SourceFiling:
        """The filing with its files. Raises SourceError."""
        if self._blocked:
            raise SourceBlockedError("not tried: EDGAR blocked us before; run the same command again later")
        try:
            return self._source.fetch(filing)
        except SourceBlockedError:
            self._blocked = True
            raise


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A filing that is fetched when its turn comes, while others are being parsed."""

    fetches: _Fetches
    filing: SourceFiling

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.filing.label

    def load(self) -> SourceFiling:
        """The filing with its files."""
        return self.fetches.fetch(self.filing)
