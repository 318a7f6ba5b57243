"""A table as CSV: one line a cell, each with its address, for programs and spreadsheets alike."""

import csv
from io import StringIO

from finchat_sec_qa.model.answer import Citation
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, FigureTable
from finchat_sec_qa.sheets.text import harmless

HEADER = (
    "company", "metric", "label", "path", "column", "number", "unit", "status", "period_start", "period_end",
    "printed", "formula", "operands", "rounding", "gap", "filing", "form", "concept", "fact_id", "section",
    "page", "quote", "start", "end", "sha256", "url", "restated", "part",
    "axis", "role",
)  # fmt: skip


def to_csv(table: FigureTable) -> str:
    """The table's cells row by row. Lines end with CRLF, as RFC 4180 has it.

    A computed cell names its operands with their citations' places ("name=number@filing#fact"); the columns
    of an address are empty there. Text that a spreadsheet would run is led by an apostrophe.
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    citations = {citation.id: citation for citation in table.citations}
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            writer.writerow(_line(row, column, cell, citations))
    return out.getvalue()


def _line(
    row: FigureRow, column: FigureColumn, cell: FigureCell, citations: dict[int, Citation]
) -> tuple[object, ...]:
    calculation, period = cell.calculation, cell.period
    operands = " ".join(
        f"{operand.name}={operand.number}@{_place(citations[operand.citation])}"
        for operand in (calculation.operands if calculation else ())
    )
    restated = " ".join(
        f"{alternate.value.number}@{_place(citations[alternate.citation])}" for alternate in cell.alternates
    )
    return (
        harmless(row.company),
        harmless(row.metric),
        harmless(row.label),
        harmless(" › ".join(row.path)),
        harmless(column.label),
        cell.number,
        cell.unit,
        cell.status,
        period.start if period else None,
        period.end if period else None,
        harmless(cell.printed or ""),
        harmless(calculation.formula) if calculation else None,
        harmless(operands),
        calculation.rounding if calculation else None,
        harmless(cell.gap.message) if cell.gap else None,
        *_address(citations.get(cell.citation or 0)),
        harmless(restated),
        harmless(row.part),
        row.axis,
        row.role,
    )


def _address(citation: Citation | None) -> tuple[object, ...]:
    if citation is None:
        return ("",) * 11
    return (
        harmless(citation.filing),
        harmless(citation.form),
        harmless(citation.concept or ""),
        harmless(citation.fact_id or ""),
        harmless(citation.section),
        citation.page,
        harmless(citation.quote),
        citation.start,
        citation.end,
        citation.sha256,
        citation.url,
    )


def _place(citation: Citation) -> str:
    return f"{citation.filing}#{citation.fact_id or citation.start}"
