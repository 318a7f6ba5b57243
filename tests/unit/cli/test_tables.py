"""facts --years, compare, statement: what is asked of the library, and the forms of a table."""

import csv
import json
from io import StringIO

import pytest

from finchat_sec_qa.model.figure_table import FigureTable
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import SmallLibrary, figures

SERIES = ("facts", "ACME", "--concept", "revenue", "--years", "2")
COMPARE = ("compare", "ACME", "--metrics", "revenue,rd", "--periods", "FY2022:FY2023")
STATEMENT = ("statement", "ACME", "FY2023", "income")


def test_a_series_is_asked_for_with_years_or_quarters(finchat: Finchat, library: SmallLibrary) -> None:
    assert finchat(*SERIES).code == 0
    assert finchat("facts", "ACME", "--concept", "rd", "--quarters", 3, "--as-of", "2024-05-01").code == 0
    assert [asked for asked, _ in library.asked] == [
        "series ACME revenue None None 2 None None",
        "series ACME rd None None 1 3 2024-05-01",
    ]


def test_compare_and_statement_ask_for_what_was_typed(finchat: Finchat, library: SmallLibrary) -> None:
    asked = finchat(
        "compare", "ACME", "0000000001", "--metrics", "revenue, rd,", "--periods", "FY2022:FY2023,FY2019"
    )
    assert asked.code == 0
    assert finchat("statement", "ACME", "latest", "cashflow", "--as-of", "2024-05-01").code == 0
    assert [asked for asked, _ in library.asked] == [
        "compare ('ACME', '0000000001') ('revenue', 'rd') ('FY2022:FY2023', 'FY2019') None None",
        "statement ACME latest cashflow 2024-05-01",
    ]


@pytest.mark.parametrize("words", [SERIES, COMPARE])
def test_a_table_has_marks_sources_gaps_and_notes(finchat: Finchat, words: tuple[str, ...]) -> None:
    result = finchat(*words)
    lines = result.out.splitlines()
    assert lines[0].split("\t") == ["company", "metric", "fy2022", "fy2023", "unit"]
    assert lines[1].split("\t")[1:] == ["=net sales", "—", "1,234 [1]", "USD"]
    assert lines[3].startswith("[1] “1,234” 10-K for 2023-12-31 0000000001-24-000001 · us-gaap:Revenues f-1")
    assert lines[3].endswith("https://www.sec.gov/acme.htm#f-1")
    assert "=net sales, FY2022: No filing says so." in result.err
    assert "\x1b" not in result.out + result.err


def test_a_statement_has_captions(finchat: Finchat) -> None:
    lines = [line.split("\t") for line in finchat(*STATEMENT).out.splitlines()]
    assert lines[0] == ["line", "fy2022", "fy2023", "unit"]
    assert lines[1] == ["Net sales:", "", "", ""]


@pytest.mark.parametrize("words", [SERIES, COMPARE, STATEMENT])
def test_json_is_the_tables_own(finchat: Finchat, words: tuple[str, ...]) -> None:
    out = finchat(*words, "--json").out
    table = FigureTable.model_validate_json(out)
    assert out == figures(table.kind).to_json() + "\n"
    assert json.loads(out)["schema"] == "finchat.table/1"


def test_csv_is_safe_to_open(finchat: Finchat) -> None:
    read = list(csv.DictReader(StringIO(finchat(*COMPARE, "--csv").out, newline="")))
    assert [(line["label"], line["number"]) for line in read] == [
        ("'=net sales", ""),
        ("'=net sales", "1234"),
    ]


def test_markdown_has_the_sources(finchat: Finchat) -> None:
    out = finchat(*STATEMENT, "--markdown").out
    assert "| **Net sales:** |  |  |  |" in out
    assert "### Sources" in out


def test_one_form_at_a_time(finchat: Finchat) -> None:
    result = finchat(*COMPARE, "--csv", "--markdown")
    assert (result.code, result.out) == (2, "")
    assert "choose one" in result.err
    assert finchat(*COMPARE, "--csv", "--json").code == 2


def test_a_table_without_a_number_is_a_refusal(finchat: Finchat) -> None:
    result = finchat("facts", "ACME", "--concept", "goodwill", "--years", 2)
    assert result.code == 3
    assert "refused: No filing says so." in result.err
    assert json.loads(finchat("facts", "ACME", "--concept", "goodwill", "--years", 2, "--json").out)[
        "refusal"
    ]


@pytest.mark.parametrize(
    "words",
    [
        "facts ACME --years 2",
        "facts ACME --concept revenue --years 2 --quarters 2",
        "facts ACME --concept revenue --years 0",
        "facts ACME --csv",
        "facts ACME --xlsx x.xlsx",
        "facts ACME --as-of 2024-01-01",
        "facts Nobody --concept revenue --years 2",
        "compare --metrics revenue --periods FY2024",
        "compare ACME --periods FY2024",
        "compare ACME --metrics revenue",
        "compare Nobody --metrics revenue --periods FY2024",
        "statement ACME FY2024",
        "statement ACME FY2024 equity",
        "statement Nobody FY2024 income",
    ],
)
def test_wrong_usage(finchat: Finchat, words: str) -> None:
    result = finchat(*words.split())
    assert (result.code, result.out) == (2, "")
    assert result.err
