"""A ledger's line, and a small folder of filings and questions that can be evaluated in seconds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.eval.ledger import Line
from benchmarks.eval.verdict import Verdict
from tests.pdf_maker import make_pdf
from tests.unit.report import Report

LINE = Line(
    set="xbrl",
    id="q-1",
    company="ACME",
    question="What was revenue in fiscal 2023?",
    gold="100 USD",
    answer="100 dollars",
    value="100 USD",
    sources=({"filing": "a", "fact_id": "f-1"},),
    verdict=Verdict.RIGHT,
    why="",
    cited=True,
    verified=True,
)


def line(**fields: Any) -> Line:
    return replace(LINE, **fields)


REPORT = Report()
CONTEXT = {"id": "d0", "start": "2023-01-01", "end": "2023-12-31"}


def fact(concept: str, name: str, accession: str = REPORT.accession) -> dict[str, Any]:
    return {
        "accession": accession,
        "concept": f"us-gaap:{concept}",
        "context": CONTEXT,
        "fact_id": f"f-{name}",
    }


def exact(name: str, question: str, value: float | None, *evidence: dict[str, Any]) -> dict[str, Any]:
    """A question as the exact set has it; without a value nothing supports an answer."""
    return {
        "id": name,
        "question": question,
        "tickers": ["ACME"],
        "period": {"fy": 2023},
        "answer_value": value,
        "unit": "USD",
        "tolerance": {"rel": 0.0005},
        "evidence": list(evidence),
        "kind": "lookup_flow" if value is not None else "neg_period",
    }


REVENUE = exact(
    "revenue",
    "What was Acme Widgets's revenue in fiscal 2023?",
    100_000_000.0,
    fact("Revenues", "Revenues-d0"),
)
INCOME = exact(
    "income",
    "What was Acme Widgets's net income in fiscal 2023?",
    12_000_000.0,
    fact("NetIncomeLoss", "NetIncomeLoss-d0"),
)
ABSENT = exact("absent", "What was Acme Widgets's revenue in fiscal 2009?", None)
PDF_QUESTION = {
    "financebench_id": "fb-1",
    "company": "Bolt",
    "doc_name": "BOLT_2023_10K",
    "question_type": "domain-relevant",
    "question": "Which metal does Bolt buy from a single supplier?",
    "answer": "Brass",
    "evidence": [{"doc_name": "BOLT_2023_10K", "evidence_page_num": 1}],
}
PAGES = (
    [
        "SECURITIES AND EXCHANGE COMMISSION",
        "FORM 10-K",
        "ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)",
        "For the fiscal year ended December 31, 2023",
        "BOLT CORPORATION",
        "(Exact name of registrant as specified in its charter)",
    ],
    ["Item 1A. Risk Factors", "Bolt buys all brass, its only metal, from a single supplier in Ohio."],
)


def make_shared(folder: Path, real: Path, questions: list[dict[str, Any]] | None = None) -> Path:
    """A folder like the one of real filings, with the real scorer; returns it."""
    asked = [REVENUE, INCOME, ABSENT] if questions is None else questions
    for name in ("tools", "questions", "financebench/pdfs"):
        (folder / name).mkdir(parents=True)
    (folder / "tools/score").symlink_to(real / "tools/score")
    unpack = folder / "tools/unpack"
    unpack.write_text('#!/bin/sh\necho "$(dirname "$0")/../edgar"\n', encoding="utf-8")
    unpack.chmod(0o755)
    REPORT.write(folder / "edgar/Archives")
    (folder / "questions/xbrl.jsonl").write_text(lines(asked), encoding="utf-8")
    (folder / "financebench/questions.jsonl").write_text(lines([PDF_QUESTION]), encoding="utf-8")
    (folder / "financebench/pdfs/BOLT_2023_10K.pdf").write_bytes(make_pdf(PAGES))
    return folder


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
