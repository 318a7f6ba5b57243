"""A company's statement for a period, as a story: which filing prints it, where, and its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from finchat_sec_qa.answer.findings import COMPARATIVE_DAYS, describe
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.calendar import Target
from finchat_sec_qa.model.answer import Refusal, RefusalReason
from finchat_sec_qa.model.figure_table import FigureColumn, FigureRow, FigureTable
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import FiscalPeriod, Period
from finchat_sec_qa.model.table_request import StatementName, StatementRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.tables.cells import Citations
from finchat_sec_qa.tables.compare import figures_of, table_id
from finchat_sec_qa.tables.layout import find_layout
from finchat_sec_qa.tables.periods import read_period
from finchat_sec_qa.tables.printed import Naming, PrintedStatement, RowMaker, columns_of, disagreements
from finchat_sec_qa.tables.reader import Figures, latest_year

TITLES: dict[StatementName, str] = {
    "income": "income statement",
    "balance": "balance sheet",
    "cashflow": "cash-flow statement",
}
ANNUAL = ("10-K", "20-F", "40-F")
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the company and the days it means; `target` is None where the calendar cannot say."""

    store: StoreReader
    request: StatementRequest
    company: Figures
    period: FiscalPeriod
    target: Target | None

    @property
    def title(self) -> str:
        """What the table is called."""
        return f"{self.company.subject.name}: {TITLES[self.request.which]}, {self.period}"


def statement(store: StoreReader, request: StatementRequest) -> FigureTable:
    """The statement as the period's own filing prints it, else as a later one prints it for comparison.

    Raises UsageError for an unknown company or what is no period. A statement that no stored filing prints
    is a table without rows that says why.
    """
    company = figures_of(store, request.company, request.as_of)
    period = _period(company, request.period)
    target = company.calendar.target(company.calendar.asked(period))
    asked = Asked(store, request, company, period, target)
    if target is not None:
        for filing in _candidates(company, target, period):
            found = _read(asked, filing, target)
            if found is not None:
                return _table(asked, target, found)
    return _refused(asked)


def _period(company: Figures, text: str) -> FiscalPeriod:
    if text.strip().lower() != LATEST:
        return read_period(text)
    year = latest_year(company)
    if year is None:
        raise UsageError(f"the filings of {company.subject.name} here name no fiscal year")
    return FiscalPeriod(year)


def _candidates(company: Figures, target: Target, period: FiscalPeriod) -> list[Filing]:
    """Filings that may print the period: its own first (annual ones for a year), then the next after it."""

    def key(filing: Filing) -> tuple[bool, bool, date, date, str]:
        end = filing.period_end or date.max
        annual = filing.form.startswith(ANNUAL)
        return (
            not _own(filing, target),
            annual != (period.name == "FY"),
            end,
            filing.filed or date.max,
            filing.id,
        )

    latest = target.end + timedelta(days=COMPARATIVE_DAYS)
    first = target.end - timedelta(days=target.drift)
    return sorted((f for f in company.filings if f.period_end and first <= f.period_end <= latest), key=key)


def _own(filing: Filing, target: Target) -> bool:
    return filing.period_end is not None and abs((filing.period_end - target.end).days) <= target.drift


def _read(asked: Asked, filing: Filing, target: Target) -> PrintedStatement | None:
    """The filing's statement, None unless it has a column for the period.

    A cash-flow statement of a quarter runs from the year's first day, so that only the end must fit there.
    """
    layout = find_layout(asked.store, filing, asked.request.which)
    if layout is None:
        return None
    found = PrintedStatement(layout, instant=asked.request.which == "balance")
    return found if covers(found, asked.period, target) else None


def covers(found: PrintedStatement, period: FiscalPeriod, target: Target) -> bool:
    """Whether a statement has a column for the period."""

    def fits(column: Period) -> bool:
        whole_year = column.is_instant or column.quarters == 4 or period.name != "FY"
        return abs((column.end - target.end).days) <= target.drift and whole_year

    return any(fits(column) for column in found.periods)


@dataclass(frozen=True, slots=True)
class Printed:
    """What a table takes from a statement; its citations are those that were made on the way."""

    columns: tuple[FigureColumn, ...]
    rows: tuple[FigureRow, ...]
    notes: tuple[str, ...]


def print_statement(
    found: PrintedStatement, target: Target, company: str, naming: Naming, citations: Citations
) -> Printed:
    """The columns up to the period, the rows and the notes of a statement."""
    columns = columns_of(found, target.end + timedelta(days=target.drift), naming)
    rows = tuple(RowMaker(found, company, columns, citations, naming).rows())
    return Printed(tuple(columns.values()), rows, tuple(_notes(found, target, rows)))


def _table(asked: Asked, target: Target, found: PrintedStatement) -> FigureTable:
    name = asked.company.subject.name
    citations = Citations(Sources(asked.store))
    printed = print_statement(found, target, name, asked.company.calendar.name_of, citations)
    return FigureTable(
        id=table_id(asked.store, asked.request),
        kind="statement",
        request=asked.request,
        title=asked.title,
        companies=(name,),
        columns=printed.columns,
        rows=printed.rows,
        citations=citations.all,
        notes=printed.notes,
    )


def _notes(found: PrintedStatement, target: Target, rows: Sequence[FigureRow]) -> Iterator[str]:
    """Where the statement stands, and what its reader may trip over."""
    filing = found.layout.filing
    if _own(filing, target):
        yield f"As printed in {describe(filing)}."
    else:
        yield (
            f"The period's own report is not stored with its pages; this is how {describe(filing)} prints it "
            "for comparison, restated where that says so."
        )
    for difference in disagreements(found):
        yield f"Print and tag disagree, the tagged number is shown: {difference}."
    if any(cell.fact_value is not None for row in rows for cell in row.cells):
        yield "Numbers have their printed sign; where a fact is tagged with the other one, it stands beside."


def _refused(asked: Asked) -> FigureTable:
    """A table without rows and the reason."""
    what, name, target = TITLES[asked.request.which], asked.company.subject.name, asked.target
    own = [filing for filing in asked.company.filings if target is not None and _own(filing, target)]
    reason: RefusalReason = "unsupported" if own else "period_not_covered"
    message = f"No filing of {name} here prints its {what} for {asked.period}."
    if own:
        message = (
            f"{describe(own[0])} is stored, but no table in it could be read as the {what}: it is an XBRL "
            "instance, or its statements are not tagged."
        )
    return FigureTable(
        id=table_id(asked.store, asked.request),
        kind="statement",
        request=asked.request,
        title=asked.title,
        companies=(name,),
        columns=(),
        rows=(),
        citations=(),
        refusal=Refusal(reason=reason, message=message, searched=asked.company.searched),
    )
