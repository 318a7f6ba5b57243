"""A table as CSV: a line a cell, an address a line, and nothing that a spreadsheet would run."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.sheets.delimited import HEADER, to_csv
from finchat_sec_qa.sheets.text import harmless
from tests.unit.sheets.making import HOSTILE, comparison, statement


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_each_cell_is_a_line_under_one_header() -> None:
    read = lines(to_csv(comparison()))
    assert len(read) == 8
    assert tuple(read[0]) == HEADER
    assert [(line["label"], line["column"], line["number"]) for line in read[:3]] == [
        ("total revenue", "FY2023", "100"),
        ("total revenue", "FY2024", "130"),
        ("margin", "FY2023", ""),
    ]


def test_a_reported_cell_has_the_whole_address() -> None:
    line = lines(to_csv(comparison()))[1]
    assert (line["quote"], line["fact_id"], line["start"], line["end"]) == ("130", "f-2", "200", "203")
    assert line["sha256"] == "ab" * 32
    assert line["url"].endswith("acme.htm#f-2")


def test_a_computed_cell_names_its_operands_with_their_places() -> None:
    line = lines(to_csv(comparison()))[3]
    assert line["status"] == "computed"
    assert line["operands"] == (
        "profit_FY2024=60@0000000042-24-000001#f-4 revenue_FY2024=130@0000000042-24-000001#f-2"
    )
    assert line["rounding"] == "half up to 2 decimals"
    assert line["url"] == ""


def test_a_gap_and_a_restated_value_are_told() -> None:
    read = lines(to_csv(comparison()))
    assert read[0]["restated"] == "98@0000000042-24-000001#f-3"
    assert read[2]["gap"].startswith("Nothing of ")


def test_no_text_begins_as_a_formula_and_numbers_stay_numbers() -> None:
    for line in lines(to_csv(comparison())):
        for name, value in line.items():
            if name == "number":
                assert value == "" or float(value) is not None
            else:
                assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
    last = lines(to_csv(comparison()))[7]
    assert last["number"] == "-0.05"
    assert last["company"] == f"'{HOSTILE}"
    assert last["label"] == "'+1"
    assert last["quote"].startswith("'=cmd|")


def test_captions_of_a_statement_are_paths() -> None:
    read = lines(to_csv(statement()))
    assert [(line["path"], line["label"], line["number"], line["printed"]) for line in read] == [
        ("Investing", "Plant", "-30", "(30)")
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1"])
def test_what_could_run_is_led_by_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@given(st.text())
def test_harmless_text_never_begins_with_a_sign(text: str) -> None:
    safe = harmless(text)
    assert safe.endswith(text)
    assert not safe.lstrip(" \u00a0").startswith(("=", "+", "-", "@"))
