"""A table as Markdown: marks, computations, gaps, sources; no markup of a filing takes effect."""

from finchat_sec_qa.sheets.markdown import to_markdown
from tests.unit.sheets.making import comparison, statement


def test_numbers_carry_the_marks_of_their_sources() -> None:
    text = to_markdown(comparison())
    assert "| Company | Metric | FY2023 | FY2024 | Unit |" in text
    assert "| Acme | total revenue | 100 [1] | 130 [2] | USD |" in text
    assert "| Acme | margin | — | 46.15 [4][2] | percent |" in text
    assert "- [2] “130” — Acme, 10-K, period ended 2024-12-31" in text
    assert "<https://www.sec.gov/Archives/edgar/data/42/000000004224000001/acme.htm#f-2>" in text


def test_computations_gaps_and_restatements_are_spelled_out() -> None:
    text = to_markdown(comparison())
    assert "profit\\_FY2024 = 60 [4], revenue\\_FY2024 = 130 [2]" in text
    assert "### Missing" in text
    assert "98 USD as reported later, in 10-K for the period ended 2025-12-31 \\[3\\]" in text
    assert "- FY2024 ends on two days." in text


def test_hostile_text_stays_text() -> None:
    text = to_markdown(comparison())
    assert "<script>" not in text
    assert "\\<script\\>\\`\\*\\_" in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {6}


def test_a_statement_has_captions_and_indents() -> None:
    text = to_markdown(statement())
    assert "| **Investing:** |  |  |" in text
    assert "| &emsp;Plant | -30 [1] | USD |" in text
