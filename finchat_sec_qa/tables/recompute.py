"""Cells of series and comparisons, computed again from the facts that they cite."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from finchat_sec_qa.answer.figures import plain, rounded
from finchat_sec_qa.answer.proof.evidence import (
    Facts,
    Problem,
    alternate_problems,
    best_problems,
    period_problems,
    told,
    value_problems,
)
from finchat_sec_qa.answer.proof.recalculate import entries_of, main_amount, operand_problems
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.proof.standing import standing_problems
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.derivation import Span
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.facts.formulas import spelled_out_for, written
from finchat_sec_qa.facts.lexicon import PREFIXES, Entry, entries
from finchat_sec_qa.facts.standing import stand_ins
from finchat_sec_qa.model.answer import Calculation, PeriodView
from finchat_sec_qa.model.figure_table import Absent, FigureCell, FigureRow, FigureTable, RowRole
from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import Subject
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import resolve_company
from finchat_sec_qa.tables.filling import absent_told, title_of
from finchat_sec_qa.tables.lines import row_label
from finchat_sec_qa.tables.metrics import Metric, read_metric
from finchat_sec_qa.tables.notes import notes_on
from finchat_sec_qa.tables.parts import Part
from finchat_sec_qa.tables.periods import read_period
from finchat_sec_qa.tables.totals import sum_cell

# Whether rows of each role are of a part.
OF_PARTS: Final[Mapping[RowRole, tuple[bool, ...]]] = {
    "figure": (True, False), "subtotal": (True,), "total": (False,), "sum": (False,)
}  # fmt: skip


def recomputed_problems(
    store: StoreReader, table: FigureTable, again: Sequence[Rechecked]
) -> Iterator[Problem]:
    """What does not follow in a series or comparison, with the citation where it is one's fault."""
    try:
        periods = [read_period(column.key) for column in table.columns]
        metrics = [_metric(row.metric) for row in table.rows]
    except UsageError as error:
        yield None, str(error)
        return
    yield from _frame_problems(table, periods, metrics)
    if any(len(row.cells) != len(periods) for row in table.rows):
        return
    companies = store.companies()
    yield from _absent_problems(table, companies)
    facts = {place.citation.id: place for place in again}
    for row, metric in zip(table.rows, metrics, strict=True):
        owner = resolve_company(row.company, companies)
        for at, (period, cell) in enumerate(zip(periods, row.cells, strict=True)):
            place = _Place(row, metric, period, owner, facts)
            found = _sum_problems(table, row, at) if row.role == "sum" else place.problems(cell)
            for number, problem in found:
                yield number, f"{row.company}, {row.label}, {period}: {problem}"


def _sum_problems(table: FigureTable, row: FigureRow, at: int) -> Iterator[Problem]:
    """The witness of a total is the sum of the parts that stand in the table, and of nothing else."""
    same = [
        one
        for one in table.rows
        if (one.company, one.metric, one.role) == (row.company, row.metric, "figure") and one.part
    ]
    wanted = sum_cell(row.label, [(one.part, one.cells[at]) for one in same])
    if row.cells[at] != wanted:
        yield None, f"the parts shown add up to {wanted.number}, which this cell does not say"


def _metric(key: str) -> Metric:
    """The metric of a row's key. An XBRL concept may be spelled as an entry is: "Goodwill" and "goodwill"."""
    found = read_metric(key)
    return found if found.key == key else read_metric(f"{PREFIXES[0]}:{key}")


