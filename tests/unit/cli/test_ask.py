import json
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.cli.ask import answer_line
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import FILING, SmallLibrary, answered

QUESTION = "What were Acme's net sales?"


def test_a_person_sees_sentence_value_and_proof(finchat: Finchat) -> None:
    result = finchat("ask", QUESTION)
    assert result.code == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0] == "Acme [31mWidgets, Inc. reported net sales of $1,234. [1]"
    assert "1,234 USD, fiscal 2023 (2023-01-01 to 2023-12-31)" in lines
    assert "    “1,234”" in lines
    assert any(line.startswith("[1] ") and FILING in line and "Part I, Item 1A" in line for line in lines)
    assert any("https://www.sec.gov/acme.htm#f-1" in line for line in lines)


def test_json_is_exactly_the_answer(finchat: Finchat) -> None:
    assert finchat("ask", QUESTION, "--json").out == answered(QUESTION).to_json() + "\n"


def test_a_refusal_exits_3_and_says_why(finchat: Finchat) -> None:
    result = finchat("ask", "Who is the chief executive?")
    assert result.code == 3
    assert result.out.startswith("No filing says so.\nrefused: not_disclosed\n")
    with_json = finchat("ask", "Who is the chief executive?", "--json")
    assert with_json.code == 3
    assert json.loads(with_json.out)["refusal"]["reason"] == "not_disclosed"


def test_options_make_the_scope(finchat: Finchat, library: SmallLibrary) -> None:
    where = f"--company ACME --filing {FILING} --form 10-K"
    when = "--fiscal-year 2023 --fiscal-year 2022 --as-of 2024-05-06"
    assert finchat("ask", QUESTION, *where.split(), *when.split()).code == 0
    scope = ScopeRequest(
        companies=("ACME",),
        filings=(FILING,),
        forms=("10-K",),
        fiscal_years=(2023, 2022),
        as_of=date(2024, 5, 6),
    )
    assert library.asked == [(QUESTION, scope)]


def test_an_unknown_company_is_wrong_usage(finchat: Finchat) -> None:
    result = finchat("ask", QUESTION, "--company", "Nobody")
    assert (result.code, result.out, result.err) == (2, "", "finchat: no company Nobody in the store\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("a", "--file", "IN"),
        ("a", "--output", "x"),
        ("--file", "IN", "--company", "ACME"),
        ("",),
        ("x" * 2001,),
    ],
)
def test_wrong_usage(finchat: Finchat, library: SmallLibrary, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "in").touch()
    assert finchat("ask", *(str(tmp_path / "in") if word == "IN" else word for word in words)).code == 2
    assert library.asked == []


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_a_file_of_questions(finchat: Finchat, library: SmallLibrary, tmp_path: Path) -> None:
    lines = [
        {"id": "q-1", "question": QUESTION},
        {"id": 2, "question": "Who?", "scope": {"filings": [FILING]}},
        {"id": "q-3", "question": "What about sales?", "scope": None},
    ]
    output = tmp_path / "out.jsonl"
    result = finchat("ask", "--file", write(tmp_path / "in.jsonl", *lines), "--output", output)
    assert (result.code, result.out) == (0, "")
    assert result.err == "finchat: 2 answered, 1 refused, 0 failed\n"
    answers = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in answers] == ["q-1", 2, "q-3"]
    assert list(answers[0])[:4] == ["schema", "id", "answer_id", "question"]
    assert answers[0]["answer_id"] == "a" * 64
    assert [one["status"] for one in answers] == ["answered", "refused", "answered"]
    assert library.asked[1] == ("Who?", ScopeRequest(filings=(FILING,)))


def test_a_line_is_the_answer_but_for_its_id() -> None:
    answer = answered(QUESTION)
    line = answer_line(answer, "mine")
    line["id"] = line.pop("answer_id")
    assert Answer.model_validate(line) == answer


