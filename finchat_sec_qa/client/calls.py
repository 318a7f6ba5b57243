"""Every call of the API as a value: what to send, and how to read the reply. Pure; both clients use it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.replies import (
    CompaniesReply,
    FactsReply,
    FilingsReply,
    Health,
    Readiness,
    SearchReply,
    SectionsReply,
    TablesReply,
    VersionReply,
)
from finchat_sec_qa.model.request import AskRequest, IngestRequest, ScopeRequest, SearchRequest, VerifyRequest
from finchat_sec_qa.model.table_request import (
    CompareRequest,
    PartKind,
    SeriesRequest,
    StatementName,
    StatementRequest,
)
from finchat_sec_qa.model.views import (
    BlockWindow,
    CompanyView,
    FactView,
    FilingDetail,
    FilingView,
    JobView,
    SearchHit,
    SectionView,
    TableView,
)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
JSON = "application/json"
STREAM = "text/event-stream"
ACCEPTED = frozenset({202})
Upload = Path | str | tuple[str, bytes | IO[bytes]]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request and the reader of its reply's body; `read` raises ValueError for a body it cannot read.

    `expected` are the statuses whose body `read` understands. A call that `only_reads` may be sent twice.
    """

    method: str
    path: str
    read: Callable[[bytes], T]
    params: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    files: tuple[Upload, ...] = ()
    accept: str = JSON
    expected: frozenset[int] = field(default=frozenset({200}))
    only_reads: bool = True


def ask(question: str, scope: ScopeRequest = ScopeRequest()) -> Call[Answer]:
    """Answer or refuse a question."""
    body = AskRequest(question=question, scope=scope)
    return Call("POST", "/v1/ask", _model(Answer), body=body.model_dump_json())


def ask_stream(question: str, scope: ScopeRequest = ScopeRequest()) -> Call[Answer]:
    """The same as a stream of events; `read` takes the data of the event "answer"."""
    body = AskRequest(question=question, scope=scope)
    return Call("POST", "/v1/ask", _model(Answer), body=body.model_dump_json(), accept=STREAM)


def search(query: str, scope: ScopeRequest = ScopeRequest(), limit: int = 10) -> Call[tuple[SearchHit, ...]]:
    """The passages that fit best, best first; 1 to 100 of them."""
    body = SearchRequest(query=query, scope=scope, limit=limit)
    return Call("POST", "/v1/search", _part(SearchReply, lambda r: r.hits), body=body.model_dump_json())


def verify(checked: Answer | FigureTable) -> Call[VerifyReport]:
    """Check an answer or a table against the stored bytes."""
    if isinstance(checked, FigureTable):
        body = VerifyRequest(table=checked).model_dump_json(by_alias=True, exclude={"answer"})
    else:
        body = VerifyRequest(answer=checked).model_dump_json(by_alias=True, exclude={"table"})
    return Call("POST", "/v1/verify", _model(VerifyReport), body=body)


def companies() -> Call[tuple[CompanyView, ...]]:
    """Companies with filings in the store, by name."""
    return Call("GET", "/v1/companies", _part(CompaniesReply, lambda r: r.companies))


def filings(scope: ScopeRequest = ScopeRequest()) -> Call[tuple[FilingView, ...]]:
    """Filings of a scope of companies, forms and fiscal years. Raises UsageError for another scope."""
    if scope.filings or scope.as_of:
        raise UsageError("a list of filings can be limited by companies, forms and fiscal years only")
    params = _params(company=scope.companies, form=scope.forms, fiscal_year=scope.fiscal_years)
    return Call("GET", "/v1/filings", _part(FilingsReply, lambda r: r.filings), params)


def filing(filing_id: str) -> Call[FilingDetail]:
    """One filing with its documents."""
    return Call("GET", _filing_path(filing_id), _model(FilingDetail))


def sections(filing_id: str) -> Call[tuple[SectionView, ...]]:
    """The Items of a filing."""
    return Call("GET", _filing_path(filing_id, "sections"), _part(SectionsReply, lambda r: r.sections))


def blocks(filing_id: str, document: int = 0, *, start: int = 0, limit: int = 60) -> Call[BlockWindow]:
    """Blocks of a document from the one at offset `start`; 500 at most."""
    params = _params(document=document, start=start, limit=limit)
    return Call("GET", _filing_path(filing_id, "blocks"), _model(BlockWindow), params)


def tables(
    filing_id: str, document: int = 0, *, start: int = 0, limit: int = 20
) -> Call[tuple[TableView, ...]]:
    """Tables of a document from offset `start`; 100 at most."""
    params = _params(document=document, start=start, limit=limit)
    return Call("GET", _filing_path(filing_id, "tables"), _part(TablesReply, lambda r: r.tables), params)


