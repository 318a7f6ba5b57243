"""Series, comparisons and statements over real filings, against numbers read off the printed pages by eye."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from openpyxl import load_workbook

from finchat_sec_qa import Library
from finchat_sec_qa.answer.proof.recheck import Readings, Recheck
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.table_request import StatementName
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.sheets.workbook import to_xlsx


@pytest.fixture(scope="module")
def library(sample_store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=sample_store), read_only=True) as opened:
        yield opened


def millions(table: FigureTable, row: int = 0) -> list[int | None]:
    return [int(cell.number) // 10**6 if cell.number else None for cell in table.rows[row].cells]


def printed(table: FigureTable, label: str) -> list[str | None]:
    return [cell.printed for cell in next(row for row in table.rows if row.label == label).cells]


def test_apples_revenue_over_the_years(library: Library) -> None:
    table = library.series("AAPL", "revenue", years=3)
    assert [column.key for column in table.columns] == ["FY2022", "FY2023", "FY2024"]
    assert millions(table) == [394_328, 383_285, 391_035]
    assert [citation.quote for citation in table.citations] == ["394,328", "383,285", "391,035"]


def test_nvidias_margins_follow_from_its_statements(library: Library) -> None:
    """44,301 / 60,922 and 97,858 / 130,497."""
    table = library.compare(["NVDA"], ["gross-margin"], ["FY2024:FY2025"])
    assert [cell.number for cell in table.rows[0].cells] == ["72.72", "74.99"]
    calculation = table.rows[0].cells[1].calculation
    assert calculation is not None
    assert [operand.number for operand in calculation.operands] == ["97858000000", "130497000000"]


def test_a_split_is_told_and_growth_is_taken_on_one_basis(library: Library) -> None:
    """11.93 for fiscal 2024 as first reported, 1.19 after the ten-for-one split; 2.94 / 1.19 − 1."""
    table = library.compare(["NVDA"], ["eps-diluted", "eps-diluted-growth"], ["FY2024:FY2025"])
    first, second = table.rows[0].cells
    assert (first.number, [one.value.number for one in first.alternates]) == ("11.93", ["1.19"])
    assert second.number == "2.94"
    assert table.rows[1].cells[1].number == "147.06"


def test_quarters_come_from_reports_and_from_what_is_left(library: Library) -> None:
    """Fiscal 2024: 85,777 in the third quarter's report; 391,035 less 296,105 for nine months."""
    table = library.compare(["AAPL"], ["revenue"], ["Q3FY2024:Q4FY2024"])
    assert millions(table) == [85_777, 94_930]
    assert [cell.status for cell in table.rows[0].cells] == ["reported", "computed"]


def test_fiscal_years_that_end_apart_are_told(library: Library) -> None:
    table = library.compare(["NVDA", "KO"], ["revenue"], ["FY2024"])
    assert [millions(table, row) for row in (0, 1)] == [[60_922], [47_061]]
    told = "FY2024 ends on 2024-01-28 for NVIDIA Corporation, 2024-12-31 for The Coca-Cola Company."
    assert table.notes[0] == told


def test_what_a_company_does_not_report_is_a_gap(library: Library) -> None:
    table = library.compare(["KO", "AAPL"], ["rd"], ["FY2024"])
    assert [millions(table, row) for row in (0, 1)] == [[None], [31_370]]
    assert table.rows[0].cells[0].gap is not None
    assert table.rows[0].cells[0].gap.reason == "not_disclosed"


def test_apples_income_statement_as_printed(library: Library) -> None:
    table = library.statement("AAPL", "FY2024", "income")
    assert [column.key for column in table.columns] == ["FY2024", "FY2023", "FY2022"]
    assert len([row for row in table.rows if row.cells]) == 19
    assert printed(table, "Total net sales") == ["391,035", "383,285", "394,328"]
    assert printed(table, "Other income/(expense), net") == ["269", "(565)", "(334)"]
    assert printed(table, "Net income") == ["$93,736", "$96,995", "$99,803"]
    shares = table.rows[-1]
    assert (shares.label, shares.cells[0].number, shares.cells[0].unit) == (
        "Diluted",
        "15408095000",
        "shares",
    )


def test_apples_payments_keep_their_printed_sign(library: Library) -> None:
    table = library.statement("AAPL", "FY2024", "cashflow")
    paid = next(row for row in table.rows if row.label.startswith("Payments for acquisition of property"))
    assert [cell.number for cell in paid.cells] == ["-9447000000", "-10959000000", "-10708000000"]
    assert [cell.fact_value for cell in paid.cells] == ["9447000000", "10959000000", "10708000000"]


def test_a_year_whose_report_is_not_here_comes_from_a_later_one(library: Library) -> None:
    table = library.statement("AAPL", "FY2023", "income")
    assert printed(table, "Total net sales") == ["383,285", "394,328"]
    assert "prints it for comparison" in table.notes[0]


def test_as_of_hides_what_was_filed_later(library: Library) -> None:
    filed = [one.filed for one in library.filings() if one.filed]
    assert filed, "the samples bear dates of filing"
    none = library.compare(["AAPL"], ["revenue"], ["FY2024"], as_of=date(2000, 1, 1))
    assert none.refusal is not None


def test_every_citation_of_every_statement_can_be_made_again(library: Library) -> None:
    recheck, seen = Recheck(library._store, Readings(Limits())), 0
    for company, period in (("AAPL", "FY2024"), ("NVDA", "FY2025"), ("KO", "FY2024"), ("NKE", "FY2025")):
        for which in get_args(StatementName):
            table = library.statement(company, period, which)
            assert table.refusal is None, table.title
            for citation in table.citations:
                again = recheck.citation(citation)
                assert again.problems == (), (table.title, citation)
                seen += 1
    assert seen > 700


def test_a_workbook_of_real_figures_opens_and_links_to_edgar(library: Library) -> None:
    table = library.compare(["AAPL", "NVDA", "KO"], ["revenue", "gross-margin"], ["FY2023:FY2024"])
    book = load_workbook(BytesIO(to_xlsx(table)))
    numbers = [cell for row in book["Comparison"]["C4:D9"] for cell in row]
    assert all(
        cell.hyperlink.target.startswith("https://www.sec.gov/Archives/edgar/data/") for cell in numbers
    )
    assert [str(cell.value)[:7] for cell in numbers[6:]] == ["=ROUND("] * 6


@pytest.mark.shared
def test_printed_and_tagged_numbers_agree(edgar: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hard cases: Johnson & Johnson prints percentages beside amounts, IBM a balance sheet in two tables.

    IBM's annual reports hold no statements; its balance sheet of 2024 stands in a later 10-Q.
    """
    ciks = ("200406", "51143")
    store = tmp_path_factory.mktemp("statements") / "store"
    with Library.open(Settings(store=store, jobs=2)) as library:
        library.ingest_paths([edgar / "Archives" / "edgar" / "data" / cik for cik in ciks])
        statements = 0
        for filing in library.filings():
            if filing.form not in ("10-K", "10-Q") or not filing.fiscal_year:
                continue
            part = "" if filing.fiscal_period == "FY" else filing.fiscal_period
            for which in get_args(StatementName):
                table = library.statement(filing.cik or "", f"{part}FY{filing.fiscal_year}", which)
                assert not [note for note in table.notes if "disagree" in note], table.title
                statements += table.refusal is None
        assert statements == 4 * 3 + 2 * 3 + 1
