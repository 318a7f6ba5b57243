"""A table as a workbook, read back with another library and computed again with a calculator of our own."""

import re
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from finchat_sec_qa.model.answer import Calculation
from finchat_sec_qa.sheets.workbook import formula_of, to_xlsx
from tests.unit.sheets.making import HOSTILE, comparison, statement

TOKEN = re.compile(r"(?:(?P<sheet>[A-Za-z]+)!)?(?P<cell>[A-Z]{1,3}\d+)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>.)")


class Calculator:
    """Computes a cell of a workbook: numbers, references, + - * / ^, brackets and ROUND."""

    def __init__(self, book: Workbook) -> None:
        self.book = book

    def value(self, sheet: str, place: str) -> Decimal:
        """The cell's number; a formula is computed from its own cells."""
        held = self.book[sheet][place].value
        if isinstance(held, str) and held.startswith("="):
            self._tokens = list(TOKEN.finditer(held[1:].replace("ROUND", "")))
            self._at, self._sheet = 0, sheet
            result = self._sum()
            assert self._at == len(self._tokens), "the formula goes on"
            return result
        return Decimal(str(held))

    def _next(self, *signs: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at]["sign"] in signs:
            self._at += 1
            return str(self._tokens[self._at - 1]["sign"])
        return None

    def _sum(self) -> Decimal:
        result = self._product()
        while sign := self._next("+", "-"):
            other = self._product()
            result = result + other if sign == "+" else result - other
        return result

    def _product(self) -> Decimal:
        result = self._power()
        while sign := self._next("*", "/"):
            other = self._power()
            result = result * other if sign == "*" else result / other
        return result

    def _power(self) -> Decimal:
        base = self._atom()
        return base ** self._power() if self._next("^") else base

    def _atom(self) -> Decimal:
        if self._next("("):
            result = self._sum()
            if self._next(","):
                digits = self._sum()
                result = result.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)
            assert self._next(")")
            return result
        token = self._tokens[self._at]
        self._at += 1
        if token["number"]:
            return Decimal(token["number"])
        held = self.book[token["sheet"] or self._sheet][token["cell"]].value
        assert not isinstance(held, str), f"{token[0]} holds {held!r}"
        return Decimal(str(held))


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(BytesIO(to_xlsx(comparison())))


def cell(book: Workbook, place: str, sheet: str = "Comparison") -> Cell:
    return book[sheet][place]


def test_the_table_stands_on_the_first_sheet(book: Workbook) -> None:
    assert book.sheetnames == ["Comparison", "Sources"]
    rows = [[one.value for one in row] for row in book["Comparison"]["A3:E5"]]
    assert rows[0] == ["Company", "Metric", "FY2023", "FY2024", "Unit"]
    assert rows[1] == ["Acme", "total revenue", 100, 130, "USD"]
    assert rows[2][:3] == ["Acme", "margin", "—"]


def test_every_number_links_to_its_place(book: Workbook) -> None:
    linked = 0
    for row in book["Comparison"]["C4:D7"]:
        for one in row:
            if one.value != "—":
                assert one.hyperlink is not None, one.coordinate
                linked += 1
    assert linked == 6
    link = cell(book, "D4").hyperlink
    assert (link.target, link.location) == (
        "https://www.sec.gov/Archives/edgar/data/42/000000004224000001/acme.htm", "f-2"
    )  # fmt: skip
    assert cell(book, "D7").hyperlink.location == "'Sources'!A7"  # no address on EDGAR


def test_every_source_has_its_number_and_address(book: Workbook) -> None:
    heads = [one.value for one in book["Sources"][1]]
    second = dict(zip(heads, (one.value for one in book["Sources"][3]), strict=True))
    assert (second["Mark"], second["Number"], second["Unit"], second["Quote"]) == (2, 130, "USD", "130")
    assert (second["Fact id"], second["Start"], second["End"], second["SHA-256"]) == (
        "f-2",
        200,
        203,
        "ab" * 32,
    )
    assert [book["Sources"].cell(row, 2).value for row in range(2, 8)] == [100, 130, 98, 60, 137, -0.05]
    assert book["Sources"]["B3"].hyperlink.location == "f-2"


