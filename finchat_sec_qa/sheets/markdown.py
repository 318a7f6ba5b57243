"""A table as Markdown, for notes and mails: numbers with marks, and the places that prove them below."""

import re

from finchat_sec_qa.model.answer import Citation
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, FigureTable
from finchat_sec_qa.sheets.text import number_text, own_citations, restated_lines

SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def to_markdown(table: FigureTable) -> str:
    """Title, table, computations, gaps, notes and sources. No markup of a filing takes effect."""
    head = [*_lead_names(table), *(column.label for column in table.columns), "Unit"]
    lines = [f"## {plain(table.title)}", ""]
    lines += [_row(head), _row(["---"] * len(_lead_names(table)) + ["---:"] * len(table.columns) + ["---"])]
    lines += [_row(_cells(table, row)) for row in table.rows]
    lines += _list("Computed", _computed(table)) + _list("Missing", _gaps(table))
    lines += _list("Restated", [plain(line) for line in restated_lines(table)])
    lines += _list("Notes", list(map(plain, table.notes)))
    lines += _list("Sources", [_source(citation) for citation in table.citations])
    lines += ["", f"Table id: {plain(table.id)}"]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _lead_names(table: FigureTable) -> list[str]:
    return ["Line"] if table.kind == "statement" else ["Company", "Metric"]


def _cells(table: FigureTable, row: FigureRow) -> list[str]:
    unit = next((cell.unit for cell in row.cells if cell.unit), "")
    values = [_value(cell) for cell in row.cells] or [""] * len(table.columns)
    if table.kind == "statement":
        indent = "&emsp;" * len(row.path)
        return [indent + (plain(row.label) if row.cells else f"**{plain(row.label)}**"), *values, unit]
    return [plain(row.company), plain(row.label), *values, unit]


def _value(cell: FigureCell) -> str:
    marks = "".join(f"[{number}]" for number in own_citations(cell))
    return f"{number_text(cell)} {marks}".strip()


def _computed(table: FigureTable) -> list[str]:
    """How each computed cell follows from its operands."""
    found = []
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            if cell.calculation is None:
                continue
            calculation = cell.calculation
            result = f"{plain(calculation.formula)} = {number_text(cell)} {cell.unit}"
            operands = ", ".join(
                f"{plain(one.name)} = {one.number} [{one.citation}]" for one in calculation.operands
            )
            place = f"{plain(row.company)}, {plain(column.label)}"
            found.append(f"{place}: {result} ({plain(calculation.rounding)}); {operands}")
    return found


def _gaps(table: FigureTable) -> list[str]:
    return [
        f"{plain(row.company)}, {plain(row.label)}, {plain(column.label)}: {plain(cell.gap.message)}"
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=False)
        if cell.gap is not None
    ]


def _source(citation: Citation) -> str:
    place = [
        citation.company,
        citation.form,
        f"period ended {citation.period_end}" if citation.period_end else "",
    ]
    place += [citation.section, f"page {citation.page}" if citation.page else "", citation.filing]
    place += [" ".join(part for part in (citation.concept, citation.fact_id) if part)]
    where = ", ".join(plain(part) for part in place if part)
    url = citation.url
    link = f" <{url}>" if url and not set(url) & set("<> \n") else ""
    return f"[{citation.id}] “{plain(citation.quote)}” — {where}{link}"


def _list(title: str, items: list[str]) -> list[str]:
    return ["", f"### {title}", "", *(f"- {item}" for item in items)] if items else []


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
