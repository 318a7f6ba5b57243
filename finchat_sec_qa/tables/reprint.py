"""A statement printed again, from the bytes of the document that its cells cite, and compared row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.answer.proof.recheck import Readings, Recheck, Rechecked, source_of
from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.calendar import Calendar, Target
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, FigureTable
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import Subject
from finchat_sec_qa.model.table_request import StatementName
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import resolve_company
from finchat_sec_qa.tables.cells import Citations
from finchat_sec_qa.tables.layout import layout_in
from finchat_sec_qa.tables.periods import read_period
from finchat_sec_qa.tables.printed import PrintedStatement
from finchat_sec_qa.tables.statement import TITLES, Printed, covers, print_statement


def reprinted_problems(
    store: StoreReader, table: FigureTable, again: Sequence[Rechecked], readings: Readings
) -> Iterator[Problem]:
    """How a statement differs from what its document prints, with the citations of the cells that do."""
    if table.absent:
        yield None, "a statement is of one company, none is absent"
    asked = _asked(store, table)
    if isinstance(asked, str):
        yield None, asked
        return
    if table.refusal is not None:
        if table.rows or table.columns or table.citations or table.notes:
            yield None, "a refused statement has rows, columns, notes or citations"
        return
    for place in again:
        if place.subject is not None and place.subject != asked.company:
            yield place.citation.id, f"it is of {place.company}"
    documents = {(place.citation.filing, place.citation.sha256) for place in again}
    if len(documents) != 1:
        yield None, f"a statement is printed in one document, this one cites {len(documents)}"
        return
    read = Recheck(store, readings).document(*documents.pop())
    if isinstance(read, str):
        return  # what stands in the way is told of each citation
    printed = _printed(*read, asked)
    if isinstance(printed, str):
        yield None, printed
    else:
        yield from _differences(table, printed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a statement's title says that it is."""

    company: Subject
    which: StatementName
    period: FiscalPeriod
    target: Target | None
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Documents parsed anew, by filing and number, to cite from."""

    documents: Mapping[tuple[str, int], Source]

    def get(self, filing_id: str, document: int) -> Source:
        """One document of a filing."""
        return self.documents[filing_id, document]

    def text(self, filing_id: str, document: int) -> str:
        """Its text."""
        return self.get(filing_id, document).text


def _asked(store: StoreReader, table: FigureTable) -> _Asked | str:
    """What the title says, or what is wrong with it."""
    head, _, period = table.title.rpartition(", ")
    name, _, words = head.rpartition(": ")
    which = next((each for each, title in TITLES.items() if title == words), None)
    company = resolve_company(name, store.companies())
    if which is None or company is None or table.companies != (company.name,) or name != company.name:
        return f"the title {table.title[:200]!r} names no statement of the table's company"
    calendar = Calendar(store.filings(Scope(companies=company.keys)))
    try:
        fiscal = read_period(period)
    except UsageError as error:
        return str(error)
    target = calendar.target(calendar.asked(fiscal))
    if str(fiscal) != period:
        return f"{period[:40]!r} is no fiscal period of {name}"
    return _Asked(company, which, fiscal, target, calendar)


def _printed(filing: Filing, parsed: ParsedFile, asked: _Asked) -> Printed | str:
    """The statement as the document prints it, or why there is none."""
    layout = layout_in(filing, parsed.document.tables, parsed.facts, asked.which)
    if layout is None:
        return f"the cited document prints no {TITLES[asked.which]}"
    found = PrintedStatement(layout, instant=asked.which == "balance")
    if asked.target is None or not covers(found, asked.period, asked.target):
        return f"the {TITLES[asked.which]} of the cited document has no column for {asked.period}"
    citations = Citations(_Parsed({(filing.id, layout.document): source_of(filing, parsed)}))
    return print_statement(found, asked.target, asked.company.name, asked.calendar.name_of, citations)


def _differences(table: FigureTable, printed: Printed) -> Iterator[Problem]:
    if table.columns != printed.columns:
        yield None, f"the columns are not {', '.join(column.label for column in printed.columns)[:200]}"
    if table.notes != printed.notes:
        yield None, f"the notes are not: {' '.join(printed.notes)[:400]}"
    if len(table.rows) != len(printed.rows):
        yield None, f"the statement has {len(printed.rows)} rows, the table {len(table.rows)}"
    keys = [column.key for column in printed.columns]
    for number, (given, wanted) in enumerate(zip(table.rows, printed.rows, strict=False), start=1):
        if given != wanted:
            yield from _row_differences(number, given, wanted, keys)


def _row_differences(
    number: int, given: FigureRow, wanted: FigureRow, keys: Sequence[str]
) -> Iterator[Problem]:
    """A row's differences: of its names at all its citations, of a cell at the cell's."""
    named: list[int | None] = [cell.citation for cell in given.cells if cell.citation is not None]
    for field in ("company", "metric", "label", "path", "part", "axis", "role"):
        one, other = getattr(given, field), getattr(wanted, field)
        if one != other:
            for citation in named or [None]:
                yield citation, f"row {number}: {field} is {one!r:.80}, the filing gives {other!r:.80}"
    for key, cell, own in zip_longest(keys, given.cells, wanted.cells):
        if cell != own:
            place = f"row {number} “{wanted.label}”, {key}"
            yield _cited(cell) or _cited(own), f"{place}: {_said(cell)}, the filing prints {_said(own)}"


def _cited(cell: FigureCell | None) -> int | None:
    return cell.citation if cell is not None else None


def _said(cell: FigureCell | None) -> str:
    if cell is None:
        return "no cell"
    said = f"{cell.number} {cell.unit} as {cell.printed!r}" if cell.number is not None else "no number"
    return f"{said} [{cell.citation}]" if cell.citation is not None else said
