"""A table as an Excel workbook: numbers that link to their sources, computed cells that compute.

The first sheet is the table. "Sources" has a row for each citation: its number, the quote, and the address.
A computed cell is a formula over the table's own cells where its operands stand there, else over "Sources".
"""

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from finchat_sec_qa.model.answer import Calculation, Citation
from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, FigureTable
from finchat_sec_qa.sheets.text import FORMULA_STARTS, GAP, own_citations, restated_lines

SHEETS: Final = {"series": "Series", "comparison": "Comparison", "statement": "Statement"}
SOURCES: Final = "Sources"
SOURCE_COLUMNS: Final = (
    ("Mark", 6), ("Number", 20), ("Unit", 10), ("Company", 26), ("Form", 8), ("Period end", 11),
    ("Filing", 22), ("Section", 34), ("Page", 6), ("Concept", 34), ("Fact id", 14), ("Quote", 18),
    ("Start", 10), ("End", 10), ("SHA-256", 20), ("Address", 40),
)  # fmt: skip
HEAD, FIRST = 2, 3  # rows of the column heads and of the first figures, from 0
MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)  # equal tables give equal files, so none says when it was made
LONGEST_TEXT, LONGEST_LINK, LONGEST_TIP = (
    32_000,
    2_000,
    250,
)  # characters that Excel takes, with some to spare
EDGAR = "https://www.sec.gov/"
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # XML has no room for them
ROUNDING = re.compile(r"half up to (\d{1,2}) decimals?")
SIGNS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"
}  # fmt: skip


def to_xlsx(table: FigureTable) -> bytes:
    """The workbook's bytes, the same for equal tables. Excel keeps 15 digits; "Quote" has them all."""
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    workbook.set_properties(
        {"title": _clean(table.title, LONGEST_TIP), "comments": table.id, "created": MADE}
    )
    Book(table, workbook).write()
    workbook.close()
    return out.getvalue()


def formula_of(calculation: Calculation, places: dict[str, str]) -> str:
    """The calculation as Excel writes it, over the cells that hold its operands.

    Raises KeyError for an operand without a cell, ValueError for anything but arithmetic.
    """
    tree = ast.parse(calculation.formula.partition(" = ")[2], mode="eval").body
    digits = ROUNDING.fullmatch(calculation.rounding)
    written = _written(tree, places)
    return f"=ROUND({written},{digits[1]})" if digits else f"={written}"


