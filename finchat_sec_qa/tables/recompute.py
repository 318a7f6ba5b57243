"""Cells of series and comparisons, computed again from the facts that they cite."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from finchat_sec_qa.answer.figures import plain, rounded
from finchat_sec_qa.answer.proof.evidence import (
    Facts,
    Problem,
    alternate_problems,
    best_problems,
    period_problems,
    told,
    value_problems,
    whole_problems,
)
from finchat_sec_qa.answer.proof.recalculate import entries_of, main_operand, operand_problems
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.derivation import operand as amount_name
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.facts.formulas import expand, spelled_out_for
from finchat_sec_qa.facts.lexicon import PREFIXES, entries
from finchat_sec_qa.model.answer import Calculation, PeriodView
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, FigureTable
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import Subject
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import resolve_company
from finchat_sec_qa.tables.metrics import Metric, read_metric
from finchat_sec_qa.tables.notes import notes_on
from finchat_sec_qa.tables.periods import read_period
from finchat_sec_qa.tables.reader import LEFT_OVER, left_over, replaced


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
    facts = {place.citation.id: place for place in again}
    for row, metric in zip(table.rows, metrics, strict=True):
        owner = resolve_company(row.company, companies)
        for period, cell in zip(periods, row.cells, strict=True):
            place = _Place(row, metric, period, owner, facts)
            for number, problem in place.problems(cell):
                yield number, f"{row.company}, {row.label}, {period}: {problem}"


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
        if (row.metric, row.label, row.path) != (metric.key, metric.label, ()):
            yield None, f"the row {row.label[:80]!r} of {row.metric[:80]!r} should be called {metric.label}"
    used = tuple(dict.fromkeys(metrics))
    wanted = [(metric.key, company) for metric in used for company in table.companies]
    if [(row.metric, row.company) for row in table.rows] != wanted:
        yield None, "the rows are not each metric of each of the table's companies, in that order"
    single = table.kind == "series"
    if single and len(table.rows) != 1:
        yield None, f"a series has one row, not {len(table.rows)}"
    labels = ", ".join(metric.label for metric in used)
    title = f"{', '.join(table.companies)}: {labels}"
    if table.title != title:
        yield None, f"the title should be {title[:200]!r}"
    if all(len(row.cells) == len(periods) for row in table.rows):
        notes = tuple(notes_on(table.rows, table.columns, table.citations))
        for note in (note for note in (*table.notes, *notes) if (note in table.notes) != (note in notes)):
            yield (
                None,
                f"the note {note[:200]!r} is {'missing' if note in notes else 'not true of this table'}",
            )


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
        yield from whole_problems("the number", main)
        yield from self._owner_problems(main)
        yield from period_problems(cell.period or PeriodView(), main)
        yield from self._figure_problems(main)
        for alternate in cell.alternates:
            yield from alternate_problems(alternate, main, self.facts)

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
        yield from operand_problems(calculation, self.facts)
        for operand in calculation.operands:
            if operand.citation in self.facts:
                yield from self._owner_problems(self.facts[operand.citation])
        wanted = f"{self.metric.label} = {self._written(calculation)}"
        if calculation.formula != wanted:
            yield None, f"it is computed as {wanted}, not {calculation.formula[:200]}"
            return
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
        metric = self._computed_as(calculation)
        if metric.kind != "formula":
            return _term(metric.key, self.period, names)
        expression, operands = expand(metric.expression, self.period.year)
        for operand in operands:
            period = FiscalPeriod(self.period.year - operand.back, self.period.name)
            expression = replaced(expression, operand.name, _term(operand.entry, period, names))
        return f"({expression}) * 100" if metric.unit == "percent" else expression

    def _computed_as(self, calculation: Calculation) -> Metric:
        """The row's figure over what was at hand: what is not reported is spelled out as the lexicon says."""
        named, metric = entries_of(calculation), self.metric
        if metric.kind == "entry" and metric.key not in named and entries()[metric.key].otherwise:
            metric = replace(metric, kind="formula", expression=metric.key)
        if metric.kind != "formula":
            return metric
        return replace(metric, expression=spelled_out_for(metric.expression, named))

    def _period(self, calculation: Calculation) -> PeriodView | None:
        """The days that the cell is for; None where a citation proves none, which is told apart."""
        cited = {operand.name: self.facts[operand.citation] for operand in calculation.operands}
        rest = next(
            (each for key in _keys(self._computed_as(calculation)) if (each := self._rest(key, cited))), None
        )
        if rest is not None:
            return rest
        main = main_operand(calculation, self.facts)
        return period_view(main.fact.period, self.period) if main is not None and main.fact else None

    def _rest(self, key: str, cited: Mapping[str, Rechecked]) -> PeriodView | None:
        """The days of a quarter that is left over from longer spans."""
        if self.period.name not in LEFT_OVER:
            return None
        longer, shorter = (
            cited.get(amount_name(key, FiscalPeriod(self.period.year, part)))
            for part in LEFT_OVER[self.period.name]
        )
        if longer is None or shorter is None or longer.fact is None or shorter.fact is None:
            return None
        rest = left_over(longer.fact.period, shorter.fact.period)
        return period_view(rest, self.period) if rest is not None else None


def _term(key: str, period: FiscalPeriod, names: set[str]) -> str:
    """An amount by its name, or what is left of a longer span where that is what was at hand."""
    name = amount_name(key, period)
    if name in names or period.name not in LEFT_OVER:
        return name
    longer, shorter = (amount_name(key, FiscalPeriod(period.year, part)) for part in LEFT_OVER[period.name])
    return f"({longer} - {shorter})"


def _keys(metric: Metric) -> tuple[str, ...]:
    """Keys of the amounts that a metric is computed from, in the order of their first use."""
    if metric.kind != "formula":
        return (metric.key,)
    return tuple(dict.fromkeys(operand.entry for operand in expand(metric.expression, 2000)[1]))