@pytest.mark.parametrize(
    ("place", "formula"),
    [
        ("D5", "=ROUND(((Sources!B5/D4)*100),2)"),
        ("D6", "=ROUND(((D4-C4)/(2^0.5)),2)"),
        ("C6", "=(D4-Sources!B6)"),
    ],
)
def test_computed_cells_are_formulas_that_give_their_value(book: Workbook, place: str, formula: str) -> None:
    assert cell(book, place).value == formula
    shown = load_workbook(BytesIO(to_xlsx(comparison())), data_only=True)["Comparison"][place].value
    assert Calculator(book).value("Comparison", place) == Decimal(str(shown))


def test_a_changed_number_changes_what_is_computed_from_it() -> None:
    changed = load_workbook(BytesIO(to_xlsx(comparison())))
    changed["Comparison"]["D4"].value = 120
    assert Calculator(changed).value("Comparison", "D5") == Decimal("50.00")


def test_text_of_a_filing_never_runs(book: Workbook) -> None:
    hostile = cell(book, "A7")
    assert (hostile.data_type, hostile.quotePrefix) == ("s", True)
    assert hostile.value.startswith("=HYPERLINK")
    assert HOSTILE.startswith(hostile.value[:28])
    assert (cell(book, "B7").value, cell(book, "B7").quotePrefix) == ("+1", True)
    quote = cell(book, "L7", "Sources")
    assert (quote.data_type, quote.quotePrefix) == ("s", True)
    formulas = [
        one.value for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"
    ]
    assert len(formulas) == 3


def test_percentages_and_decimals_look_like_themselves(book: Workbook) -> None:
    assert cell(book, "D5").number_format == '#,##0.00"%"'
    assert cell(book, "D4").number_format == "#,##0"
    assert cell(book, "D7").number_format == "#,##0.00"


def test_gaps_notes_and_restatements_stand_below(book: Workbook) -> None:
    below = [book["Comparison"].cell(row, 1).value for row in range(9, 14)]
    assert below[0] == "FY2024 ends on two days."
    assert "98 USD as reported later" in below[1]
    assert below[2].startswith("Acme, margin, FY2023: Nothing of")


def test_a_statement_keeps_its_printed_sign_beside_the_facts_value() -> None:
    made = load_workbook(BytesIO(to_xlsx(statement())))
    sheet = made["Statement"]
    assert [one.value for one in sheet[3]] == ["Line", "2024", "Unit"]
    assert (sheet["A4"].value, sheet["A4"].font.bold) == ("Investing:", True)
    assert (sheet["A5"].alignment.indent, sheet["B5"].value) == (1, -30)
    assert made["Sources"]["B2"].value == 30


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "0." + "0" * 400 + "1"])
def test_a_number_beyond_excel_is_text(number: str) -> None:
    table = statement()
    cell = table.rows[1].cells[0].model_copy(update={"number": number, "fact_value": None})
    rows = (table.rows[0], table.rows[1].model_copy(update={"cells": (cell,)}))
    made = load_workbook(BytesIO(to_xlsx(table.model_copy(update={"rows": rows}))))
    assert made["Statement"]["B5"].value == number
    assert made["Statement"]["B5"].data_type == "s"
    assert made["Sources"]["B2"].value == number


def test_equal_tables_give_equal_files_without_a_date() -> None:
    one, other = to_xlsx(comparison()), to_xlsx(comparison())
    assert one == other
    with ZipFile(BytesIO(one)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name.lower()]


@pytest.mark.parametrize("formula", ["__import__('os')", "a.b", "a if a else a", "'x'", "[a]", "a % a"])
def test_only_arithmetic_becomes_a_formula(formula: str) -> None:
    calculation = Calculation(formula=f"x = {formula}", operands=(), rounding="none")
    with pytest.raises((ValueError, KeyError)):
        formula_of(calculation, {"a": "A1"})
