import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.errors import RemoteError
from tests.unit.webapp.fake_api import HACKED, MARGIN, REVENUE, UNKNOWN, api_with_answers
from tests.unit.webapp.fake_filings import SEC
from webapp.advice import remote_problem
from webapp.export import to_markdown
from webapp.security import sec_link
from webapp.text import segments

ANSWERS = api_with_answers().answers


@given(st.text(max_size=60), st.sets(st.integers(0, 12)))
def test_segments_lose_nothing(text, ids):
    for paragraph, line in zip(
        segments(text, ids), (x.strip() for x in text.splitlines() if x.strip()), strict=True
    ):
        assert "".join(segment.text for segment in paragraph) == line
        assert all(segment.citation is None or segment.citation in ids for segment in paragraph)


def test_only_citations_that_exist_become_marks():
    (paragraph,) = segments("Sales were 5 [1][9].", {1})
    assert [(segment.text, segment.citation) for segment in paragraph] == [
        ("Sales were 5 ", None),
        ("[1]", 1),
        ("[9].", None),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://www.sec.gov.evil.test/x",
        "https://evil.test/https://www.sec.gov/",
        "https://user@www.sec.gov/x",
        "https://www.sec.gov:444/x",
        "http://www.sec.gov/x",
        "//www.sec.gov/x",
        "https://www.sec.gov/\nx",
        "https:\\\\www.sec.gov\\x",
        "https://[www.sec.gov/x",
        "data:text/html,x",
        "",
        None,
    ],
)
def test_only_edgar_addresses_become_links(url):
    assert sec_link(url) is None


def test_an_edgar_address_is_kept():
    assert sec_link(SEC + "#f-12") == SEC + "#f-12"


def test_an_answer_as_markdown():
    text = to_markdown(ANSWERS[REVENUE])
    assert text.startswith("## What was Acme’s revenue in fiscal 2023?\n")
    assert "fiscal year 2023 [1]." in text
    assert "**7,403,000,000 USD** (Fiscal year 2023, Jan 1, 2023 – Dec 31, 2023)" in text
    assert "[1] Acme Instruments Corp, 10-K, period ended Dec 31, 2023" in text
    assert f"<{SEC}#f-12>" in text
    assert "> 7,403\n" in text
    assert "- gross profit = 3,392,000,000 USD [2]" in to_markdown(ANSWERS[MARGIN])
    assert "- **Disagrees:** [2] says otherwise." in to_markdown(ANSWERS[MARGIN])
    assert "- Fiscal 2022, for comparison: 6,581,000,000 USD [2]" in text
    assert "**No answer** (company\\_unknown)" in to_markdown(ANSWERS[UNKNOWN]).replace(
        "company_", "company\\_"
    )


def test_markup_of_a_filing_is_text_in_markdown():
    text = to_markdown(ANSWERS[HACKED])
    assert "<script>" not in text
    assert "\\<script\\>" in text
    assert "javascript:" not in text


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (RemoteError("x", code="unreachable"), 503, "does not answer"),
        (RemoteError("x", code="timeout"), 504, "too long"),
        (RemoteError("x", 504), 504, "too long"),
        (RemoteError("x", 401), 502, "token"),
        (RemoteError("x", 404, "not_found"), 404, "Not in the store"),
        (RemoteError("x", 429), 503, "Too many"),
        (RemoteError("x", 422), 400, "cannot take"),
        (RemoteError("x", 500), 502, "could not"),
        (RemoteError("x", code="bad_reply"), 502, "cannot read"),
    ],
)
def test_every_fault_of_the_api_has_its_page(error, status, title):
    problem = remote_problem(error, "http://127.0.0.1:8000")
    assert problem.status == status
    assert title in problem.title
    assert problem.steps
