from dataclasses import replace

from finchat_sec_qa.index.header import filing_header, place_header
from finchat_sec_qa.index.tokens import terms
from tests.crafted import filing_named


def test_header_says_whose_filing_it_is_in_every_usual_spelling() -> None:
    header = filing_header(replace(filing_named("a", fiscal_year=2024), fiscal_period="Q2", form="10-Q"))
    assert header == "Acme Widgets Inc. ACME 10-Q fiscal 2024 FY2024 Q2"
    assert {"acm", "widget", "10-q", "2024", "fy2024", "q2"} <= set(terms(header))


def test_unknown_parts_are_left_out() -> None:
    bare = replace(filing_named("a"), form="", fiscal_year=None, fiscal_period=None, tickers=())
    assert filing_header(bare) == "Acme Widgets Inc."
    assert place_header("", "", "") == ""
    assert place_header("Part I, Item 1A", "Risk Factors", "Supply") == "Part I, Item 1A Risk Factors Supply"