def facts(
    filing_id: str, *, concept: str | None = None, numeric_only: bool = False, limit: int = 1_000
) -> Call[tuple[FactView, ...]]:
    """Facts of a filing in document order; 50,000 at most."""
    params = _params(concept=concept, numeric=str(numeric_only).lower(), limit=limit)
    return Call("GET", _filing_path(filing_id, "facts"), _part(FactsReply, lambda r: r.facts), params)


def series(
    company: str,
    metric: str,
    *,
    part: str | None = None,
    by: PartKind | None = None,
    years: int = 5,
    quarters: int | None = None,
    as_of: date | None = None,
) -> Call[FigureTable]:
    """A metric of a company, or of a part of it, over its last fiscal years, or quarters, oldest first."""
    asked = SeriesRequest(
        company=company, metric=metric, part=part, by=by, years=years, quarters=quarters, as_of=as_of
    )
    return Call("GET", "/v1/facts", _model(FigureTable), _params(**asked.model_dump(mode="json")))


def compare(
    companies: Sequence[str],
    metrics: Sequence[str],
    periods: Sequence[str],
    *,
    by: PartKind | None = None,
    as_of: date | None = None,
) -> Call[FigureTable]:
    """Metrics of companies in periods ("FY2024", "FY2022:FY2024"), `by` part with a row for each."""
    asked = CompareRequest(
        companies=tuple(companies), metrics=tuple(metrics), periods=tuple(periods), by=by, as_of=as_of
    )
    params = _params(
        company=asked.companies,
        metric=asked.metrics,
        period=asked.periods,
        by=asked.by,
        as_of=_day(asked.as_of),
    )
    return Call("GET", "/v1/compare", _model(FigureTable), params)


def statement(
    company: str, period: str, which: StatementName, *, as_of: date | None = None
) -> Call[FigureTable]:
    """The "income", "balance" or "cashflow" statement for a fiscal period, as the filing prints it."""
    asked = StatementRequest(company=company, period=period, which=which, as_of=as_of)
    path = "/".join(("/v1/statements", _segment(asked.company), _segment(asked.period), asked.which))
    return Call("GET", path, _model(FigureTable), _params(as_of=_day(asked.as_of)))


def document(filing_id: str, document: int = 0) -> Call[bytes]:
    """A document's bytes as they came."""
    path = _filing_path(filing_id, "document")
    return Call("GET", path, lambda body: body, _params(document=document), accept="*/*")


def ingest(request: IngestRequest) -> Call[JobView]:
    """Queue a fetch of filings from EDGAR; follow it with `job`."""
    body = request.model_dump_json()
    return Call("POST", "/v1/ingest", _model(JobView), body=body, expected=ACCEPTED, only_reads=False)


def ingest_files(files: Sequence[Upload]) -> Call[JobView]:
    """Queue an ingest of files: paths, or (name, content) pairs; follow it with `job`."""
    given = tuple(files)
    return Call("POST", "/v1/ingest", _model(JobView), files=given, expected=ACCEPTED, only_reads=False)


def job(job_id: str) -> Call[JobView]:
    """How far an ingest is."""
    return Call("GET", f"/v1/ingest/{_segment(job_id)}", _model(JobView))


def health() -> Call[Health]:
    """Whether the server runs."""
    return Call("GET", "/health", _model(Health))


def ready() -> Call[Readiness]:
    """Whether the server can answer, and what it misses."""
    return Call("GET", "/ready", _model(Readiness), expected=frozenset({200, 503}))


def version() -> Call[VersionReply]:
    """Which program the server is."""
    return Call("GET", "/version", _model(VersionReply))


def _model(model: type[M]) -> Callable[[bytes], M]:
    return model.model_validate_json


def _part(model: type[M], pick: Callable[[M], T]) -> Callable[[bytes], T]:
    return lambda body: pick(model.model_validate_json(body))


def _params(**given: str | int | Sequence[str | int] | None) -> tuple[tuple[str, str], ...]:
    """Query parameters; None is left out and a sequence repeats its name."""
    found: list[tuple[str, str]] = []
    for name, value in given.items():
        values = () if value is None else (value,) if isinstance(value, str | int) else value
        found.extend((name, str(each)) for each in values)
    return tuple(found)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _filing_path(filing_id: str, *rest: str) -> str:
    return "/".join(("/v1/filings", _segment(filing_id), *rest))


def _segment(name: str) -> str:
    """One segment of a path, whatever the name holds. Raises NotFoundError for what would be navigation."""
    if name in {"", ".", ".."} or "/" in name:
        raise NotFoundError(f"{name!r} cannot be the id of anything stored")
    return quote(name, safe="")
