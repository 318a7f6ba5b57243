import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.pdf import parse_pdf
from tests.pdf_maker import make_pdf

PROSE = "We design, make and sell widgets, and we stand behind every single one of them."
STATEMENT = [
    "CONSOLIDATED STATEMENTS OF INCOME",
    "(In millions)",
    "Year Ended June 30, 2023 2022",
    "Net sales $ 1,945 $ 1,530",
    "Cost of sales (1,396) (1,127)",
    "Gross margin 549 403",
    "12",
]


def parse(content: bytes, limits: Limits = Limits()) -> ParsedDocument:
    return parse_pdf(SourceFile("report.pdf", content), limits).document


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_pages_hold_their_lines_at_their_offsets() -> None:
    document = parse(make_pdf([["First line", "Second line"], [], ["Third line"]]))
    assert document.text == "First line\nSecond line\nThird line\n"
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, "First line\nSecond line"),
        (2, ""),
        (3, "Third line"),
    ]
    assert (document.kind, document.size > 0, len(document.sha256)) == ("pdf", True, 64)


def test_a_statement_is_a_table_with_its_header_and_the_page_number_is_no_block() -> None:
    document = parse(make_pdf([STATEMENT]))
    assert blocks(document) == [
        ("heading", "CONSOLIDATED STATEMENTS OF INCOME"),
        ("table", "\n".join(STATEMENT[1:6])),
    ]
    assert document.pages[0].label == "12"


def test_prose_headings_and_bullets_are_told_apart() -> None:
    document = parse(
        make_pdf(
            [["Item 1. Business", PROSE, "They are sold in 40 countries.", "• Widgets", "• Gadgets of steel"]]
        )
    )
    assert blocks(document) == [
        ("heading", "Item 1. Business"),
        ("paragraph", f"{PROSE}\nThey are sold in 40 countries."),
        ("list_item", "• Widgets"),
        ("list_item", "• Gadgets of steel"),
    ]


def test_a_heading_that_runs_into_the_line_above_gets_its_own_line() -> None:
    document = parse(make_pdf([["Leases expire through the year 2043. ITEM 3. LEGAL PROCEEDINGS", "None."]]))
    assert "2043.\nITEM 3. LEGAL PROCEEDINGS\nNone." in document.text


def test_a_reference_to_an_item_is_no_heading() -> None:
    document = parse(
        make_pdf([["The risks are described under the heading that is found in", "Item 8 of this report."]])
    )
    assert [kind for kind, _ in blocks(document)] == ["paragraph"]


def test_a_scan_without_text_is_read_with_a_warning() -> None:
    assert "no text" in parse(make_pdf([[], []])).warnings[0]


def test_a_page_more_than_allowed_is_refused() -> None:
    with pytest.raises(LimitExceededError, match="3 pages, more than 2"):
        parse(make_pdf([["a"], ["b"], ["c"]]), Limits(max_elements=2_000))


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(LimitExceededError, match="larger than 100 bytes"):
        parse(make_pdf([["a"]]), Limits(max_bytes=100))


def test_work_stops_at_the_deadline() -> None:
    with pytest.raises(LimitExceededError, match="took longer"):
        parse(make_pdf([["a"]]), Limits(max_seconds=-1))


def test_an_encrypted_file_is_named_as_such() -> None:
    secret = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + "0" * 64 + ">/U<" + "1" * 64 + ">>>/ID[<00><00>]"
    with pytest.raises(MalformedError, match="encrypted"):
        parse(make_pdf([["a"]], trailer=secret))


def test_a_file_without_pages_is_refused() -> None:
    with pytest.raises(MalformedError):
        parse(make_pdf([]))


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_random_bytes_raise_parse_errors_only(content: bytes) -> None:
    try:
        document = parse(b"%PDF-1.4\n" + content)
    except ParseError:
        return
    assert document.pages


@given(st.integers(0, 900), st.binary(min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_parses_or_raises_a_parse_error(at: int, junk: bytes) -> None:
    whole = make_pdf([STATEMENT, [PROSE]])
    try:
        document = parse(whole[:at] + junk + whole[at + len(junk) :])
    except ParseError:
        return
    assert all(0 <= page.start <= page.end <= len(document.text) for page in document.pages)


def test_threads_may_parse_at_the_same_time() -> None:
    content = make_pdf([STATEMENT] * 5)
    expected = parse(content).text
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(parse(content).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 4


@pytest.mark.shared
def test_a_real_report_keeps_labels_and_numbers_on_one_line(shared: Path) -> None:
    path = shared / "financebench" / "pdfs" / "COSTCO_2021_10K.pdf"
    document = parse(path.read_bytes())
    assert len(document.pages) == 76
    row = document.text.index("Total revenue 195,929 166,761 152,703")
    page = next(page for page in document.pages if page.start <= row < page.end)
    assert (page.number, page.label) == (36, "36")
    table = next(block for block in document.blocks if block.start <= row < block.end)
    assert table.kind == "table"
    previous = 0
    for block in document.blocks:
        assert previous <= block.start < block.end
        assert document.text[block.end] == "\n"
        previous = block.end