def _written(node: ast.expr, places: dict[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return places[name]
        case ast.Constant(value=int() | float() as number):
            return str(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{_written(operand, places)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in SIGNS:
            return f"({_written(left, places)}{SIGNS[type(operator)]}{_written(right, places)})"
    raise ValueError(f"a formula may hold numbers, names and arithmetic, no {type(node).__name__}")


@dataclass
class Book:
    """One workbook at work. `workbook` is the library's; formats are made once for each look."""

    table: FigureTable
    workbook: Any
    _formats: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def write(self) -> None:
        """Fill both sheets."""
        sheet = self.workbook.add_worksheet(SHEETS[self.table.kind])
        sources = self.workbook.add_worksheet(SOURCES)
        self._write_table(sheet)
        self._write_sources(sources)

    @property
    def _lead(self) -> tuple[str, ...]:
        return ("Line",) if self.table.kind == "statement" else ("Company", "Metric")

    def _write_table(self, sheet: Any) -> None:
        lead, columns = self._lead, self.table.columns
        self._text(sheet, 0, 0, self.table.title, bold=True, font_size=14)
        for at, name in enumerate((*lead, *(column.label for column in columns), "Unit")):
            self._text(sheet, HEAD, at, name, bold=True, bottom=1, text_wrap=True)
        places = self._places()
        for number, row in enumerate(self.table.rows):
            self._write_row(sheet, FIRST + number, row, places)
        sheet.freeze_panes(FIRST, len(lead))
        sheet.set_column(0, len(lead) - 1, 60 if self.table.kind == "statement" else 34)
        sheet.set_column(len(lead), len(lead) + len(columns) - 1, 20)
        for number, text in enumerate(self._remarks()):
            self._text(sheet, FIRST + len(self.table.rows) + 1 + number, 0, text, italic=True)

    def _write_row(self, sheet: Any, at: int, row: FigureRow, places: dict[int, str]) -> None:
        if self.table.kind == "statement":
            self._text(sheet, at, 0, row.label, bold=not row.cells, indent=min(len(row.path), 15))
        else:
            self._text(sheet, at, 0, row.company)
            self._text(sheet, at, 1, row.label)
        lead = len(self._lead)
        for offset, cell in enumerate(row.cells):
            self._write_cell(sheet, at, lead + offset, cell, places)
        units = " ".join(dict.fromkeys(cell.unit for cell in row.cells if cell.unit))
        self._text(sheet, at, lead + len(self.table.columns), units)

    def _write_cell(self, sheet: Any, at: int, column: int, cell: FigureCell, places: dict[int, str]) -> None:
        if cell.number is None:
            self._text(sheet, at, column, GAP, align="right")
            return
        looks = self._format(num_format=_number_format(cell), font_color="#14532D", underline=1)
        self._link(sheet, at, column, own_citations(cell)[0])
        if cell.calculation is None:
            self._number(sheet, at, column, cell.number, looks)
            return
        operands = {operand.name: places[operand.citation] for operand in cell.calculation.operands}
        formula = formula_of(cell.calculation, operands)
        shown = float(cell.number)
        sheet.write_formula(at, column, formula, looks, shown if math.isfinite(shown) else "")

    def _write_sources(self, sheet: Any) -> None:
        for at, (name, width) in enumerate(SOURCE_COLUMNS):
            self._text(sheet, 0, at, name, bold=True, bottom=1)
            sheet.set_column(at, at, width)
        sheet.freeze_panes(1, 2)
        numbers = _numbers(self.table)
        for citation in self.table.citations:
            at = citation.id
            sheet.write_number(at, 0, citation.id)
            number, unit = numbers.get(citation.id, ("", ""))
            self._link(sheet, at, 1, citation.id)
            looks = self._format(num_format=_digits_format(number), font_color="#14532D", underline=1)
            if number:
                self._number(sheet, at, 1, number, looks)
            for column, value in enumerate((unit, *_address(citation)), start=2):
                if isinstance(value, int):
                    sheet.write_number(at, column, value)
                else:
                    self._text(sheet, at, column, value or "")

    def _places(self) -> dict[int, str]:
        """The cell that holds each citation's number: in the table itself, else on "Sources"."""
        places = {
            citation.id: f"{SOURCES}!{xl_rowcol_to_cell(citation.id, 1)}" for citation in self.table.citations
        }
        for at, row in enumerate(self.table.rows, start=FIRST):
            for column, cell in enumerate(row.cells, start=len(self._lead)):
                if cell.citation is not None and cell.fact_value is None:
                    places[cell.citation] = xl_rowcol_to_cell(at, column)
        return places

    def _link(self, sheet: Any, at: int, column: int, number: int) -> None:
        """Make a cell a link to its citation's place on EDGAR, else to its row on "Sources"."""
        citation = self.table.citations[number - 1]
        url = citation.url or ""
        if not url.startswith(EDGAR) or len(url) > LONGEST_LINK:
            url = f"internal:'{SOURCES}'!A{number + 1}"
        tip = f"{citation.company} {citation.form} {citation.period_end or ''} “{citation.quote}”"
        sheet.write_url(at, column, url, tip=_clean(" ".join(tip.split()), LONGEST_TIP))

    def _number(self, sheet: Any, at: int, column: int, number: str, looks: Any) -> None:
        """A number, as text where it is beyond what Excel can hold."""
        value = float(number)
        if math.isfinite(value) and (value == 0) == (Decimal(number) == 0):
            sheet.write_number(at, column, Decimal(number), looks)
        else:
            self._text(sheet, at, column, number)

    def _text(self, sheet: Any, at: int, column: int, text: str, **looks: object) -> None:
        """Text, never a formula: what could become one when the cell is edited is marked as text."""
        text = _clean(text, LONGEST_TEXT)
        if text.lstrip().startswith(FORMULA_STARTS):
            looks["quote_prefix"] = True
        sheet.write_string(at, column, text, self._format(**looks) if looks else None)

    def _format(self, **looks: object) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(looks)
        return self._formats[key]

    def _remarks(self) -> Iterator[str]:
        yield from self.table.notes
        yield from restated_lines(self.table)
        for row in self.table.rows:
            for column, cell in zip(self.table.columns, row.cells, strict=False):
                if cell.gap is not None:
                    yield f"{row.company}, {row.label}, {column.label}: {cell.gap.message}"
        if self.table.refusal is not None:
            yield self.table.refusal.message


def _clean(text: str, longest: int) -> str:
    return UNPRINTABLE.sub("", text)[:longest]


def _numbers(table: FigureTable) -> dict[int, tuple[str, str]]:
    """(number, unit) that each citation proves, from the cells that rest on it."""
    found: dict[int, tuple[str, str]] = {}
    for row in table.rows:
        for cell in row.cells:
            if cell.citation is not None and cell.number is not None:
                found[cell.citation] = (cell.fact_value or cell.number, cell.unit or "")
            for operand in cell.calculation.operands if cell.calculation else ():
                found[operand.citation] = (operand.number, operand.unit)
            for other in cell.alternates:
                found[other.citation] = (other.value.number, other.value.unit)
    return found


def _address(citation: Citation) -> tuple[str | int | None, ...]:
    return (
        citation.company,
        citation.form,
        str(citation.period_end or ""),
        citation.filing,
        citation.section,
        citation.page,
        citation.concept,
        citation.fact_id,
        citation.quote,
        citation.start,
        citation.end,
        citation.sha256,
        citation.url,
    )


def _number_format(cell: FigureCell) -> str:
    shown = _digits_format(cell.number or "")
    return shown + '"%"' if cell.unit == "percent" else shown


def _digits_format(number: str) -> str:
    """Thousands apart, and as many decimals as the number has."""
    decimals = len(number.partition(".")[2])
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"
