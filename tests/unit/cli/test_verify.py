import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa.cli.ask import answer_line
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import FILING, answered, figures

ANSWER = answered("What were sales?")


def changed(**fields: Any) -> dict[str, Any]:
    return {**json.loads(ANSWER.to_json()), **fields}


def with_citation(**fields: Any) -> dict[str, Any]:
    data = changed()
    data["citations"][0].update(fields)
    return data


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answer.json"
    path.write_text(ANSWER.to_json() + "\n")
    return path


def test_an_answer_that_holds(finchat: Finchat, file: Path) -> None:
    result = finchat("verify", file)
    assert (result.code, result.out, result.err) == (0, "1 of 1 answers hold\n", "")
    assert json.loads(finchat("verify", file, "--json").out)["holds"] is True


def test_layout_of_the_json_does_not_matter(finchat: Finchat, file: Path) -> None:
    file.write_text(json.dumps(json.loads(ANSWER.to_json()), indent=4, sort_keys=True))
    assert finchat("verify", file).code == 0


def test_a_citation_that_does_not_hold_is_named(finchat: Finchat, file: Path) -> None:
    file.write_text(json.dumps(with_citation(quote="1,235")))
    result = finchat("verify", file)
    assert result.code == 1
    assert result.err == f"finchat: {file}: citation [1] of {FILING}: the quote is not in the text\n"
    assert result.out == "0 of 1 answers hold\n"


def test_an_answer_that_does_not_hold_as_a_whole(finchat: Finchat, file: Path) -> None:
    file.write_text(json.dumps(changed(id="c" * 64)))
    result = finchat("verify", file)
    assert (result.code, result.err) == (1, f"finchat: {file}: the id is not that of the question\n")


def test_from_standard_input(finchat: Finchat, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(ANSWER.to_json().encode())

    monkeypatch.setattr(sys, "stdin", Input)
    assert finchat("verify", "-").code == 0


def test_a_table(finchat: Finchat, tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    table = json.loads(figures("comparison").to_json())
    path.write_text(json.dumps(table))
    result = finchat("verify", path)
    assert (result.code, result.out, result.err) == (0, "1 of 1 tables hold\n", "")
    assert json.loads(finchat("verify", path, "--json").out)["answer_id"] == table["id"]
    path.write_text(ANSWER.to_json() + "\n" + json.dumps(table) + "\n")
    assert finchat("verify", path).out == "2 of 2 answers and tables hold\n"
    table["citations"][0]["quote"] = "1,235"
    path.write_text(json.dumps(table))
    result = finchat("verify", path)
    assert (result.code, result.out) == (1, "0 of 1 tables hold\n")
    assert result.err == f"finchat: {path}: citation [1] of {FILING}: the quote is not in the text\n"
    table["citations"][0]["start"] = "x"
    path.write_text(json.dumps(table))
    assert "not a table: citation [1]: citations.0.start" in finchat("verify", path).err


def test_the_lines_of_a_batch(finchat: Finchat, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    lines = [
        answer_line(ANSWER, "q-1"),
        answer_line(ANSWER, 2),
        {**answer_line(ANSWER, "q-3"), "answer_id": "c"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = finchat("verify", path)
    assert result.code == 1
    assert result.out == "2 of 3 answers hold\n"
    assert result.err == f"finchat: {path}:3: the id is not that of the question\n"
    assert [json.loads(line)["holds"] for line in finchat("verify", path, "--json").out.splitlines()] == [
        True,
        True,
        False,
    ]


def test_a_batch_of_one_line(finchat: Finchat, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(json.dumps(answer_line(ANSWER, "q-1")) + "\n")
    assert finchat("verify", path).code == 0


def test_a_batch_line_that_failed_is_no_proof(finchat: Finchat, file: Path) -> None:
    file.write_text(json.dumps({"id": "a", "status": "error", "error": {"code": "store", "message": "m"}}))
    assert finchat("verify", file).code == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps(with_citation(period_end="2023-99-31")), "citation [1]: citations.0.period_end"),
        (json.dumps(with_citation(start="x")), "citation [1]: citations.0.start"),
        (json.dumps(changed(value={"number": "1e3"})), "not an answer: value.number"),
        (json.dumps(changed(extra=1)), "not an answer: extra"),
        (json.dumps(changed(citations=[7])), "citation [1]"),
        (ANSWER.to_json()[:-20], "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", "no JSON object"),
        ("\x00\x1b[2J", "not JSON"),
    ],
)
def test_what_is_no_answer_does_not_hold(finchat: Finchat, file: Path, content: str, told: str) -> None:
    file.write_text(content)
    result = finchat("verify", file)
    assert result.code == 1
    assert told in result.err
    assert "\x1b" not in result.err


def test_bytes_that_are_no_text_do_not_hold(finchat: Finchat, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"1,234", b"1,\xff34"))
    assert finchat("verify", file).code == 1


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_wrong_usage(finchat: Finchat, file: Path, content: str) -> None:
    file.write_text(content)
    assert finchat("verify", file).code == 2


def test_a_missing_file_is_wrong_usage(finchat: Finchat, tmp_path: Path) -> None:
    assert finchat("verify", tmp_path / "nothing.json").code == 2
