"""Companies side by side over the years, and their statements: every number leads to its proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from finchat_sec_qa.errors import NotFoundError, RemoteError, UsageError
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.table_request import (
    MAX_COMPANIES,
    MAX_METRICS,
    MAX_NAME,
    MAX_PERIODS,
    PartKind,
    StatementName,
)
from finchat_sec_qa.model.views import FilingView
from finchat_sec_qa.sheets.delimited import to_csv
from finchat_sec_qa.sheets.markdown import to_markdown
from webapp.catalog import Catalog
from webapp.chart import charts_of
from webapp.context import context
from webapp.figure_cells import Proofs, page_rows
from webapp.reading import document_with

pages = Blueprint("tables", __name__)
YEARS = 5  # shown when none are named
STATEMENTS: dict[str, StatementName] = {"income": "income", "balance": "balance", "cashflow": "cashflow"}
NAMES = {"income": "Income statement", "balance": "Balance sheet", "cashflow": "Cash-flow statement"}
# What the form offers beside its fields; the API knows many more.
METRICS = (
    "revenue", "revenue-growth", "gross-margin", "operating-margin", "net-margin", "net-income",
    "eps-diluted", "rd", "free-cash-flow", "cash", "current-ratio", "return-on-equity",
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a comparison is of; each part may be empty."""

    companies: tuple[str, ...]
    metrics: tuple[str, ...]
    periods: tuple[str, ...]
    by: PartKind | None = None

    @property
    def whole(self) -> bool:
        """Whether there is enough to ask for."""
        return bool(self.companies and self.metrics and self.periods)

    def address(self, path: str = "/compare", **changed: tuple[str, ...]) -> str:
        """A link that asks for the same, with some parts changed."""
        by = (self.by,) if self.by else ()
        parts = {
            "company": self.companies,
            "metric": self.metrics,
            "period": self.periods,
            "by": by,
            **changed,
        }
        pairs = [(name, ", ".join(values)) for name, values in parts.items() if values]
        return f"{path}?{urlencode(pairs)}"


def read_wanted(args: MultiDict[str, str]) -> Wanted:
    """The comparison in `args`; values may be repeated or parted by commas. Raises UsageError."""
    return Wanted(
        _parts(args, "company", MAX_COMPANIES),
        _parts(args, "metric", MAX_METRICS),
        _parts(args, "period", MAX_PERIODS),
        _kind(args.get("by", "")),
    )


@pages.get("/compare")
def compare() -> tuple[str, int]:
    """A form, and for what it asks: a chart for each metric, the table, and how each number follows."""
    catalog = context().catalog.read()
    wanted = read_wanted(request.args)
    table, trouble = None, ""
    if wanted.whole:
        try:
            table = _asked(wanted)
        except (RemoteError, UsageError) as error:
            if isinstance(error, RemoteError) and error.status not in {400, 422}:
                raise
            trouble = str(error)
    proofs = Proofs(table) if table else None
    page = render_template(
        "compare.html",
        wanted=wanted,
        catalog=catalog,
        metrics=METRICS,
        kinds=get_args(PartKind),
        suggested=suggested_periods(catalog),
        table=table,
        rows=page_rows(table, proofs) if table and proofs else (),
        charts=charts_of(table, proofs.href) if table and proofs else (),
        proofs=proofs.all if proofs else (),
        trouble=trouble,
        Wanted=Wanted,
    )
    return page, 400 if trouble else 200


@pages.get("/compare.csv")
def compare_csv() -> AnyResponse:
    """The comparison as CSV, as a download."""
    return _download(to_csv(_asked(read_wanted(request.args))).encode(), "text/csv; charset=utf-8", "csv")


@pages.get("/compare.md")
def compare_markdown() -> AnyResponse:
    """The comparison as Markdown, served as plain text."""
    text = to_markdown(_asked(read_wanted(request.args)))
    return Response(text, content_type="text/plain; charset=utf-8")


@pages.get("/compare.json")
def compare_json() -> AnyResponse:
    """The comparison as the API gives it."""
    return Response(_asked(read_wanted(request.args)).to_json() + "\n", mimetype="application/json")


@pages.get("/compare.xlsx")
def compare_workbook() -> AnyResponse:
    """The comparison as an Excel workbook with live formulas."""
    from finchat_sec_qa.sheets.workbook import to_xlsx  # noqa: PLC0415 - only this page pays for it

    return _download(to_xlsx(_asked(read_wanted(request.args))), XLSX, "xlsx")


@pages.get("/statements/<which>/<period>/<path:key>")
def statement(which: str, period: str, key: str) -> str:
    """A company's statement as its filing prints it."""
    if which not in STATEMENTS:
        known = ", ".join(STATEMENTS)
        raise NotFoundError(f"There is no statement called {which[:40]!r}; there are {known}.")
    table = context().client.statement(key, period, STATEMENTS[which])
    catalog = context().catalog.read()
    company = next((one for one in catalog.companies if one.key == key), None)
    cik = company.cik if company else None
    years = annual_years(f for f in catalog.filings if cik and f.cik == cik)
    return render_template(
        "statement.html",
        table=table,
        rows=page_rows(table, Proofs(table)),
        key=key,
        which=which,
        period=period,
        names=NAMES,
        years=years[::-1],
        company=company,
    )


@pages.get("/filings/<filing_id>/place")
def place(filing_id: str) -> AnyResponse:
    """The reader at a cited place: finds the document by its hash, so that links need not know its number."""
    detail = context().client.filing(filing_id)
    number = document_with(detail, request.args.get("sha256", ""))
    if number is None:
        raise NotFoundError("The stored filing has changed since this number was cited.")
    mark = request.args.get("mark", "")
    return redirect(url_for("read.read", filing_id=filing_id, document=number, mark=mark, _anchor="mark"))


def suggested_periods(catalog: Catalog) -> str:
    """The span of the last years that the store has annual reports for."""
    years = annual_years(catalog.filings)
    return f"FY{max(years[0], years[-1] - YEARS + 1)}:FY{years[-1]}" if years else ""


def annual_years(filings: Iterable[FilingView]) -> list[int]:
    """Fiscal years with an annual report among the filings, oldest first."""
    return sorted({f.fiscal_year for f in filings if f.fiscal_year and f.fiscal_period == "FY"})


def _asked(wanted: Wanted) -> FigureTable:
    if not wanted.whole:
        raise UsageError("Name at least one company, one metric and one period.")
    return context().client.compare(wanted.companies, wanted.metrics, wanted.periods, by=wanted.by)


def _parts(args: MultiDict[str, str], name: str, most: int) -> tuple[str, ...]:
    values = [part.strip() for text in args.getlist(name) for part in text.split(",")]
    found = tuple(dict.fromkeys(value for value in values if value))
    if len(found) > most:
        raise UsageError(f"“{name}” names {len(found)}; up to {most} are compared at once.")
    if any(len(value) > MAX_NAME for value in found):
        raise UsageError(f"“{name}” is longer than {MAX_NAME} characters.")
    return found


def _kind(text: str) -> PartKind | None:
    """The kind of parts that have a row each; None for the whole company. Raises UsageError."""
    kind: PartKind | None = next((one for one in get_args(PartKind) if one == text), None)
    if text and kind is None:
        raise UsageError(f"“by” may be {', '.join(get_args(PartKind))}, not {text[:40]!r}.")
    return kind


def _download(content: bytes, kind: str, ending: str) -> AnyResponse:
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=f"comparison.{ending}")
    return response
