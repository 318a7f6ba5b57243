"""Verdicts against the scorer's own figures and its command, on made answers of every outcome."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.eval.scorer import Scorer, identity
from benchmarks.eval.sets import SETS, QuestionSet
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.errors import UsageError
from tests.unit.benchmarks.eval.making import ABSENT, INCOME, PDF_QUESTION, REVENUE, lines

BY_NAME = {one.name: one for one in SETS}
XBRL, ANALYSTS, SEARCH = BY_NAME["xbrl"], BY_NAME["financebench"], BY_NAME["search"]
REFUSAL = {"status": "refused", "value": None, "citations": []}
ASKED_NUMBER = PDF_QUESTION | {
    "question_type": "metrics-generated",
    "answer": "$7.50",
    "question": "In millions?",
}
RIGHT_PAGE = [{"filing": "BOLT_2023_10K", "page": 2}]

pytestmark = pytest.mark.shared


def answer(number: str, unit: str = "USD", **citation: Any) -> dict[str, Any]:
    return {"status": "answered", "value": {"number": number, "unit": unit}, "citations": [citation]}


@pytest.fixture(scope="module")
def scorer(shared: Path) -> Scorer:
    return Scorer(shared / "tools/score")


@pytest.mark.parametrize(
    ("questions", "truth", "result", "verdict"),
    [
        (XBRL, REVENUE, answer("100000000"), Verdict.RIGHT),
        (XBRL, REVENUE, answer("100060000"), Verdict.WRONG),
        (XBRL, REVENUE, {"status": "answered", "value": None, "citations": []}, Verdict.WRONG),
        (XBRL, REVENUE, REFUSAL, Verdict.FALSE_REFUSAL),
        (XBRL, ABSENT, REFUSAL, Verdict.REFUSED),
        (XBRL, ABSENT, answer("1"), Verdict.UNDUE),
        (ANALYSTS, ASKED_NUMBER, answer("7500000"), Verdict.RIGHT),
        (ANALYSTS, ASKED_NUMBER, answer("7400000"), Verdict.WRONG),
        (ANALYSTS, ASKED_NUMBER, REFUSAL, Verdict.FALSE_REFUSAL),
        (ANALYSTS, PDF_QUESTION, {"status": "answered", "citations": RIGHT_PAGE}, Verdict.CITED),
        (ANALYSTS, PDF_QUESTION, {"status": "answered", "citations": []}, Verdict.UNCITED),
        (ANALYSTS, PDF_QUESTION, REFUSAL, Verdict.FALSE_REFUSAL),
        (SEARCH, PDF_QUESTION, {"hits": RIGHT_PAGE}, Verdict.FOUND),
        (SEARCH, PDF_QUESTION, {"hits": [{"filing": "BOLT_2023_10K", "page": 3}]}, Verdict.MISSED),
    ],
)
def test_the_verdict_on_one_question(
    scorer: Scorer, questions: QuestionSet, truth: dict[str, Any], result: dict[str, Any], verdict: Verdict
) -> None:
    assert scorer.verdict(questions, truth, {"id": identity(truth), **result}) is verdict


def test_the_proof_is_cited_only_by_its_fact_or_page(scorer: Scorer) -> None:
    proof = {"accession": REVENUE["evidence"][0]["accession"], "fact_id": "f-Revenues-d0"}
    assert scorer.cited(XBRL, REVENUE, answer("1", **proof)) is True
    assert scorer.cited(XBRL, REVENUE, answer("1", **proof | {"fact_id": "f-2"})) is False
    assert scorer.cited(XBRL, ABSENT, REFUSAL) is None
    assert scorer.cited(ANALYSTS, PDF_QUESTION, {**REFUSAL, "citations": RIGHT_PAGE}) is True


@pytest.mark.parametrize("name", ["xbrl", "financebench", "search"])
def test_figures_and_verdicts_are_those_of_the_scorers_command(
    scorer: Scorer, shared: Path, tmp_path: Path, name: str
) -> None:
    """The real questions, with made answers: each third right, wrong, refused or missed."""
    questions = BY_NAME[name]
    path = shared / questions.path
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    truth = [row for row in rows if row.get("pdf_available", True)]
    results = {identity(row): made(questions, row, at) for at, row in enumerate(truth)}
    told = tmp_path / "results.jsonl"
    told.write_text(lines([{"id": key, **found} for key, found in results.items()]), encoding="utf-8")
    verb = "hits" if questions.searched else "answers"
    command = [sys.executable, shared / "tools/score", verb, questions.kind, path, told]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures = scorer.figures(questions, truth, results)
    assert figures == json.loads(printed)
    counts = Counter(scorer.verdict(questions, row, results[identity(row)]) for row in truth)
    if name == "search":
        assert counts[Verdict.FOUND] / len(truth) == pytest.approx(figures["any@5"], abs=1e-4)
        return
    if name == "xbrl":
        answerable = sum(row["answer_value"] is not None for row in truth)
        exact, wrong = figures["exact"], figures["wrong"]
    else:
        answerable = sum(row["question_type"] == "metrics-generated" for row in truth)
        exact, wrong = figures["numeric_right"], figures["numeric_wrong"]
    assert counts[Verdict.RIGHT] / answerable == pytest.approx(exact, abs=1e-4)
    assert counts[Verdict.WRONG] / answerable == pytest.approx(wrong, abs=1e-4)
    assert min(counts[each] for each in (Verdict.RIGHT, Verdict.WRONG, Verdict.FALSE_REFUSAL)) > 3


def made(questions: QuestionSet, row: dict[str, Any], at: int) -> dict[str, Any]:
    """A result for the question, of another outcome for every third."""
    if questions.searched:
        evidence = row["evidence"][0]
        page = evidence["evidence_page_num"] + 1 + at % 2
        return {"hits": [{"filing": evidence.get("doc_name", row["doc_name"]), "page": page}]}
    if at % 3 == 2:
        return REFUSAL
    off = at % 3
    if questions.kind == "xbrl":
        unit = "percent" if row["unit"] == "percent" else row["unit"]
        return answer(repr((row["answer_value"] or 0) * (1 + off) + off), unit)
    gold = row["answer"].strip("$%").replace(",", "")
    return answer(gold if off == 0 else "123456.789", "percent" if row["answer"].endswith("%") else "ratio")


def test_another_program_is_not_taken_for_the_scorer(tmp_path: Path) -> None:
    (tmp_path / "score").write_text("def score_hits(): ...\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"score: has no score_xbrl_answers, .*not checked"):
        Scorer(tmp_path / "score")


def test_income_is_a_question_of_its_own() -> None:
    assert identity(INCOME) == "income"
    assert identity(PDF_QUESTION) == "fb-1"
