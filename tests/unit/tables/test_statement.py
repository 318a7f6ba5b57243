"""Statements as filings print them: order, labels, signs, columns, and what no filing prints."""

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.figure_table import FigureRow, FigureTable


def row(table: FigureTable, label: str) -> FigureRow:
    return next(one for one in table.rows if one.label == label)


def test_rows_stand_in_the_filings_order_under_its_labels(library: Library) -> None:
    table = library.statement("ACME", "FY2023", "income")
    assert [one.label for one in table.rows] == [
        "Net sales",
        "Anvils",
        "Total net sales",
        "Cost of sales",
        '=HYPERLINK("http://evil")',
        "Income taxes",
        "Net income (loss)",
        "Diluted",
    ]
    assert [(column.key, column.label) for column in table.columns] == [
        ("FY2023", "2023"),
        ("FY2022", "2022"),
    ]
    assert table.rows[0].cells == ()
    assert table.rows[1].path == ("Net sales",)
    assert [cell.number for cell in row(table, "Total net sales").cells] == ["100000000", "90000000"]
    assert [cell.number for cell in row(table, "Diluted").cells] == ["1.5", "1.2"]
    assert row(table, "Net income (loss)").metric == "us-gaap:NetIncomeLoss"
    assert table.notes[0].startswith("As printed in Acme Anvils, Inc. 10-K 2023-12-31")


def test_a_row_of_a_part_cites_the_part(library: Library) -> None:
    table = library.statement("ACME", "FY2023", "income")
    cell = row(table, "Anvils").cells[0]
    assert cell.number == "66000000"
    assert cell.citation is not None
    assert table.citations[cell.citation - 1].quote == "66"


def test_payments_keep_the_printed_sign_and_the_tagged_value(library: Library) -> None:
    table = library.statement("ACME", "FY2024", "cashflow")
    paid = row(table, "Purchases of property").cells[0]
    assert (paid.number, paid.printed, paid.fact_value) == ("-30000000", "(30)", "30000000")
    used = row(table, "Cash used in financing activities").cells[0]
    assert (used.number, used.fact_value) == ("-4000000", None)
    assert any("printed sign" in note for note in table.notes)


def test_a_number_that_is_not_printed_is_a_gap(library: Library) -> None:
    cell = row(library.statement("ACME", "FY2024", "cashflow"), "Cash used in investing activities").cells[1]
    assert (cell.status, cell.number) == ("missing", None)
    assert cell.gap is not None
    assert cell.gap.message == "The statement prints no number here."


def test_a_balance_sheet_has_days_for_columns(library: Library) -> None:
    table = library.statement("ACME", "FY2024", "balance")
    total = row(table, "Total assets").cells
    assert [cell.number for cell in total] == ["500000000", "450000000"]
    assert [cell.period and (cell.period.start, str(cell.period.end)) for cell in total] == [
        (None, "2024-12-31"),
        (None, "2023-12-31"),
    ]


def test_a_quarter_has_the_year_to_date_beside_it(library: Library) -> None:
    table = library.statement("ACME", "Q2FY2024", "income")
    assert [column.key for column in table.columns] == ["Q2FY2024", "H1FY2024"]
    assert [cell.number for cell in row(table, "Total net sales").cells] == ["31000000", "60000000"]


def test_latest_is_the_last_annual_report(library: Library) -> None:
    table = library.statement("ACME", "latest", "income")
    assert table.title == "Acme Anvils, Inc.: income statement, FY2024"


def test_a_year_without_its_own_report_comes_from_the_next(library: Library) -> None:
    table = library.statement("ACME", "FY2021", "income")
    assert [column.key for column in table.columns] == ["FY2021"]
    assert [cell.number for cell in row(table, "Net income (loss)").cells] == ["-3000000"]
    assert "prints it for comparison" in table.notes[0]


def test_what_no_filing_prints_is_refused(library: Library) -> None:
    table = library.statement("ACME", "FY2010", "income")
    assert (table.rows, table.columns, table.citations) == ((), (), ())
    assert table.refusal is not None
    assert table.refusal.reason == "period_not_covered"
    assert (
        table.refusal.message == "No filing of Acme Anvils, Inc. here prints its income statement for FY2010."
    )
    quarter = library.statement("ACME", "Q2FY2024", "balance")
    assert quarter.refusal is not None
    assert quarter.refusal.reason == "unsupported"


def test_a_statement_over_two_tables_is_put_together(library: Library) -> None:
    table = library.statement("BOLT", "FY2024", "balance")
    assert [one.label for one in table.rows if one.cells] == [
        "Cash",
        "Total assets",
        "Total liabilities",
        "Total liabilities and equity",
    ]


def test_percentages_beside_the_amounts_are_no_columns(library: Library) -> None:
    table = library.statement("BOLT", "FY2024", "income")
    assert [cell.number for cell in row(table, "Total net sales").cells] == ["40000000", "41000000"]
    assert len(table.columns) == 2


@pytest.mark.parametrize("period", ["", "soon", "FY2022:FY2024"])
def test_what_is_no_period_is_wrong_usage(library: Library, period: str) -> None:
    with pytest.raises(UsageError):
        library.statement("ACME", period, "income")
