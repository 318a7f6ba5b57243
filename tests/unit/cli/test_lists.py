"""companies, filings, sections, facts, store, schema."""

import json
from pathlib import Path

import jsonschema
import pytest

from finchat_sec_qa.model.request import ScopeRequest
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import FILING, SmallLibrary, answered, refused


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_companies_are_lines_with_tabs_when_no_person_reads(finchat: Finchat) -> None:
    assert rows(finchat("companies").out) == [
        ["cik", "tickers", "name", "filings", "first", "last"],
        ["0000000001", "ACME", "Acme [31mWidgets, Inc.", "2", "2023-06-30", "2023-12-31"],
    ]


def test_an_empty_store_says_how_to_fill_it(finchat: Finchat, library: SmallLibrary) -> None:
    library.stored.clear()
    result = finchat("companies")
    assert result.code == 0
    assert "finchat ingest --samples" in result.err


def test_filings_can_be_chosen(finchat: Finchat) -> None:
    assert [row[0] for row in rows(finchat("filings").out)] == ["filing", FILING, "acme-q2"]
    chosen = rows(finchat("filings", "--form", "10-Q").out)
    assert [row[0] for row in chosen] == ["filing", "acme-q2"]
    assert json.loads(finchat("filings", "--json").out)["filings"][0]["id"] == FILING
    assert finchat("filings", "--company", "Nobody").code == 2
    assert "no filings fit" in finchat("filings", "--form", "8-K").err


def test_sections_are_listed(finchat: Finchat) -> None:
    listed = rows(finchat("sections", FILING).out)
    assert [row[2] for row in listed] == ["item", "Item 1", "Item 1A"]
    assert [one["item"] for one in json.loads(finchat("sections", FILING, "--json").out)["sections"]] == [
        "Item 1",
        "Item 1A",
    ]
    assert finchat("sections", "nothing").code == 2


def test_facts_of_a_filing(finchat: Finchat) -> None:
    listed = rows(finchat("facts", FILING).out)
    assert [row[1:4] for row in listed[1:]] == [
        ["us-gaap:Revenues", "1234", "USD"],
        ["us-gaap:Assets", "-5", "USD"],
    ]
    chosen = json.loads(finchat("facts", FILING, "--concept", "Assets", "--json").out)["facts"]
    assert [one["value"] for one in chosen] == ["-5"]


def test_facts_of_a_company_are_those_of_its_filings(finchat: Finchat) -> None:
    listed = rows(finchat("facts", "ACME").out)
    assert [row[0] for row in listed[1:]] == [FILING, FILING, "acme-q2", "acme-q2"]


def test_a_cut_list_of_facts_says_so(finchat: Finchat) -> None:
    cut = finchat("facts", "ACME", "--limit", 3)
    assert len(rows(cut.out)) == 4
    assert "only the first 3 facts; --limit 0 gives all" in cut.err
    assert finchat("facts", "ACME", "--limit", 4).err == ""
    assert len(rows(finchat("facts", "ACME", "--limit", 0).out)) == 5


def test_an_unknown_filing_or_company_is_wrong_usage(finchat: Finchat) -> None:
    result = finchat("facts", "Nobody")
    assert (result.code, result.out) == (2, "")
    assert "Nobody" in result.err


def test_store_info(finchat: Finchat) -> None:
    assert "filings         2\n" in finchat("store", "info").out
    assert json.loads(finchat("store", "info", "--json").out)["digest"] == "d"
    assert json.loads(finchat("--json", "store", "info").out)["filings"] == 2


def test_store_options_may_stand_anywhere(finchat: Finchat, library: SmallLibrary) -> None:
    for words in ("--store S store info", "store --store S info", "store info --store S"):
        assert finchat(*words.split()).code == 0
    assert library.opened == [(Path("S"), True, None)] * 3


def test_a_store_that_does_not_hold_exits_1(finchat: Finchat, library: SmallLibrary) -> None:
    assert finchat("store", "check").code == 0
    library.failing["any"] = "thing"
    result = finchat("store", "check")
    assert (result.code, result.err) == (1, "finchat: index: 1 passage is missing\n")
    assert json.loads(finchat("store", "check", "--json").out)["holds"] is False


def test_rebuild_and_remove_write(finchat: Finchat, library: SmallLibrary) -> None:
    assert json.loads(finchat("store", "rebuild", "--json").out) == {"passages": 4}
    assert finchat("store", "remove", FILING, FILING, "nothing").code == 1
    assert finchat("store", "remove", "acme-q2").out == "1 of 1 filings removed\n"
    assert [read_only for _, read_only, _ in library.opened] == [False] * 3
    assert library.filings(ScopeRequest()) == ()
    assert finchat("store", "remove").code == 2


def test_the_schema_fits_answers_and_is_the_published_one(finchat: Finchat, repo: Path) -> None:
    schema = json.loads(finchat("schema").out)
    assert json.loads(finchat("schema", "--json").out) == schema
    assert json.loads((repo / "docs/answer.schema.json").read_text(encoding="utf-8")) == schema
    for answer in (answered("sales?"), refused("who?")):
        jsonschema.validate(json.loads(answer.to_json()), schema)


@pytest.mark.parametrize("words", ["companies X", "sections", "facts", "store", "store nothing", "schema X"])
def test_wrong_usage(finchat: Finchat, words: str) -> None:
    assert finchat(*words.split()).code == 2