def test_answers_go_to_standard_output_without_a_name(finchat: Finchat, tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl", {"id": "a", "question": QUESTION}, "", {"id": "b", "question": "Who?"}
    )
    result = finchat("ask", "--file", source)
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == ["a", "b"]


def test_a_line_that_fails_is_named_and_the_rest_goes_on(finchat: Finchat, tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl",
        {"id": "a", "question": QUESTION, "scope": {"filings": ["nothing"]}},
        {"id": "b", "question": QUESTION},
    )
    output = tmp_path / "out.jsonl"
    result = finchat("ask", "--file", source, "--output", output, "--json")
    assert result.code == 1
    assert f"finchat: {source}:1: no filing nothing in the store\n" in result.err
    first, second = (json.loads(line) for line in output.read_text().splitlines())
    error = {"code": "not_found", "message": "no filing nothing in the store"}
    assert first == {"id": "a", "status": "error", "error": error}
    assert second["status"] == "answered"
    assert json.loads(result.out) == {"output": str(output), "answered": 1, "refused": 0, "error": 1}


def test_a_mistake_of_ours_on_one_line_is_shown_and_the_rest_goes_on(
    finchat: Finchat, library: SmallLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(question: str, scope: ScopeRequest) -> Answer:
        return answered(question) if question == QUESTION else answered(str(1 // 0))

    monkeypatch.setattr(library, "ask", broken)
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": "?"}, {"id": "b", "question": QUESTION})
    result = finchat("ask", "--file", source)
    assert result.code == 1
    first, second = (json.loads(line) for line in result.out.splitlines())
    assert first["error"] == {
        "code": "internal",
        "message": repr(ZeroDivisionError("integer division or modulo by zero")),
    }
    assert second["status"] == "answered"
    assert f"{source}:1: Traceback" in result.err


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"id": "x"}',
        '{"question": "x"}',
        '{"id": "x", "question": ""}',
        '{"id": "x", "question": "y", "scope": {"years": [1]}}',
        "[" * 100_000,
        '{"id": "x", "question": "\\ud800"}',
        "\x00",
    ],
)
def test_one_bad_line_stops_all_before_anything_is_asked(
    finchat: Finchat, library: SmallLibrary, tmp_path: Path, line: str
) -> None:
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": QUESTION}, line, "nonsense")
    output = write(tmp_path / "out.jsonl", "as it was")
    result = finchat("ask", "--file", source, "--output", output)
    assert result.code == 2
    assert f"{source}:2: " in result.err
    assert f"{source}:3: " in result.err
    assert library.asked == []
    assert output.read_text() == "as it was\n"


def test_bytes_that_are_no_text_are_a_bad_line(finchat: Finchat, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"id": "a", "question": "\xff\xfe"}\n')
    result = finchat("ask", "--file", source)
    assert result.code == 2
    assert f"{source}:1: " in result.err


def test_a_line_without_end_is_refused(finchat: Finchat, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"x" * 1_000_001)
    assert "longer than 1000000 bytes" in finchat("ask", "--file", source).err


def test_unknown_fields_are_told(finchat: Finchat, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": QUESTION, "scopes": {}, "tickers": []})
    result = finchat("ask", "--file", source)
    assert result.code == 0
    assert f"finchat: {source}: ignored fields: scopes, tickers\n" in result.err


def test_no_half_output_is_left_by_an_interrupt(
    finchat: Finchat, library: SmallLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Answer:
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "ask", interrupt)
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": QUESTION})
    assert finchat("ask", "--file", source, "--output", tmp_path / "out.jsonl").code == 130
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_the_output_has_the_mode_that_any_new_file_has(finchat: Finchat, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": QUESTION})
    (tmp_path / "other").touch()
    finchat("ask", "--file", source, "--output", tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_output_that_cannot_be_written_is_an_error(finchat: Finchat, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"id": "a", "question": QUESTION})
    result = finchat("ask", "--file", source, "--output", tmp_path / "no" / "out")
    assert result.code == 1
    assert "No such file or directory" in result.err
