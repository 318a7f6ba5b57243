"""The rows that a metric of a company has: one for the whole, or for a part; or one a part, total and sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finchat_sec_qa.answer.findings import Miss
from finchat_sec_qa.answer.ranked import documents_of
from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.ranking import Division, Unclear, divide
from finchat_sec_qa.model.figure_table import RowRole
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.table_request import PartKind
from finchat_sec_qa.tables.metrics import Metric
from finchat_sec_qa.tables.parts import WHOLE, Part, find_part, part_of_fact
from finchat_sec_qa.tables.reader import Figures


@dataclass(frozen=True, slots=True)
class Line:
    """One row to fill: whose figure, of which part; `miss` says why none of its cells can have a number."""

    company: Figures
    metric: Metric
    part: Part = WHOLE
    role: RowRole = "figure"
    miss: Miss | None = None
    apart: frozenset[FiscalPeriod] | None = None  # periods whose own report has the part; None: any may

    def missing(self, period: FiscalPeriod) -> Miss | None:
        """Why the row can have no number for a period, before it is looked up."""
        if self.miss is None and self.apart is not None and period not in self.apart:
            name = self.company.subject.name
            message = f"The report of {name} for {period} does not give {self.part.name} apart."
            return Miss("not_disclosed", message, self.company.searched)
        return self.miss

    @property
    def label(self) -> str:
        """What the row is called."""
        return row_label(self.metric, self.part, self.role)


def row_label(metric: Metric, part: Part, role: RowRole) -> str:
    """What a row is called: "total revenue", "total revenue: Americas", "total revenue: sum of the parts"."""
    if role == "sum":
        return f"{metric.label}: sum of the parts"
    return f"{metric.label}: {part.name}" if part.name else metric.label


def lines_of(
    company: Figures, metric: Metric, periods: Sequence[FiscalPeriod], by: PartKind | None
) -> list[Line]:
    """The rows of a metric of a company, in the company's own order where there is one a part."""
    if by is not None:
        return _by_part(company, metric, periods, by)
    if not metric.part:
        return [Line(company, metric)]
    entry = _entry(company, metric)
    found = find_part(company, entry, metric.part) if entry is not None else None
    if isinstance(found, Part):
        return [Line(company, metric, found)]
    return [Line(company, metric, Part(metric.part), miss=found)]


def _entry(company: Figures, metric: Metric) -> Entry | None:
    """The amount whose parts are a metric's: its own, or the first that its formula takes."""
    if metric.kind != "formula":
        return company.entry(metric)
    return next((entries()[key] for key in names_in(metric.expression) if key in entries()), None)


def _by_part(company: Figures, metric: Metric, periods: Sequence[FiscalPeriod], by: PartKind) -> list[Line]:
    """A row for each part that any of the periods has, sums beside them called so, then total and sum."""
    entry, total = _entry(company, metric), Line(company, metric, role="total")
    found: dict[Part, RowRole] = {}
    undivided: set[FiscalPeriod] = set()
    given: dict[Part, set[FiscalPeriod]] = {}
    clear = entry is not None and entry.unit == "USD" and metric.kind != "formula"
    for period in reversed(periods):  # the latest order comes first
        division = _division(company, entry, period, by) if entry is not None else None
        clear = clear and not isinstance(division, Unclear)
        for part, role in _roles(division):
            found.setdefault(part, role)
            given.setdefault(part, set()).add(period)
        if division is None:
            undivided.add(period)
    if not found:
        name, label = company.subject.name, entry.label if entry is not None else metric.label
        message = f"The filings of {name} here report no {label} by {by} for these periods."
        miss = Miss("not_disclosed", message, company.searched)
        return [Line(company, metric, Part(f"each {by}", by), miss=miss), total]
    parts = [
        Line(company, metric, part, role, apart=frozenset(given[part] | undivided))
        for part, role in found.items()
    ]
    witness = [Line(company, metric, role="sum")] if clear else []
    return [*parts, total, *witness]


def _division(
    company: Figures, entry: Entry, period: FiscalPeriod, by: PartKind
) -> Division | Unclear | None:
    """How the report of a period divides an amount; of a quarter without parts, how that of its year does."""
    for name in dict.fromkeys((period, FiscalPeriod(period.year))):
        target = company.calendar.target(company.calendar.asked(name))
        if target is None:
            continue
        for _, facts in documents_of(company, entry, target):
            found = divide(facts, entry, target, by)
            if found is not None:
                return found
    return None


def _roles(division: Division | Unclear | None) -> Iterator[tuple[Part, RowRole]]:
    """The parts of a division, and what their rows are."""
    match division:
        case Division(parts, lines, sums):
            yield from ((part_of_fact(fact), "figure") for fact in parts)
            yield from ((part_of_fact(item.fact), "figure") for item in lines)
            yield from ((part_of_fact(item.fact), "subtotal") for item in sums)
        case Unclear(facts=facts):
            yield from ((part_of_fact(fact), "figure") for fact in facts)
