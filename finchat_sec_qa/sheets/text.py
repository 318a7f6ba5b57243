"""What the cells of a table print, and text of filings made harmless for programs that run what they read."""

from collections.abc import Iterator
from decimal import Decimal

from finchat_sec_qa.model.figure_table import FigureCell, FigureTable

# What spreadsheet programs take for a formula, or for a link to another program, at the start of a cell.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
GAP = "—"


def harmless(text: str) -> str:
    """Text that no spreadsheet program runs: what looks like a formula is led by an apostrophe."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA_STARTS) else text


def grouped(number: str) -> str:
    """A decimal string with thousands apart and all its digits: "391,035,000,000"."""
    return f"{Decimal(number):,f}"


def number_text(cell: FigureCell) -> str:
    """The number for reading, "—" for a gap."""
    return GAP if cell.number is None else grouped(cell.number)


def own_citations(cell: FigureCell) -> tuple[int, ...]:
    """The citations that a cell's number rests on; those of restated values are not among them."""
    own = () if cell.citation is None else (cell.citation,)
    operands = tuple(operand.citation for operand in cell.calculation.operands) if cell.calculation else ()
    return tuple(dict.fromkeys((*own, *operands)))


def restated_lines(table: FigureTable) -> Iterator[str]:
    """What later filings report instead, a sentence each, with the mark of its citation."""
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            for other in cell.alternates:
                value = f"{grouped(other.value.number)} {other.value.unit}"
                yield f"{row.company}, {row.label}, {column.label}: {value} {other.label} [{other.citation}]"
