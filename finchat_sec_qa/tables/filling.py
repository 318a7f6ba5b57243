"""The rows of a table filled: each cell looked up, and the sums of parts beside their total."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from finchat_sec_qa.answer.findings import Miss
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.table_request import PartKind
from finchat_sec_qa.tables.cells import Citations, cell_of, missing
from finchat_sec_qa.tables.lines import Line, lines_of, row_label
from finchat_sec_qa.tables.metrics import Metric
from finchat_sec_qa.tables.parts import Part
from finchat_sec_qa.tables.reader import Figures
from finchat_sec_qa.tables.totals import sum_cell


@dataclass(frozen=True, slots=True)
class Filling:
    """One table at work: its columns, what it cites, and why cells of it are empty, in their order."""

    citations: Citations
    periods: tuple[FiscalPeriod, ...]
    by: PartKind | None = None
    misses: list[Miss] = field(default_factory=list)

    def rows(self, company: Figures, metric: Metric) -> list[FigureRow]:
        """The rows of a metric of a company."""
        made: list[FigureRow] = []
        for line in lines_of(company, metric, self.periods, self.by):
            cells = (
                self._sums(line, made) if line.role == "sum" else [self._cell(line, p) for p in self.periods]
            )
            made.append(
                FigureRow(
                    company=company.subject.name,
                    metric=metric.key,
                    label=line.label,
                    part=line.part.name,
                    axis=line.part.axis,
                    role=line.role,
                    cells=tuple(cells),
                )
            )
        return made

    def absent(self, company: str, metric: Metric) -> list[FigureRow]:
        """The row of a company that the store does not hold."""
        miss = Miss("not_in_store", absent_told(company), ())
        self.misses.append(miss)
        part = Part(metric.part)
        cells = tuple(missing(miss) for _ in self.periods)
        label = row_label(metric, part, "figure")
        return [FigureRow(company=company, metric=metric.key, label=label, part=part.name, cells=cells)]

    def _cell(self, line: Line, period: FiscalPeriod) -> FigureCell:
        found = line.missing(period) or line.company.figure(line.metric, period, line.part)
        if isinstance(found, Miss):
            self.misses.append(found)
        return cell_of(line.metric, period, found, self.citations)

    def _sums(self, line: Line, made: Sequence[FigureRow]) -> list[FigureCell]:
        parts = [row for row in made if row.part and row.role == "figure"]
        return [
            sum_cell(line.label, [(row.part, row.cells[at]) for row in parts])
            for at in range(len(self.periods))
        ]


def absent_told(company: str) -> str:
    """What the cells of a company say that the store does not hold."""
    return f"The store holds no filings of {company!r}; `finchat ingest` adds them."


def title_of(companies: Sequence[str], rows: Sequence[FigureRow]) -> str:
    """What a table is called: its companies, and its figures."""
    divided = {row.metric for row in rows if row.role == "total"}
    labels = dict.fromkeys(
        row.label if row.metric not in divided else f"{row.label} by part"
        for row in rows
        if row.metric not in divided or row.role == "total"
    )
    return f"{', '.join(companies)}: {', '.join(labels)}"
