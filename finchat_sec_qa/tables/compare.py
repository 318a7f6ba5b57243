"""Series and comparisons, as stories: who, which metrics, which periods, then a cell for each."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from finchat_sec_qa.answer.findings import Miss
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Contract, Refusal
from finchat_sec_qa.model.figure_table import FigureColumn, FigureRow, FigureTable
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.table_request import MAX_CELLS, CompareRequest, SeriesRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.scope import resolve_scope, scoped_subjects
from finchat_sec_qa.tables.cells import Citations, cell_of
from finchat_sec_qa.tables.metrics import Metric, read_metric, read_metrics, unknown_concept
from finchat_sec_qa.tables.notes import notes_on
from finchat_sec_qa.tables.periods import last_quarters, last_years, read_periods
from finchat_sec_qa.tables.reader import Figures, latest_quarter, latest_year

STAMP = 16  # hex digits of each half of a table's id


def series(store: StoreReader, request: SeriesRequest) -> FigureTable:
    """One metric of one company, oldest period first.

    Raises UsageError for an unknown company or metric, and for a company without fiscal periods.
    """
    metric = read_metric(request.metric)
    company = figures_of(store, request.company, request.as_of)
    periods = _last_periods(company, request)
    return _table(store, request, (company,), (metric,), periods)


def compare(store: StoreReader, request: CompareRequest) -> FigureTable:
    """Metrics of companies, metric by metric; columns are periods in the order asked for.

    Raises UsageError for an unknown company, metric or period and for more than MAX_CELLS cells.
    """
    metrics, periods = read_metrics(request.metrics), read_periods(request.periods)
    found = {
        company.subject: company
        for company in (figures_of(store, name, request.as_of) for name in request.companies)
    }
    count = len(found) * len(metrics) * len(periods)
    if count > MAX_CELLS:
        raise UsageError(f"a table of {count:,} cells; at most {MAX_CELLS:,} are filled at once")
    return _table(store, request, tuple(found.values()), metrics, periods)


def figures_of(store: StoreReader, name: str, as_of: date | None) -> Figures:
    """The company of that name, ticker or CIK. Raises UsageError as a question's scope does."""
    scope = resolve_scope(store, ScopeRequest(companies=(name,), as_of=as_of))
    return Figures(store, scoped_subjects(store, scope)[0], scope)


def table_id(store: StoreReader, request: Contract) -> str:
    """The id: what the store held, then a hash over that and the request."""
    content = store.digest()[:STAMP]
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
    companies: Sequence[Figures],
    metrics: Sequence[Metric],
    periods: Sequence[FiscalPeriod],
) -> FigureTable:
    citations = Citations(Sources(store))
    misses: list[Miss] = []
    rows = []
    for metric in metrics:
        if metric.kind == "concept" and not any(company.entry_of(metric.key) for company in companies):
            raise unknown_concept(metric)
        for company in companies:
            terms = [company.term(metric, period) for period in periods]
            misses.extend(term for term in terms if isinstance(term, Miss))
            cells = (
                cell_of(metric, period, term, citations) for period, term in zip(periods, terms, strict=True)
            )
            name = company.subject.name
            rows.append(FigureRow(company=name, metric=metric.key, label=metric.label, cells=tuple(cells)))
    empty = all(cell.number is None for row in rows for cell in row.cells)
    names = tuple(company.subject.name for company in companies)
    columns = tuple(FigureColumn(key=str(period).replace(" ", ""), label=str(period)) for period in periods)
    single = isinstance(request, SeriesRequest)
    return FigureTable(
        id=table_id(store, request),
        kind="series" if single else "comparison",
        title=f"{names[0]}: {metrics[0].label}" if single else f"{', '.join(names)}: {_listed(metrics)}",
        companies=names,
        columns=columns,
        rows=tuple(rows),
        citations=citations.all,
        notes=tuple(notes_on(rows, columns, citations.all)),
        refusal=_refusal(misses, companies) if empty else None,
    )


def _listed(metrics: Sequence[Metric]) -> str:
    return ", ".join(metric.label for metric in metrics)


def _refusal(misses: Sequence[Miss], companies: Sequence[Figures]) -> Refusal:
    """The refusal of a table without a number: the first reason stands for all."""
    searched = tuple(place for company in companies for place in company.searched)
    if not misses:
        return Refusal(
            reason="unsupported", message="No cell of this table can be computed.", searched=searched
        )
    return Refusal(reason=misses[0].reason, message=misses[0].message, searched=searched)
