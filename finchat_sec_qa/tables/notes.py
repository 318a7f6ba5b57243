"""What a reader must know to compare the cells of a table: year ends, concepts and currencies that differ."""

from collections.abc import Iterator, Sequence
from datetime import date

from finchat_sec_qa.model.answer import Citation
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow
from finchat_sec_qa.tables.totals import totals_told

APART_DAYS = 31  # year ends further apart than this are worth a word


def notes_on(
    rows: Sequence[FigureRow], columns: Sequence[FigureColumn], citations: Sequence[Citation]
) -> Iterator[str]:
    """Plain sentences, in the order of columns and rows."""
    for number, column in enumerate(columns):
        ends = _ends(rows, number)
        if ends and (max(ends.values()) - min(ends.values())).days > APART_DAYS:
            told = ", ".join(f"{end} for {company}" for company, end in ends.items())
            yield f"{column.label} ends on {told.rstrip('.')}."
    concepts = {citation.id: citation.concept for citation in citations}
    for row in rows:
        yield from _changed_concept(row, columns, concepts)
    units = {cell.unit for row in rows for cell in row.cells if cell.unit and len(cell.unit) == 3}
    if len(units) > 1:
        yield f"Amounts are in {' and '.join(sorted(units))}, each as the company reports it."
    yield from totals_told(rows, [column.label for column in columns])
    if any(row.role == "subtotal" for row in rows):
        names = ", ".join(dict.fromkeys(row.part for row in rows if row.role == "subtotal"))
        yield f"Not counted in the sum, as sums of other parts or the same parts told otherwise: {names}."
    restated = [row for row in rows if any(cell.alternates for cell in row.cells)]
    if restated:
        yield "Numbers are as first reported; later filings restate some, which stand beside them."


def _ends(rows: Sequence[FigureRow], number: int) -> dict[str, date]:
    """The last day of a column's period by company, from the cells that have one."""
    found: dict[str, date] = {}
    for row in rows:
        period = row.cells[number].period
        if period is not None and period.end is not None:
            found.setdefault(row.company, period.end)
    return found


def _changed_concept(
    row: FigureRow, columns: Sequence[FigureColumn], concepts: dict[int, str | None]
) -> Iterator[str]:
    """That a row's numbers are reported under several concepts, which may differ in what they hold."""
    used: dict[str, list[str]] = {}
    for cell, column in zip(row.cells, columns, strict=True):
        concept = _concept(cell, concepts)
        if concept is not None:
            used.setdefault(concept, []).append(column.label)
    if len(used) > 1:
        told = "; ".join(f"{concept} in {', '.join(labels)}" for concept, labels in used.items())
        yield f"{row.company} reports {row.label} under several concepts: {told}."


def _concept(cell: FigureCell, concepts: dict[int, str | None]) -> str | None:
    return concepts.get(cell.citation) if cell.citation is not None else None
