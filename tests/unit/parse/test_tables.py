from decimal import Decimal

import pytest

from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from tests.unit.parse.html_files import parse, table_html

STATEMENT = (
    "<p><b>CONSOLIDATED STATEMENTS OF OPERATIONS</b></p>"
    "<p>(In millions, except number of shares, which are reflected in thousands, and per-share amounts)</p>"
    "<table>"
    '<tr><td colspan="3"></td><td colspan="7">Years ended</td></tr>'
    '<tr><td colspan="3"></td><td colspan="3">September 28,<br/>2024</td><td></td>'
    '<td colspan="3">September 30,<br/>2023</td></tr>'
    '<tr><td colspan="3">Net sales:</td><td colspan="7"></td></tr>'
    '<tr><td colspan="3">&#160;&#160;&#160;Products</td><td>$</td><td>294,866&#160;</td><td></td><td></td>'
    "<td>$</td><td>298,085</td><td></td></tr>"
    '<tr><td colspan="3" style="padding:2px 1pt 2px 19pt">Total net sales</td>'
    '<td colspan="2">391,035</td><td></td><td></td><td colspan="2">383,285</td><td></td></tr>'
    '<tr><td colspan="3">Operating loss</td><td colspan="2">(1,234</td><td>)</td><td></td>'
    '<td colspan="2">—</td><td></td></tr>'
    '<tr><td colspan="3">Earnings per share:</td><td colspan="7"></td></tr>'
    '<tr><td colspan="3">&#160;&#160;&#160;Basic</td><td>$</td><td>6.11</td><td></td><td></td><td>$</td>'
    "<td>6.16</td><td></td></tr>"
    '<tr><td colspan="3">Shares used in computing earnings per share:</td><td colspan="7"></td></tr>'
    '<tr><td colspan="3">&#160;&#160;&#160;Basic</td><td colspan="2">15,343,783</td><td></td><td></td>'
    '<td colspan="2">15,744,231</td><td></td></tr>'
    '<tr><td colspan="3">Effective tax rate</td><td colspan="2">24.1</td><td>%</td><td></td>'
    '<td colspan="2">14.7</td><td>%</td></tr>'
    "</table>"
)


def only_table(body: str) -> tuple[ParsedDocument, Table]:
    document = parse(body).document
    (table,) = document.tables
    return document, table


def numbers(table: Table, column: int = 1) -> list[tuple[str, Decimal | None, str | None]]:
    """(last label, value, unit) of each number of a column."""
    return [
        (table.row_headers[cell.row][-1], cell.value, cell.unit)
        for cell in table.cells
        if cell.column == column and cell.value is not None
    ]


def cell_at(table: Table, row: int, column: int) -> Cell:
    (cell,) = (cell for cell in table.cells if (cell.row, cell.column) == (row, column))
    return cell


def test_a_statement_reads_as_it_is_printed() -> None:
    document, table = only_table(STATEMENT)
    assert document.text[table.start : table.end].split("\n") == [
        "Years ended",
        "September 28, 2024 | September 30, 2023",
        "Net sales:",
        "Products | $294,866 | $298,085",
        "Total net sales | 391,035 | 383,285",
        "Operating loss | (1,234) | —",
        "Earnings per share:",
        "Basic | $6.11 | $6.16",
        "Shares used in computing earnings per share:",
        "Basic | 15,343,783 | 15,744,231",
        "Effective tax rate | 24.1% | 14.7%",
    ]


def test_every_number_has_value_unit_and_paths_from_print_alone() -> None:
    document, table = only_table(STATEMENT)
    assert (table.title, table.scale, table.unit) == ("CONSOLIDATED STATEMENTS OF OPERATIONS", 6, "USD")
    assert table.column_headers == (
        (),
        ("Years ended", "September 28, 2024"),
        ("Years ended", "September 30, 2023"),
    )
    assert numbers(table) == [
        ("Products", Decimal(294866000000), "USD"),
        ("Total net sales", Decimal(391035000000), "USD"),
        ("Operating loss", Decimal(-1234000000), "USD"),
        ("Basic", Decimal("6.11"), "USD/shares"),
        ("Basic", Decimal(15343783000), "shares"),
        ("Effective tax rate", Decimal("24.1"), "percent"),
    ]
    assert cell_at(table, 5, 2).value == 0
    cell = cell_at(table, 4, 1)
    assert table.row_headers[4] == ("Net sales", "Total net sales")
    assert document.text[cell.start : cell.end] == "391,035"
    assert table.row_headers[9] == ("Shares used in computing earnings per share", "Basic")