def _frame_problems(
    table: FigureTable, periods: Sequence[FiscalPeriod], metrics: Sequence[Metric]
) -> Iterator[Problem]:
    """Title, labels, order of the rows and notes follow from what the table holds."""
    for column, period in zip(table.columns, periods, strict=True):
        if (column.key, column.label) != (str(period).replace(" ", ""), str(period)):
            yield None, f"column {column.key} should be called {period}"
    for row, metric in zip(table.rows, metrics, strict=True):
        label = row_label(metric, Part(row.part, row.axis), row.role)
        if (row.metric, row.label, row.path) != (metric.key, label, ()):
            yield None, f"the row {row.label[:80]!r} of {row.metric[:80]!r} should be called {label}"
        if bool(row.part) not in OF_PARTS[row.role] or (row.axis and not row.part):
            yield None, f"the row {row.label[:80]!r} is no {row.role} of {row.axis or 'the whole'}"
    yield from _order_problems(table)
    title = title_of(table.companies, table.rows)
    if table.title != title:
        yield None, f"the title should be {title[:200]!r}"
    if all(len(row.cells) == len(periods) for row in table.rows):
        notes = tuple(notes_on(table.rows, table.columns, table.citations))
        for note in (note for note in (*table.notes, *notes) if (note in table.notes) != (note in notes)):
            yield (
                None,
                f"the note {note[:200]!r} is {'missing' if note in notes else 'not true of this table'}",
            )


def _absent_problems(table: FigureTable, companies: Sequence[Company]) -> Iterator[Problem]:
    """A company that is not in the store is told of as that, and has no number."""
    absent = {one.company for one in table.absent}
    for name in table.companies:
        if name not in absent and resolve_company(name, companies) is None:
            yield None, f"the store holds no filings of {name[:80]!r}, which the table does not say"
    for one in table.absent:
        rows = [row for row in table.rows if row.company == one.company]
        told = Absent(company=one.company, message=absent_told(one.company))
        if one != told or not rows or table.kind != "comparison":
            yield None, f"{one.company[:80]!r} is not told of as a company that the store does not hold"
        if any(cell.number is not None for row in rows for cell in row.cells):
            yield None, f"{one.company[:80]!r} is said to be absent, and has a number"


