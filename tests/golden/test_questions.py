"""Questions with exact truth over the real reports of some companies, scored as the questions' makers do.

`python -m benchmarks.citations` asks all questions over all filings, and verifies every answer.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer

pytestmark = pytest.mark.shared

# CIKs whose 10-K and 10-Q reports are read: they bring every kind of question that there is.
COMPANIES = {
    "AAPL": "320193",
    "KO": "21344",
    "NFLX": "1065280",
    "NVDA": "1045810",
    "GOOGL": "1652044",
    "PEP": "77476",
}


def is_report(path: Path) -> bool:
    """An inline XBRL report: no exhibit, no press release, no index page."""
    with path.open("rb") as file:
        return path.stat().st_size > 200_000 and b"inlineXBRL" in file.read(5_000)


@pytest.fixture(scope="module")
def library(edgar: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folders = [edgar / "Archives/edgar/data" / cik for cik in COMPANIES.values()]
    reports = [path for folder in folders for path in sorted(folder.glob("*/*.htm")) if is_report(path)]
    with Library.open(Settings(store=tmp_path_factory.mktemp("questions") / "store", jobs=2)) as opened:
        report = opened.ingest_paths(reports)
        assert not report.failed
        yield opened


@pytest.fixture(scope="module")
def asked(
    library: Library, questions: Sequence[dict[str, Any]]
) -> tuple[tuple[dict[str, Any], ...], dict[str, Answer]]:
    """The questions about these companies alone, or about none of them, with our answers."""
    chosen = tuple(question for question in questions if set(question["tickers"]) <= set(COMPANIES))
    return chosen, {question["id"]: library.ask(question["question"]) for question in chosen}


def test_answers_are_right_and_refusals_are_due(
    asked: tuple[Sequence[dict[str, Any]], dict[str, Answer]], shared: Path, tmp_path: Path
) -> None:
    chosen, answers = asked
    assert len(chosen) > 150
    kinds = {question["kind"] for question in chosen}
    assert {"lookup_flow", "quarter_3m", "dimensional_revenue", "compare_two", "neg_wrong_company"} <= kinds
    truth, told = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    truth.write_text("".join(json.dumps(question) + "\n" for question in chosen), encoding="utf-8")
    lines = ({**json.loads(answer.to_json()), "id": name} for name, answer in answers.items())
    told.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    files = [str(path) for path in (truth, told)]
    command = [sys.executable, str(shared / "tools/score"), "answers", "xbrl", *files, "--misses"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    score = json.loads(output.splitlines()[-1])
    assert score["exact"] >= 0.98, output
    assert score["wrong"] <= 0.01, output
    assert score["negatives_refused"] >= 0.95, output
    assert score["right_facts_cited"] >= 0.95, output


def test_every_quote_stands_at_its_place(
    library: Library, asked: tuple[Sequence[dict[str, Any]], dict[str, Answer]]
) -> None:
    _, answers = asked
    citations = [citation for answer in answers.values() for citation in answer.citations]
    assert len(citations) > 150
    for citation in citations:
        (document,) = [
            one for one in library.filing(citation.filing).documents if one.sha256 == citation.sha256
        ]
        text = library._store.text(citation.filing, document.index)
        assert text[citation.start : citation.end] == citation.quote != ""


def test_the_same_question_gets_the_same_bytes(
    library: Library, asked: tuple[Sequence[dict[str, Any]], dict[str, Answer]]
) -> None:
    chosen, answers = asked
    for question in reversed(chosen):
        assert library.ask(question["question"]).to_json() == answers[question["id"]].to_json()


def test_answers_are_verified(
    library: Library, asked: tuple[Sequence[dict[str, Any]], dict[str, Answer]]
) -> None:
    """One company's, whose reports are read again from their bytes."""
    chosen, answers = asked
    some = [answers[question["id"]] for question in chosen if question["tickers"] == ["NFLX"]]
    assert len(some) > 15
    for answer in some:
        report = library.verify(answer)
        assert report.holds, (answer.question, report)