def test_cells_stand_where_their_text_is() -> None:
    document, table = only_table(STATEMENT)
    line = document.text[table.start : table.end].split("\n")[5]
    assert [document.text[c.start : c.end] for c in table.cells if c.row == 5] == line.split(" | ")


def test_captions_nest_and_end() -> None:
    def row(label: str, left: int, *values: str) -> str:
        cells = "".join(f"<td>{value}</td>" for value in values or ("",))
        return f'<tr><td style="padding-left:{left}pt">{label}</td>{cells}</tr>'

    body = "<table>" + "".join(
        (
            row("", 0, "2024"),
            row("ASSETS:", 0),
            row("Current assets:", 0),
            row("Cash", 10, "1"),
            row("Total current assets", 20, "1"),
            row("Non-current assets:", 0),
            row("Goodwill", 10, "2"),
            row("Total assets", 0, "3"),
            row("Commitments and contingencies (Note 5)", 0),
            row("LIABILITIES:", 0),
            row("Debt", 10, "3"),
        )
    )
    _, table = only_table(body + "</table>")
    assert [" > ".join(path) for path in table.row_headers] == [
        "",
        "ASSETS",
        "ASSETS > Current assets",
        "ASSETS > Current assets > Cash",
        "ASSETS > Current assets > Total current assets",
        "ASSETS > Non-current assets",
        "ASSETS > Non-current assets > Goodwill",
        "Total assets",
        "Commitments and contingencies (Note 5)",
        "LIABILITIES",
        "LIABILITIES > Debt",
    ]


@pytest.mark.parametrize(
    ("caption", "label", "printed", "value", "unit"),
    [
        ("(in millions)", "Revenue", "$ 5", "5000000", "USD"),
        ("(In thousands, except per share data)", "Revenue", "$5", "5000", "USD"),
        ("(Dollars in billions)", "Revenue", "5.2", "5200000000", "USD"),
        ("(Millions, except per share amounts)", "Net sales", "$8,325", "8325000000", "USD"),
        ("($ in millions)", "Revenue", "5", "5000000", "USD"),
        ("(000's omitted)", "Revenue", "$5", "5000", "USD"),
        ("", "Revenue", "$5", "5", "USD"),
        ("", "Revenue", "5", "5", None),
        (
            "(in millions, except per share data)",
            "Dividends declared per share",
            "$0.25",
            "0.25",
            "USD/shares",
        ),
        ("(in millions, except per share data)", "Diluted", "$ 6.08", "6.08", "USD/shares"),
        ("(in millions)", "Weighted average shares outstanding", "553.9", "553900000", "shares"),
        ("(In millions, except shares)", "Weighted average shares outstanding", "553", "553", "shares"),
        ("(in millions; shares in thousands)", "Diluted weighted average shares", "553", "553000", "shares"),
        ("(in millions)", "Shares repurchased (in thousands)", "7", "7000", "shares"),
        ("(in millions)", "Common stock, $0.01 par value; 50,000 shares authorized", "7", "7000000", None),
        ("(in millions)", "Operating margin", "31.5%", "31.5", "percent"),
        ("(in millions)", "Change in basis points", "15 bps", "15", None),
        ("(in millions)", "Number of employees", "164", "164", None),
        ("(in millions)", "2.85% Notes due 2030", "$1,500", "1500000000", "USD"),
        ("(in millions)", "Notes", "$1.2 billion", "1200000000", "USD"),
        ("(in millions)", "Market value of shares held", "$1,183,684,965,587", "1183684965587", "USD"),
    ],
)
def test_scale_and_unit_come_from_what_is_printed(
    caption: str, label: str, printed: str, value: str, unit: str | None
) -> None:
    _, table = only_table(f"<p>{caption}</p>" + table_html(("", "2024"), ("Other", "n/a"), (label, printed)))
    assert [(str(v), u) for name, v, u in numbers(table) if name == label.rstrip(":")] == [(value, unit)]


def test_a_column_may_have_its_own_scale_and_unit() -> None:
    _, table = only_table(
        table_html(
            ("", "Number of RSUs (in thousands)", "Weighted-Average Fair Value Per RSU", "% Change"),
            ("Granted", "80,456", "$145.00", "12"),
        )
    )
    assert [(str(c.value), c.unit) for c in table.cells if c.row == 1][1:] == [
        ("80456000", "shares"),
        ("145.00", "USD/shares"),
        ("12", "percent"),
    ]


def test_a_note_heading_scales_but_is_no_header() -> None:
    _, table = only_table(table_html(("(Millions)", "2024", "2023"), ("Net sales", "$8", "$9")))
    assert table.column_headers == ((), ("2024",), ("2023",))
    assert numbers(table) == [("Net sales", Decimal(8000000), "USD")]