def _order_problems(table: FigureTable) -> Iterator[Problem]:
    """Every figure is given once of each company, in their order; rows of parts may follow each other."""
    if table.kind == "series" and len({(row.metric, row.company) for row in table.rows}) != 1:
        yield None, "a series is of one metric of one company"
    keys = [(row.metric, row.company, row.part, row.axis, row.role) for row in table.rows]
    if len(set(keys)) < len(keys):
        yield None, "two rows are of the same"
    found = list(dict.fromkeys((row.metric, row.company) for row in table.rows))
    metrics = dict.fromkeys(row.metric for row in table.rows)
    if found != [(metric, company) for metric in metrics for company in table.companies]:
        yield None, "the rows are not each metric of each of the table's companies, in that order"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell stands: what it must be of."""

    row: FigureRow
    metric: Metric
    period: FiscalPeriod
    owner: Subject | None
    facts: Facts

    def problems(self, cell: FigureCell) -> Iterator[Problem]:
        """What is wrong with a cell that stands here."""
        if cell.printed is not None or cell.fact_value is not None:
            yield cell.citation, "only a statement's cell says what is printed"
        if cell.status == "reported" and cell.citation is not None:
            yield from self._reported(cell, cell.citation)
        elif cell.calculation is not None:
            yield from self._computed(cell, cell.calculation)

    def _reported(self, cell: FigureCell, number: int) -> Iterator[Problem]:
        yield from value_problems("the number", cell.number or "", cell.unit or "", number, self.facts)
        main = self.facts.get(number)
        if main is None or main.fact is None:
            return
        yield from self._part_problems(main)
        yield from self._owner_problems(main)
        yield from period_problems(cell.period or PeriodView(), main)
        yield from self._figure_problems(main)
        for alternate in cell.alternates:
            yield from alternate_problems(alternate, main, self.facts)

    def _part_problems(self, place: Rechecked) -> Iterator[Problem]:
        """The fact is of the part that the row is of."""
        if place.fact is not None and not Part(self.row.part, self.row.axis).holds(place.fact):
            yield (
                place.citation.id,
                f"the row is of {self.row.part or 'the whole'}, it is of {told(place.fact)}",
            )

    def _owner_problems(self, place: Rechecked) -> Iterator[Problem]:
        if place.subject is not None and place.subject != self.owner:
            yield place.citation.id, f"the fact is of {place.company}"

    def _figure_problems(self, place: Rechecked) -> Iterator[Problem]:
        """The fact is of the row's figure and the column's period."""
        fact, number = place.fact, place.citation.id
        if fact is None or place.calendar is None:
            return
        entry = entries().get(self.metric.key) if self.metric.kind == "entry" else None
        local = fact.concept.partition(":")[2]
        fits = entry.place(fact.concept) is not None if entry else local == self.metric.key
        if not fits:
            yield number, f"the fact is of {told(fact)}"
        target = place.calendar.target(place.calendar.asked(self.period))
        if target is None or not target.fits(fact):
            yield number, f"the fact is for {fact.period}"
        elif entry is not None:
            yield from best_problems("the number", entry, target, place)

    def _computed(self, cell: FigureCell, calculation: Calculation) -> Iterator[Problem]:
        yield from operand_problems(calculation, self.facts, whole=not self.row.part)
        for operand in calculation.operands:
            if operand.citation in self.facts:
                yield from self._owner_problems(self.facts[operand.citation])
                yield from self._part_problems(self.facts[operand.citation])
        wanted, (label, _, formula) = self._written(calculation), calculation.formula.partition(" = ")
        if label != self.metric.label or stand_ins(wanted, formula) is None:
            yield None, f"it is computed as {self.metric.label} = {wanted}, not {calculation.formula[:200]}"
            return
        yield from standing_problems(wanted, calculation, self.facts)
        units = {operand.unit for operand in calculation.operands}
        money = self.metric.kind != "formula" or self.metric.unit == "USD"
        if cell.unit not in (units if money else {self.metric.unit}):
            yield None, f"the unit {cell.unit!r} does not follow from the operands"
        yield from self._result_problems(cell, calculation)
        if all(operand.citation in self.facts for operand in calculation.operands):
            period = self._period(calculation)
            if period is not None and cell.period != period:
                yield None, f"the period {cell.period} is not {period}"

    def _result_problems(self, cell: FigureCell, calculation: Calculation) -> Iterator[Problem]:
        """The formula computed again from the operands."""
        amounts = {operand.name: Decimal(operand.number) for operand in calculation.operands}
        try:
            result = evaluate(calculation.formula.partition(" = ")[2], amounts)
        except UsageError as error:
            yield None, f"the calculation cannot be repeated: {error}"
            return
        unit = "USD" if self.metric.unit == "USD" else cell.unit or ""
        value, how = rounded(result, unit, None)
        if (plain(value), how) != (cell.number, calculation.rounding):
            yield None, f"the calculation gives {plain(value)}, {how}; the cell says {cell.number}"

    def _written(self, calculation: Calculation) -> str:
        """The expression of the row's figure for the column's period, over the operands that were at hand."""
        names = {operand.name for operand in calculation.operands}
        named, metric, span = entries_of(calculation), self.metric, Span(self.period)
        if metric.kind == "entry" and metric.key not in named and entries()[metric.key].otherwise:
            metric = replace(metric, kind="formula", expression=metric.key)
        if metric.kind != "formula":
            return span.amount(_flow(metric), names).strip("()")
        return written(spelled_out_for(metric.expression, named), span, names, metric.unit)

    def _period(self, calculation: Calculation) -> PeriodView | None:
        """The days that the cell is for; None where a citation proves none, which is told apart."""
        main = main_amount(calculation, self.facts)
        return period_view(main.days, self.period) if main is not None else None


def _flow(metric: Metric) -> Entry:
    """What a metric that is one number is derived as: a flow, since nothing else is."""
    known = entries().get(metric.key) if metric.kind == "entry" else None
    return known or Entry(
        key=metric.key, label=metric.label, kind="flow", unit="USD", terms=(), concepts=(), never=()
    )
