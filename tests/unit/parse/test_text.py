import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.text import parse_text

REPORT = """
<PAGE>
                     FORM 10-Q
     Net sales &amp; costs rose in the quarter. Most of it came
     from toys.

     Games fell.

                         1
<PAGE>
ITEM 1. FINANCIAL STATEMENTS

<TABLE>
<CAPTION>
                           1999      1998
                          -----     -----
<S>                       <C>       <C>
Net sales ..............  $ 20      $ 18
Cost of sales               11         9
                          =====     =====
</TABLE>
                         2
"""


def parse(content: bytes, limits: Limits = Limits()) -> ParsedDocument:
    return parse_text(SourceFile("report.txt", content, "10-Q"), limits).document


def test_pages_tables_and_paragraphs() -> None:
    document = parse(REPORT.encode())
    assert [page.label for page in document.pages] == ["1", "2"]
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("heading", "FORM 10-Q"),
        ("paragraph", "Net sales & costs rose in the quarter. Most of it came\nfrom toys."),
        ("paragraph", "Games fell."),
        ("heading", "ITEM 1. FINANCIAL STATEMENTS"),
        ("table", "1999 1998\nNet sales $ 20 $ 18\nCost of sales 11 9"),
    ]


def test_windows_characters_are_read() -> None:
    assert parse("The company’s “toys”".encode("cp1252")).text == "The company’s “toys”\n"


def test_other_files_are_refused() -> None:
    with pytest.raises(MalformedError, match="binary"):
        parse(b"\0\1\2" * 100)
    with pytest.raises(MalformedError, match="no text"):
        parse(b" \n\f\n ")
    with pytest.raises(LimitExceededError):
        parse(b"words" * 100, Limits(max_bytes=100))
    with pytest.raises(LimitExceededError):
        parse(b"words", Limits(max_seconds=-1))


def test_a_line_of_dots_takes_no_time() -> None:
    assert len(parse(b"." * 200_000 + b"x", Limits(max_seconds=5)).text) > 0


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_has_blocks_within_it(content: str) -> None:
    try:
        document = parse(content.encode("utf-8", "surrogatepass"))
    except ParseError:
        return
    previous = 0
    for block in document.blocks:
        assert previous <= block.start < block.end <= len(document.text)
        assert document.text[block.end] == "\n"
        previous = block.end