def test_years_head_columns_and_have_no_value() -> None:
    _, table = only_table(table_html(("", "2024", "2023"), ("Sales", "5", "6")))
    assert [cell.value for cell in table.cells if cell.row == 0] == [None, None]


def test_years_that_label_rows_have_no_value() -> None:
    _, table = only_table(table_html(("2025", "$ 10,930"), ("2026", "12,342")))
    assert table.row_headers == (("2025",), ("2026",))
    assert [cell.value for cell in table.cells] == [None, 10930, None, 12342]


def test_new_headings_below_numbers_begin_a_new_table() -> None:
    rows = (
        ("", "2024", "2023"),
        ("Sales", "5", "6"),
        ("", "<b>2022</b>", "<b>2021</b>"),
        ("Sales", "3", "4"),
    )
    document = parse("<p>(in millions)</p>" + table_html(*rows)).document
    assert [table.column_headers[1:] for table in document.tables] == [
        (("2024",), ("2023",)),
        (("2022",), ("2021",)),
    ]
    assert [table.scale for table in document.tables] == [6, 6]
    assert [block.table for block in document.blocks if block.kind == "table"] == [0, 1]


def test_a_table_goes_on_over_a_page_with_its_headings() -> None:
    first = table_html(("", "2024", "2023"), ("Sales", "$5", "$6"))
    second = table_html(("Costs", "3", "4"))
    document = parse(
        f"<p>(in millions)</p>{first}<p>27</p><hr style='page-break-after:always'/>{second}"
    ).document
    assert document.tables[1].column_headers == ((), ("2024",), ("2023",))
    assert numbers(document.tables[1]) == [("Costs", Decimal(3000000), "USD")]


def test_a_table_of_another_matter_does_not_inherit() -> None:
    first = table_html(("", "2024", "2023"), ("Sales", "$5", "$6"))
    second = table_html(("Costs", "3", "4"))
    document = parse(f"{first}<p>The costs of something else were as follows:</p>{second}").document
    assert document.tables[1].column_headers == ((), (), ())


def test_the_usual_scale_of_a_document_holds_for_money_without_note() -> None:
    noted = "<p>(in millions)</p>" + table_html(("", "2024"), ("Sales", "$5"))
    bare = "<p>Assets are shown below by segment, and they include everything.</p>" + table_html(
        ("", "2024"), ("Services", "$ 7"), ("Fair value per share", "$99.83"), ("Shares granted", "828")
    )
    document = parse(noted * 3 + bare).document
    assert [(str(v), u) for _, v, u in numbers(document.tables[3])] == [
        ("7000000", "USD"),
        ("99.83", "USD/shares"),
        ("828", "shares"),
    ]


def test_footnote_marks_are_not_part_of_a_number_or_label() -> None:
    mark = '<span style="vertical-align:super;font-size:6pt">(1)</span>'
    _, table = only_table(table_html(("", "2024", "", "2023"), (f"Sales {mark}", f"96{mark}", mark, "85")))
    assert table.row_headers[1] == ("Sales",)
    assert [cell.value for cell in table.cells if cell.row == 1] == [None, 96, None, 85]


def test_spans_over_rows_and_columns_keep_the_grid() -> None:
    body = (
        "<table><tr><td rowspan='2'></td><th colspan='2'>Level</th></tr><tr><th>One</th><th>Two</th></tr>"
        "<tr><td>Funds</td><td>1</td><td>2</td></tr></table>"
    )
    _, table = only_table(body)
    assert table.column_headers == ((), ("Level", "One"), ("Level", "Two"))
    assert [cell.column for cell in table.cells if cell.row == 2] == [0, 1, 2]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (table_html(("•", "First risk"), ("•", "Second risk")), ["list_item", "list_item"]),
        (table_html(("(1)", "A footnote of some length.")), ["list_item"]),
        (table_html(("One column",), ("of text",)), ["paragraph", "paragraph"]),
        (table_html(("<b>Item 1A.</b>", "<b>Risk Factors</b>")), ["heading"]),
        (table_html((table_html(("a", "1"), ("b", "2")), "beside")), ["table", "paragraph"]),
        (table_html(("", ""), ("", "")), []),
        (table_html(("Name", "Title"), ("Jane", "CEO")), ["table"]),
    ],
)
def test_tables_that_only_lay_out_text_are_text(body: str, kinds: list[str]) -> None:
    assert [block.kind for block in parse(body).document.blocks] == kinds


def test_joined_cells_of_a_list_keep_their_order() -> None:
    assert parse(table_html(("•", "First risk"), ("•", "Second"))).document.text == "• First risk\n• Second\n"
