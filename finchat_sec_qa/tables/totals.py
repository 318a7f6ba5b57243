"""The sum of the parts that stand in a table: the witness of the total beside it."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.model.answer import Calculation, Operand
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, Gap
from finchat_sec_qa.sheets.text import grouped

NOTHING = Gap(reason="not_disclosed", message="None of the parts has a number here.")
MIXED = Gap(reason="unsupported", message="The parts are in different units.")


def sum_cell(label: str, parts: Sequence[tuple[str, FigureCell]]) -> FigureCell:
    """The sum of cells by the names of their parts; a gap where there is nothing to add."""
    given = [(name, cell) for name, cell in parts if cell.number is not None]
    if not given:
        return FigureCell(status="missing", gap=NOTHING)
    if len({cell.unit for _, cell in given}) > 1:
        return FigureCell(status="missing", gap=MIXED)
    terms: list[str] = []
    operands: list[Operand] = []
    for at, (name, cell) in enumerate(given, start=1):
        prefix = f"{re.sub(r'[^A-Za-z0-9]+', '_', name).strip('_') or 'part'}_{at}"
        if not prefix[0].isalpha():
            prefix = f"part_{prefix}"
        term, cited = _term(prefix, cell)
        terms.append(term)
        operands.extend(cited)
    written = " + ".join(terms)
    total = evaluate(written, {one.name: Decimal(one.number) for one in operands})
    return FigureCell(
        status="computed",
        number=plain(total),
        unit=given[0][1].unit,
        period=given[0][1].period,
        calculation=Calculation(formula=f"{label} = {written}", operands=tuple(operands), rounding="none"),
    )


def _term(prefix: str, cell: FigureCell) -> tuple[str, list[Operand]]:
    """A cell's number as a term: itself, or what it is derived from, under names of their own."""
    if cell.calculation is None:
        number, citation = cell.number or "0", cell.citation or 0
        return prefix, [Operand(name=prefix, number=number, unit=cell.unit or "", citation=citation)]
    written = cell.calculation.formula.partition(" = ")[2]
    operands = []
    for one in cell.calculation.operands:
        name = f"{prefix}_{one.name}"
        written = re.sub(rf"\b{re.escape(one.name)}\b", name, written)
        operands.append(one.model_copy(update={"name": name}))
    return f"({written})", operands


def totals_told(rows: Sequence[FigureRow], columns: Sequence[str]) -> Iterator[str]:
    """Whether the parts of each total add up to it, a sentence a company and metric."""
    for total, sums in ((one, other) for one in rows for other in rows if _of_one_figure(one, other)):
        apart = [
            f"{grouped(plain(Decimal(whole.number) - Decimal(parts.number)))} {whole.unit} in {column}"
            for column, whole, parts in zip(columns, total.cells, sums.cells, strict=True)
            if whole.number is not None and parts.number is not None and whole.number != parts.number
        ]
        both = [
            True for one, other in zip(total.cells, sums.cells, strict=True) if one.number and other.number
        ]
        if apart:
            told = f"{total.company}: the total of {total.label} is not the sum of the parts shown"
            yield f"{told}: it is larger by {', '.join(apart)}."
        elif both:
            yield f"{total.company}: the parts shown of {total.label} add up to the total."


def _of_one_figure(total: FigureRow, sums: FigureRow) -> bool:
    same = (total.company, total.metric) == (sums.company, sums.metric)
    return same and total.role == "total" and sums.role == "sum"
