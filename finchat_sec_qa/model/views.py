"""What the library shows of its store, over HTTP and in Python alike (answers are in model.answer)."""

from datetime import date
from typing import Literal

from finchat_sec_qa.model.answer import Contract


class CompanyView(Contract):
    """A company with filings in the store."""

    key: str
    cik: str | None
    name: str
    tickers: tuple[str, ...]
    filings: int
    first_period: date | None
    last_period: date | None


class FilingView(Contract):
    """A filing in the store."""

    id: str
    accession: str | None
    cik: str | None
    company: str
    tickers: tuple[str, ...]
    form: str
    period_end: date | None
    fiscal_year: int | None
    fiscal_period: str | None
    filed: date | None
    url: str | None
    sample: bool


class DocumentView(Contract):
    """A document of a filing; `length` counts characters of its text, `size` bytes of the original."""

    index: int
    name: str
    kind: str
    role: str
    sha256: str
    size: int
    length: int
    pages: int
    url: str | None


class FilingDetail(FilingView):
    """A filing with its documents and how much was found in it."""

    documents: tuple[DocumentView, ...]
    facts: int
    passages: int
    warnings: tuple[str, ...]


class SectionView(Contract):
    """An Item of a filing and where it stands."""

    document: int
    part: str
    item: str
    title: str
    start: int
    end: int
    page: int | None
    warning: str


class CellView(Contract):
    """A table cell; `value` is a decimal string in base units, null where the cell prints no number."""

    row: int
    column: int
    text: str
    start: int
    end: int
    value: str | None
    unit: str | None


class TableView(Contract):
    """A table with header paths (outermost first); `scale` is the power of ten of the printed numbers."""

    document: int
    index: int
    title: str
    start: int
    end: int
    page: int | None
    scale: int
    unit: str | None
    row_headers: tuple[tuple[str, ...], ...]
    column_headers: tuple[tuple[str, ...], ...]
    cells: tuple[CellView, ...]


class BlockView(Contract):
    """A block of a document, with its table where it is one."""

    kind: Literal["heading", "paragraph", "list_item", "table"]
    level: int
    start: int
    end: int
    page: int | None
    text: str
    table: TableView | None


class BlockWindow(Contract):
    """Some blocks of one document in order. `previous`/`next` are offsets to ask for next, null at an end."""

    filing: str
    document: int
    sha256: str
    length: int
    blocks: tuple[BlockView, ...]
    previous: int | None
    next: int | None


class FactView(Contract):
    """A fact; `value` is a decimal string in base units, null for nil and for text."""

    filing: str
    document: int
    concept: str
    label: str
    value: str | None
    text: str | None
    unit: str | None
    decimals: int | None
    start_date: date | None
    end_date: date
    dimensions: tuple[tuple[str, str], ...]
    context_id: str
    fact_id: str | None
    nil: bool
    start: int
    end: int
    url: str | None


class SearchHit(Contract):
    """A passage that a search found; `page` counts from 1; scores compare within one search only."""

    filing: str
    company: str
    form: str
    period_end: date | None
    document: int
    sha256: str
    page: int | None
    section: str
    heading: str
    text: str
    start: int
    end: int
    score: float
    url: str | None


class FailedFiling(Contract):
    """A filing that was not stored, and why."""

    label: str
    code: str
    reason: str


class IngestReport(Contract):
    """What an ingest did. Unchanged filings were there already; skipped files are no filing documents."""

    stored: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[FailedFiling, ...] = ()
    skipped: int = 0
    warnings: tuple[str, ...] = ()


class JobView(Contract):
    """An ingest job of the API. `total` is null while filings are still being found."""

    id: str
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int | None
    current: str
    report: IngestReport | None
    error: str | None


class StoreInfo(Contract):
    """How much a store holds. `bytes` counts everything in its directory; `digest` names the content."""

    path: str
    schema_version: int
    companies: int
    filings: int
    documents: int
    passages: int
    facts: int
    indexed: int
    bytes: int
    digest: str


class StoreCheck(Contract):
    """The result of checking a store; `problems` is empty when all holds."""

    holds: bool
    filings: int
    originals: int
    problems: tuple[str, ...] = ()


class BackupReport(Contract):
    """A backup that was written. `bytes` is the archive's size, null for a stream; `made` is in UTC."""

    file: str
    bytes: int | None
    made: str
    schema_version: int
    filings: int
    originals: int
    digest: str


class RestoreReport(Contract):
    """What a restore put in place. `made` is the backup's moment, `schema_version` the backup's.

    `replaced` counts the filings that were there before; `kept` is the folder that a store too damaged to be
    opened was moved to, else null.
    """

    path: str
    made: str
    schema_version: int
    filings: int
    originals: int
    passages: int
    digest: str
    replaced: int
    kept: str | None = None
