"""A statement's printed grid as rows and columns of figures: the filing's order, labels and signs."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.model.document import Cell, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, Gap
from finchat_sec_qa.model.period import FiscalPeriod, Period
from finchat_sec_qa.tables.cells import Citations
from finchat_sec_qa.tables.layout import Layout

Naming = Callable[[Period], FiscalPeriod | None]
JOIN = " › "
NOT_PRINTED = Gap(reason="not_disclosed", message="The statement prints no number here.")


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column of numbers: its place in the grid, the period of its facts, and its printed heading."""

    place: int
    period: Period
    heading: str


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One table of a statement with its columns of numbers, as they stand."""

    table: Table
    columns: tuple[PrintedColumn, ...]


class PrintedStatement:
    """A layout read as a grid: its columns of numbers, and the fact that a printed cell is tagged with."""

    def __init__(self, layout: Layout, *, instant: bool) -> None:
        self.layout = layout
        self._starts = [fact.start for fact in layout.facts]
        self.pages = tuple(
            PrintedPage(table, tuple(self._columns(table, instant=instant))) for table in layout.tables
        )

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods of the statement's columns, in the order of their first appearance."""
        return tuple(dict.fromkeys(column.period for page in self.pages for column in page.columns))

    def fact(self, cell: Cell) -> Fact | None:
        """The fact printed in a cell: of the whole company if there is one, else the first."""
        inside: list[Fact] = []
        for at in range(bisect_left(self._starts, cell.start), len(self._starts)):
            fact = self.layout.facts[at]
            if fact.start >= cell.end:
                break
            if fact.end <= cell.end:
                inside.append(fact)
        return min(inside, key=lambda fact: (len(fact.dimensions), fact.start), default=None)

    def _columns(self, table: Table, *, instant: bool) -> Iterator[PrintedColumn]:
        """Grid columns that hold facts of the statement's kind, each with the period most of them are for.

        Columns of percentages beside the amounts ("% to sales") are left out.
        """
        seen: dict[int, Counter[Period]] = {}
        for cell in table.cells:
            fact = self.fact(cell) if cell.value is not None else None
            if fact is not None and fact.unit != "pure" and fact.period.is_instant == instant:
                seen.setdefault(cell.column, Counter())[fact.period] += 1
        for place, periods in sorted(seen.items()):
            heading = table.column_headers[place] if place < len(table.column_headers) else ()
            period = max(periods, key=lambda each: (periods[each], each.end, each.days))
            yield PrintedColumn(place, period, JOIN.join(heading))


def disagreements(statement: PrintedStatement) -> Iterator[str]:
    """Rows in which a printed number and its fact differ in more than their sign."""
    for page in statement.pages:
        places = {column.place for column in page.columns}
        for cell in page.table.cells:
            fact = statement.fact(cell) if cell.column in places and cell.value is not None else None
            if fact is None or fact.value is None or cell.value is None:
                continue
            if cell.value not in (fact.value, -fact.value):
                label = page.table.row_headers[cell.row]
                name = label[-1] if label else "a row"
                yield f"{name}: printed {plain(cell.value)}, tagged {plain(fact.value)}"


def columns_of(statement: PrintedStatement, last: date, naming: Naming) -> dict[Period, FigureColumn]:
    """The columns to show by their period: those that end by `last`, named as the company names periods."""
    found: dict[Period, FigureColumn] = {}
    used: set[str] = set()
    headings = {
        column.period: column.heading for page in reversed(statement.pages) for column in page.columns
    }
    for period in statement.periods:
        if period.end > last:
            continue
        name = naming(period)
        key = str(name).replace(" ", "") if name else f"{period.start or 'at'}/{period.end}"
        if key in used:
            key = f"{key}/{period.end}"
        used.add(key)
        found[period] = FigureColumn(key=key, label=headings[period] or key)
    return found


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes the rows of a statement under chosen columns, with citations of the table they go into."""

    statement: PrintedStatement
    company: str
    columns: dict[Period, FigureColumn]
    citations: Citations
    naming: Naming

    def rows(self) -> Iterator[FigureRow]:
        """The rows in the filing's order: captions without cells, lines with one cell a column."""
        for page in self.statement.pages:
            places = {column.period: column.place for column in page.columns}
            grid = {(cell.row, cell.column): cell for cell in page.table.cells}
            numbered = {cell.row for cell in page.table.cells if cell.value is not None}
            for number, path in enumerate(page.table.row_headers):
                printed = [
                    grid.get((number, places[period])) if period in places else None
                    for period in self.columns
                ]
                if any(cell is not None and cell.value is not None for cell in printed):
                    yield self._line(path, printed)
                elif path and number not in numbered:
                    yield FigureRow(company=self.company, metric="", label=path[-1], path=path[:-1])

    def _line(self, path: tuple[str, ...], printed: Sequence[Cell | None]) -> FigureRow:
        facts = [self.statement.fact(cell) if cell else None for cell in printed]
        return FigureRow(
            company=self.company,
            metric=_concept(facts),
            label=path[-1] if path else "",
            path=path[:-1],
            cells=tuple(self._cell(cell, fact) for cell, fact in zip(printed, facts, strict=True)),
        )

    def _cell(self, cell: Cell | None, fact: Fact | None) -> FigureCell:
        """A printed number with its address; the fact's value where they differ in more than their sign."""
        if cell is None or cell.value is None:
            return FigureCell(status="missing", gap=NOT_PRINTED)
        filing, document = self.statement.layout.filing.id, self.statement.layout.document
        text = self.citations.text(filing, document)
        printed = " ".join(text[cell.start : cell.end].split())
        if fact is None or fact.value is None:
            return FigureCell(
                status="reported",
                number=plain(cell.value),
                unit=cell.unit or "",
                citation=self.citations.of_span(filing, document, cell.start, cell.end),
                printed=printed,
            )
        turned = cell.value == -fact.value != fact.value
        return FigureCell(
            status="reported",
            number=plain(cell.value if turned else fact.value),
            unit=fact.unit or "",
            period=period_view(fact.period, self.naming(fact.period)),
            citation=self.citations.of_fact(filing, fact),
            printed=printed,
            fact_value=plain(fact.value) if turned else None,
        )


def _concept(facts: Sequence[Fact | None]) -> str:
    """The concept that most of a row's facts have, the first of equals."""
    concepts = Counter(fact.concept for fact in facts if fact is not None)
    return concepts.most_common(1)[0][0] if concepts else ""
