"""Tables of parts of a company: found by its names for them, added up beside their total, and proven."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.sheets.workbook import to_xlsx
from tests.unit.tagged import Number, Tagged

BRASS, ZINC = ("segment", "acme:BrassSegmentMember"), ("segment", "acme:ZincMember")
NAILS, SCREWS, METAL = (
    ("product", "acme:NailsMember"),
    ("product", "acme:FineScrewsMember"),
    ("product", "acme:MetalWareMember"),
)
JAPAN = ("place", "country:JP")
INCOME = "us-gaap:OperatingIncomeLoss"
JAN22, JAN23 = "2022-01-01", "2023-01-01"
YEAR_2022 = [
    Number("100", "2022-12-31", JAN22),
    Number("60", "2022-12-31", JAN22, part=BRASS),
    Number("40", "2022-12-31", JAN22, part=ZINC),
]
YEAR_2023 = [
    Number("150", "2023-12-31", JAN23),
    Number("90", "2023-12-31", JAN23, part=BRASS),
    Number("50", "2023-12-31", JAN23, part=ZINC),
    Number("10", "2023-12-31", JAN23, part=("segment", "acme:CorporateMember")),
    Number("70", "2023-12-31", JAN23, part=NAILS),
    Number("30", "2023-12-31", JAN23, part=SCREWS),
    Number("50", "2023-12-31", JAN23, part=("product", "acme:CoarseScrewsMember")),
    Number("80", "2023-12-31", JAN23, part=METAL),
    Number("7", "2023-12-31", JAN23, part=NAILS, beside=JAPAN),
    Number("20", "2023-12-31", JAN23, INCOME),
    Number("18", "2023-12-31", JAN23, INCOME, part=BRASS),
    Number("1", "2023-12-31", JAN23, INCOME, part=ZINC),
]
NINE_MONTHS = [
    Number("110", "2023-09-30", JAN23),
    Number("65", "2023-09-30", JAN23, part=BRASS),
    Number("36", "2023-09-30", JAN23, part=ZINC),
    Number("9", "2023-09-30", JAN23, part=("segment", "acme:CorporateMember")),
]
REPORTS = (
    Tagged("2022-12-31", 2022, "FY", YEAR_2022),
    Tagged("2023-09-30", 2023, "Q3", NINE_MONTHS),
    Tagged("2023-12-31", 2023, "FY", YEAR_2023),
    Tagged(
        "2023-12-31",
        2023,
        "FY",
        [Number("30", "2023-12-31", JAN23), Number("30", "2023-12-31", JAN23, part=BRASS)],
        company="Bolt Corp",
        cik="0000000077",
        ticker="BOLT",
    ),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("parts")
    for report in REPORTS:
        report.write(folder / "reports")
    with Library.open(Settings(store=folder / "store")) as opened:
        assert len(opened.ingest_paths([folder / "reports"], jobs=1).stored) == len(REPORTS)
        yield opened


def rows(table: FigureTable) -> dict[str, list[str | None]]:
    return {row.label: [cell.number and cell.number[:-6] for cell in row.cells] for row in table.rows}


def test_a_part_by_the_companys_name_for_it(library: Library) -> None:
    table = library.series("ACME", "revenue", part="Brass", years=2)
    assert rows(table) == {"total revenue: Brass segment": ["60", "90"]}
    assert (table.rows[0].part, table.rows[0].axis) == ("Brass segment", "segment")
    assert library.series("ACME", "revenue:brass segment", years=2).rows == table.rows
    assert library.verify(table).holds


def test_a_part_by_words_that_only_one_name_has(library: Library) -> None:
    table = library.compare(["ACME", "BOLT"], ["revenue:fine", "revenue:Brass"], ["FY2023"])
    assert [row.label for row in table.rows] == [
        "total revenue: Fine Screws",
        "total revenue: fine",
        "total revenue: Brass segment",
        "total revenue: Brass segment",
    ]
    assert [row.cells[0].number for row in table.rows] == ["30000000", None, "90000000", "30000000"]
    gap = table.rows[1].cells[0].gap
    assert gap is not None
    assert gap.reason == "not_disclosed"
    assert "Brass segment" in gap.message
    assert library.verify(table).holds


def test_words_that_several_names_have_are_refused_with_the_choices(library: Library) -> None:
    table = library.series("ACME", "revenue", part="screws", years=1)
    assert table.refusal is not None
    assert table.refusal.reason == "ambiguous"
    assert "Fine Screws or Coarse Screws" in table.refusal.message


def test_a_part_on_two_axes(library: Library) -> None:
    table = library.series("ACME", "revenue", part="Nails in Japan", years=1)
    assert rows(table) == {"total revenue: Nails in Japan": ["7"]}
    assert library.verify(table).holds
    answer = library.ask("What was Acme's revenue from nails in Japan in fiscal 2023?")
    assert "total revenue from Nails in Japan of $7 million" in answer.answer
    assert library.verify(answer).holds
    refused = library.ask("What was Acme's revenue from screws in Japan in fiscal 2023?")
    assert refused.refusal is not None


def test_a_row_for_each_part_then_the_total_and_its_witness(library: Library) -> None:
    table = library.series("ACME", "revenue", by="segment", years=2)
    assert rows(table) == {
        "total revenue: Brass segment": ["60", "90"],
        "total revenue: Zinc": ["40", "50"],
        "total revenue: Corporate": [None, "10"],
        "total revenue": ["100", "150"],
        "total revenue: sum of the parts": ["100", "150"],
    }
    assert [row.role for row in table.rows] == ["figure", "figure", "figure", "total", "sum"]
    assert "Acme Widgets, Inc.: the parts shown of total revenue add up to the total." in table.notes
    assert table.title == "Acme Widgets, Inc.: total revenue by part"
    assert library.verify(table).holds


def test_what_no_part_has_is_told(library: Library) -> None:
    table = library.series("ACME", "operating-income", by="segment", years=1)
    assert rows(table)["operating income: sum of the parts"] == ["19"]
    told = (
        "Acme Widgets, Inc.: the total of operating income is not the sum of the parts shown: it is larger "
        "by 1,000,000 USD in FY2023."
    )
    assert told in table.notes
    assert library.verify(table).holds


def test_a_sum_beside_its_parts_is_not_counted_twice(library: Library) -> None:
    table = library.compare(["ACME"], ["revenue"], ["FY2023"], by="product")
    assert {row.part: row.role for row in table.rows if row.part} == {
        "Nails": "figure",
        "Fine Screws": "figure",
        "Coarse Screws": "figure",
        "Metal Ware": "subtotal",
    }
    assert rows(table)["total revenue: sum of the parts"] == ["150"]
    assert any("Metal Ware" in note for note in table.notes)
    assert library.verify(table).holds


def test_quarters_of_parts_are_derived(library: Library) -> None:
    table = library.series("ACME", "revenue", by="segment", quarters=1)
    assert [column.key for column in table.columns] == ["Q4FY2023"]
    assert list(rows(table).values()) == [["25"], ["14"], ["1"], ["40"], ["40"]]
    assert library.verify(table).holds
    assert to_xlsx(table)


def test_margins_of_parts_have_no_sum(library: Library) -> None:
    table = library.series("ACME", "operating-margin", by="segment", years=1)
    assert [row.role for row in table.rows] == ["figure", "figure", "total"]
    assert [row.cells[0].number for row in table.rows] == ["20", "2", "13.33"]
    assert library.verify(table).holds


def test_parts_that_nobody_reports_are_a_gap_beside_the_total(library: Library) -> None:
    table = library.compare(["BOLT"], ["revenue"], ["FY2023"], by="product")
    assert [(row.role, row.cells[0].number) for row in table.rows] == [
        ("figure", None),
        ("total", "30000000"),
    ]
    assert library.verify(table).holds


def test_a_part_and_all_parts_at_once_are_wrong_usage(library: Library) -> None:
    with pytest.raises(UsageError, match="choose one"):
        library.series("ACME", "revenue:Brass", part="Zinc")
    with pytest.raises(UsageError, match="choose one"):
        library.series("ACME", "revenue:Brass", by="segment")


def _renamed(data: dict[str, Any]) -> None:
    for row in data["rows"][:2]:
        other = "Zinc" if row["part"] == "Brass segment" else "Brass segment"
        row.update(part=other, label=f"total revenue: {other}")


def _left_out(data: dict[str, Any]) -> None:
    data["rows"].pop(1)


def _total_of_a_part(data: dict[str, Any]) -> None:
    data["rows"][3]["cells"] = data["rows"][0]["cells"]


def _axis(data: dict[str, Any]) -> None:
    data["rows"][0]["axis"] = "product"


def _role(data: dict[str, Any]) -> None:
    data["rows"][1]["role"] = "subtotal"


def _sum(data: dict[str, Any]) -> None:
    data["rows"][4]["cells"][1]["number"] = "151000000"


def _twice(data: dict[str, Any]) -> None:
    data["rows"].insert(0, data["rows"][0])


def _note(data: dict[str, Any]) -> None:
    data["notes"] = [note for note in data["notes"] if "add up" not in note]


@pytest.mark.parametrize("change", [_renamed, _left_out, _total_of_a_part, _axis, _role, _sum, _twice, _note])
def test_a_changed_table_of_parts_does_not_hold(
    library: Library, change: Callable[[dict[str, Any]], None]
) -> None:
    data = json.loads(library.series("ACME", "revenue", by="segment", years=2).to_json())
    change(data)
    assert not library.verify(FigureTable.model_validate(data)).holds


def test_a_company_that_is_not_stored_leaves_the_others(library: Library) -> None:
    table = library.compare(["ACME", "INTC"], ["revenue", "revenue:Brass"], ["FY2022:FY2023"])
    assert table.companies == ("Acme Widgets, Inc.", "INTC")
    assert [[cell.number for cell in row.cells] for row in table.rows[1::2]] == [[None, None]] * 2
    gap = table.rows[1].cells[0].gap
    assert gap is not None
    assert gap.reason == "not_in_store"
    assert "'INTC'" in gap.message
    assert [one.company for one in table.absent] == ["INTC"]
    assert table.refusal is None
    assert library.verify(table).holds


def test_no_company_is_said_to_be_absent_that_has_a_number(library: Library) -> None:
    data = json.loads(library.compare(["ACME", "INTC"], ["revenue"], ["FY2023"]).to_json())
    data["absent"][0]["company"] = "Acme Widgets, Inc."
    assert not library.verify(FigureTable.model_validate(data)).holds
    data["absent"] = []
    assert not library.verify(FigureTable.model_validate(data)).holds
