import json
from pathlib import Path

import pytest

from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import SearchHit
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import FILING, SmallLibrary


def test_a_person_sees_place_and_text(finchat: Finchat) -> None:
    result = finchat("search", "widgets")
    assert result.code == 0
    assert "We make widgets." in result.out
    assert f"finchat show {FILING} --document 0 --start 17 --end 33" in result.out
    assert "\x1b" not in result.out


def test_json_is_what_the_api_gives(finchat: Finchat) -> None:
    hits = json.loads(finchat("search", "item", "--json").out)["hits"]
    assert [SearchHit.model_validate(hit).text for hit in hits] == [
        "Item 1. Business",
        "Item 1A. Risk Factors",
    ]


def test_the_limit_holds(finchat: Finchat) -> None:
    assert len(json.loads(finchat("search", "item", "--json", "--limit", 1).out)["hits"]) == 1


def test_nothing_found_is_no_error(finchat: Finchat) -> None:
    result = finchat("search", "zebra")
    assert (result.code, result.out, result.err) == (0, "", "finchat: nothing found\n")


def test_options_make_the_scope(finchat: Finchat, library: SmallLibrary) -> None:
    finchat("search", "widgets", "--company", "ACME", "--form", "10-K")
    assert library.asked == [("widgets", ScopeRequest(companies=("ACME",), forms=("10-K",)))]


@pytest.mark.parametrize(
    "words", [(), ("",), ("a", "--limit", "0"), ("a", "--limit", "101"), ("a", "--output", "b")]
)
def test_wrong_usage(finchat: Finchat, words: tuple[str, ...]) -> None:
    assert finchat("search", *words).code == 2


def test_a_file_of_questions(finchat: Finchat, tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": "a", "question": "item"},
        {"id": "b", "question": "item", "scope": {"companies": ["Nobody"]}},
        {"id": "c", "question": "zebra"},
    ]
    source.write_text("\n".join(json.dumps(line) for line in lines))
    result = finchat("search", "--file", source, "--output", output, "--limit", 1)
    assert result.code == 1
    assert f"{source}:2: no company Nobody in the store" in result.err
    assert result.err.endswith("finchat: 2 searched, 1 failed\n")
    first, second, third = (json.loads(line) for line in output.read_text().splitlines())
    assert (first["id"], len(first["hits"]), list(first)) == ("a", 1, ["id", "hits"])
    assert {"filing", "page", "section", "text", "score"} <= set(first["hits"][0])
    assert second["error"]["code"] == "not_found"
    assert third == {"id": "c", "hits": []}
