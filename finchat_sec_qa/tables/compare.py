"""Series and comparisons, as stories: who, which metrics, which periods, then a cell for each."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from finchat_sec_qa.answer.findings import Miss
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Contract, Refusal
from finchat_sec_qa.model.figure_table import Absent, FigureColumn, FigureRow, FigureTable
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.table_request import MAX_CELLS, CompareRequest, SeriesRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import resolve_company
from finchat_sec_qa.question.scope import resolve_scope, scoped_subjects
from finchat_sec_qa.tables.cells import Citations
from finchat_sec_qa.tables.filling import Filling, absent_told, title_of
from finchat_sec_qa.tables.metrics import Metric, read_metric, read_metrics, unknown_concept
from finchat_sec_qa.tables.notes import notes_on
from finchat_sec_qa.tables.periods import last_quarters, last_years, read_periods
from finchat_sec_qa.tables.reader import Figures, latest_quarter, latest_year

STAMP = 16  # hex digits of each half of a table's id


def series(store: StoreReader, request: SeriesRequest) -> FigureTable:
    """One metric of one company, oldest period first; of one part of it, or a row for each part.

    Raises UsageError for an unknown company or metric, and for a company without fiscal periods.
    """
    metric = read_metric(request.metric)
    if request.part is not None and metric.part:
        raise UsageError(f"two parts are named: {metric.part[:80]!r} and {request.part[:80]!r}; choose one")
    metric = replace(metric, part=request.part or metric.part)
    company = figures_of(store, request.company, request.as_of)
    return _table(store, request, (company,), (metric,), _last_periods(company, request))


def compare(store: StoreReader, request: CompareRequest) -> FigureTable:
    """Metrics of companies, metric by metric; columns are periods in the order asked for.

    A company that the store does not hold has cells that say so, while another one is held. Raises
    UsageError where none is, for an unknown metric or period and for more than MAX_CELLS cells.
    """
    metrics, periods = read_metrics(request.metrics), read_periods(request.periods)
    names = tuple(dict.fromkeys(request.companies))
    count = len(names) * len(metrics) * len(periods)
    if count > MAX_CELLS:
        raise UsageError(f"a table of {count:,} cells; at most {MAX_CELLS:,} are filled at once")
    known = store.companies()
    held = [name for name in names if resolve_company(name, known) is not None] or names[:1]
    found: dict[object, Figures | str] = {}
    for name in names:
        company = figures_of(store, name, request.as_of) if name in held else name
        found.setdefault(name if isinstance(company, str) else company.subject, company)
    return _table(store, request, tuple(found.values()), metrics, periods)


def figures_of(store: StoreReader, name: str, as_of: date | None) -> Figures:
    """The company of that name, ticker or CIK. Raises UsageError as a question's scope does."""
    scope = resolve_scope(store, ScopeRequest(companies=(name,), as_of=as_of))
    return Figures(store, scoped_subjects(store, scope)[0], scope)


def table_id(store: StoreReader, request: Contract) -> str:
    """The id: what the store held, then a hash over that and the request."""
    return id_of(store.digest(), request)


def id_of(digest: str, request: Contract) -> str:
    """The id of the answer to a request from a store with that digest."""
    content = digest[:STAMP]
    asked = json.dumps([content, type(request).__name__, request.model_dump(mode="json")])
    return f"{content}-{hashlib.sha256(asked.encode()).hexdigest()[:STAMP]}"


def _last_periods(company: Figures, request: SeriesRequest) -> tuple[FiscalPeriod, ...]:
    year, quarter = latest_year(company), latest_quarter(company)
    if year is None or quarter is None:
        raise UsageError(f"the filings of {company.subject.name} here name no fiscal year")
    if request.quarters is not None:
        return last_quarters(quarter, request.quarters)
    return last_years(year, request.years)


def _table(
    store: StoreReader,
    request: SeriesRequest | CompareRequest,
    companies: Sequence[Figures | str],
    metrics: Sequence[Metric],
    periods: Sequence[FiscalPeriod],
) -> FigureTable:
    """The table; a company that is a name alone is one that the store does not hold."""
    filling = Filling(Citations(Sources(store)), tuple(periods), request.by)
    held = [company for company in companies if isinstance(company, Figures)]
    rows: list[FigureRow] = []
    for metric in metrics:
        if request.by is not None and metric.part:
            raise UsageError(f"{metric.label} is asked for of {metric.part} and by {request.by}; choose one")
        if metric.kind == "concept" and not any(company.entry_of(metric.key) for company in held):
            raise unknown_concept(metric)
        for company in companies:
            rows += (
                filling.absent(company, metric) if isinstance(company, str) else filling.rows(company, metric)
            )
    if sum(len(row.cells) for row in rows) > MAX_CELLS:
        raise UsageError(f"a table with a row for each part has more than {MAX_CELLS:,} cells; ask for less")
    empty = all(cell.number is None for row in rows for cell in row.cells)
    names = tuple(company if isinstance(company, str) else company.subject.name for company in companies)
    columns = tuple(FigureColumn(key=str(period).replace(" ", ""), label=str(period)) for period in periods)
    return FigureTable(
        id=table_id(store, request),
        kind="series" if isinstance(request, SeriesRequest) else "comparison",
        request=request,
        title=title_of(names, rows),
        companies=names,
        columns=columns,
        rows=tuple(rows),
        citations=filling.citations.all,
        notes=tuple(notes_on(rows, columns, filling.citations.all)),
        refusal=_refusal(filling.misses, held) if empty else None,
        absent=tuple(
            Absent(company=company, message=absent_told(company))
            for company in companies
            if isinstance(company, str)
        ),
    )


def _refusal(misses: Sequence[Miss], companies: Sequence[Figures]) -> Refusal:
    """The refusal of a table without a number: the first reason stands for all."""
    searched = tuple(place for company in companies for place in company.searched)
    if not misses:
        return Refusal(
            reason="unsupported", message="No cell of this table can be computed.", searched=searched
        )
    return Refusal(reason=misses[0].reason, message=misses[0].message, searched=searched)
