import hashlib
import random
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.html import parse_html
from finchat_sec_qa.parse.limits import Limits
from tests.unit.parse.html_files import OPENING, parse, parse_inline, table_html


def kinds(body: str) -> list[tuple[str, int, str]]:
    document = parse(body).document
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


# --- text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One</p><p>two</p>", "One\ntwo\n"),
        ("<p>A\u00a0 b\n\u2009c</p>", "A b c\n"),
        ("<p>so\u00adft\u200b zero</p>", "soft zero\n"),
        ("<p>a <b>bold</b> word, <i>an</i>other</p>", "a bold word, another\n"),
        ("<p>first<br>second</p>", "first second\n"),
        ("first<br><br>second", "first\nsecond\n"),
        ("<div>outer<div>inner</div>rest</div>", "outer\ninner\nrest\n"),
        ("<p>&amp;&lt;&nbsp;&mdash;&#8217;&unknown;</p>", "&< —’&unknown;\n"),
        ("<script>no()</script><style>p{}</style><p>yes</p>", "yes\n"),
        (
            "<p>seen</p><div style='display:none'><p>not</p></div><p style='visibility:hidden'>nor</p>",
            "seen\n",
        ),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb\n"),
        ("<p><span>•</span><span>A risk</span></p>", "• A risk\n"),
        ("<p><b>Item 1A.</b><b>Risk Factors</b></p>", "Item 1A. Risk Factors\n"),
        ("<p><span>U.</span><span>S. sales</span></p>", "U.S. sales\n"),
        ("<p>never closed<p>nor this<b>", "never closed\nnor this\n"),
        ("<span style='display:block'>a</span><span style='display:block'>b</span>", "a\nb\n"),
        ("<pre>Dear holder,\nread this.\n\nSales   5   6\nCosts   3   4</pre>", None),
    ],
)
def test_text_is_normalised(body: str, text: str | None) -> None:
    expected = "Dear holder, read this.\nSales 5 6\nCosts 3 4\n" if text is None else text
    assert parse(body).document.text == expected


def test_blocks_follow_each_other_and_leave_out_line_ends() -> None:
    document = parse("<h1>Title</h1><p>Text.</p>" + table_html(("a", "1"), ("b", "2"))).document
    assert [document.text[b.start : b.end] for b in document.blocks] == ["Title", "Text.", "a | 1\nb | 2"]
    assert all(a.end + 1 == b.start for a, b in zip(document.blocks, document.blocks[1:], strict=False))


def test_a_document_names_its_bytes() -> None:
    content = b"<html><body><p>x</p></body></html>"
    document = parse_html(SourceFile("x.htm", content, role="10-K"), Limits()).document
    assert (document.name, document.kind, document.role) == ("x.htm", "html", "10-K")
    assert (document.sha256, document.size) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<html><body><p>café</p></body></html>".encode("utf-16"), "café\n"),
        (b"\xef\xbb\xbf" + "<html><body><p>café</p></body></html>".encode(), "café\n"),
        (b"<?xml version='1.0' encoding='ASCII'?><html><body><p>caf&#233;</p></body></html>", "café\n"),
        (
            b"<html><head><meta charset='iso-8859-1'></head><body><p>it\x92s caf\xe9</p></body></html>",
            "it’s café\n",
        ),
        (
            "<html><head><meta charset='shift_jis'></head><body><p>日本</p></body></html>".encode(
                "shift_jis"
            ),
            "日本\n",
        ),
        (b"<html><body><p>caf\xe9</p></body></html>", "café\n"),
        (b"<html><head><meta charset='no-such'></head><body><p>caf\xe9</p></body></html>", "café\n"),
    ],
)
def test_encodings_are_found_whatever_is_declared(content: bytes, text: str) -> None:
    assert parse(content).document.text == text


def test_a_wrong_declaration_is_a_warning() -> None:
    document = parse(
        b"<?xml version='1.0' encoding='utf-8'?><html><body><p>caf\xe9</p></body></html>"
    ).document
    assert document.text == "café\n"
    assert document.warnings == ("declares utf-8 but is not; read as windows-1252",)


# --- headings, lists, pages, anchors ---------------------------------------------------------------------

BODY = (
    "<p style='font-size:10pt'>This is the usual text of the document, and there is a lot of it here.</p>" * 3
)


@pytest.mark.parametrize(
    ("html", "kind", "level"),
    [
        ("<h2>Anything</h2>", "heading", 2),
        ("<p><b>PART I</b></p>", "heading", 1),
        ("<p><b>Item 1A. Risk Factors</b></p>", "heading", 2),
        ("<p style='font-weight:700;font-size:14pt'>Segments</p>", "heading", 3),
        ("<p style='text-align:center'><b>Overview</b></p>", "heading", 3),
        ("<div><span style='font-size:10pt;font-weight:700'>Liquidity</span></div>", "heading", 4),
        ("<p><b><i>Foreign exchange</i></b></p>", "heading", 5),
        ("<p><u>Interest rates</u></p>", "heading", 6),
        ("<p>Item 1 — FINANCIAL STATEMENTS</p>", "heading", 2),
        ("<p>Item 1A of our report has the risks</p>", "paragraph", 0),
        ("<p>Plain words</p>", "paragraph", 0),
        ("<p><b>Bold</b> at the beginning of a paragraph</p>", "paragraph", 0),
        ("<p><a href='#toc'><b>Table of Contents</b></a></p>", "paragraph", 0),
        ("<p><b>27</b></p>", "paragraph", 0),
        ("<p><b>(in millions)</b></p>", "paragraph", 0),
        ("<p>• A risk</p>", "list_item", 0),
        ("<p>(a) A clause</p>", "list_item", 0),
        ("<li>An item</li>", "list_item", 0),
    ],
)
def test_kinds_of_blocks(html: str, kind: str, level: int) -> None:
    assert kinds(BODY + html)[-1][:2] == (kind, level)


@pytest.mark.parametrize(
    "page_break",
    [
        "<hr style='page-break-after:always'/>",
        "<div style='page-break-before: always'></div>",
        "<p style='break-after:page'></p>",
        "<hr>",
        "<page>",
    ],
)
def test_pages_end_at_breaks_and_have_their_printed_number(page_break: str) -> None:
    document = parse(
        f"<p>One</p><p>27</p>{page_break}<p>Two</p><p>Apple Inc. | 2024 Form 10-K | 28</p>"
    ).document
    assert [(page.number, page.label) for page in document.pages] == [(1, "27"), (2, "28")]
    assert [document.text[p.start : p.end].split("\n")[0] for p in document.pages] == ["One", "Two"]
    assert (document.pages[0].start, document.pages[-1].end) == (0, len(document.text))
    assert document.pages[0].end == document.pages[1].start


def test_a_rule_inside_a_page_is_no_break() -> None:
    assert parse("<p>One</p><hr><p>Two</p>").document.pages == ()


def test_anchors_are_names_that_links_lead_to() -> None:
    document = parse(
        "<p><a href='#item7'>Item 7</a> <a href='#gone'>Gone</a></p><p id='unused'>Text</p>"
        "<div id='item7'></div><p>Item 7. Discussion</p><a name='end'></a><a href='#end'>End</a>"
    ).document
    assert [(anchor.name, document.text[anchor.start :].split("\n")[0]) for anchor in document.anchors] == [
        ("item7", "Item 7. Discussion"),
        ("end", "End"),
    ]


def test_a_line_has_one_anchor_of_a_fact() -> None:
    tag = '<ix:nonFraction id="f-{0}" name="a:B" contextRef="y" unitRef="usd">{0}</ix:nonFraction>'
    body = "".join(f"<p>{tag.format(line)} and {tag.format(line + 1)}</p>" for line in (1, 3))
    parsed = parse_inline(body)
    assert [(a.name, a.start) for a in parsed.document.anchors] == [("f-1", 0), ("f-3", 8)]


# --- hostile files ---------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
DEEP = "<div>" * 1_000_000
JUNK = random.Random(1).randbytes(50_000)


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        (b"", MalformedError, "is empty"),
        (b"  \n ", MalformedError, "is empty"),
        (b"just words", MalformedError, "holds no HTML"),
        (JUNK, MalformedError, "holds no HTML"),
        (b"<html><body>" + JUNK, MalformedError, "holds no HTML"),
        (b"%PDF-1.7", MalformedError, "is a PDF"),
        (b"PK\x03\x04", MalformedError, "is a zip archive"),
        (f"{BOMB}{OPENING}&b;</body></html>".encode(), MalformedError, "declares entities"),
        (f"{BOMB}{OPENING}&b;</body></html>".encode("utf-16"), MalformedError, "declares entities"),
        (f"<html><body>{DEEP}".encode(), LimitExceededError, "deeper than 250"),
        (f"{OPENING}{DEEP}".encode(), LimitExceededError, "deeper than 250"),
    ],
)
def test_hostile_files_are_refused_by_name(content: bytes, error: type[ParseError], reason: str) -> None:
    with pytest.raises(error, match=reason) as raised:
        parse(content)
    assert raised.value.name == "a.htm"
    assert str(raised.value).startswith("a.htm: ")


def test_no_outside_entity_is_ever_read(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123 - the parameter is typed loosely
        file.write("SECRET")
    for doctype in (
        f'<!DOCTYPE html SYSTEM "file://{secret}">',
        f'<!DOCTYPE html PUBLIC "x" "file://{secret}">',
    ):
        document = parse(f"{doctype}{OPENING}<p>&secret; text</p></body></html>".encode()).document
        assert "SECRET" not in document.text
        assert "text" in document.text


def test_a_file_above_the_limit_is_not_even_decoded() -> None:
    content = bytes(50_000_000)
    tracemalloc.start()
    with pytest.raises(LimitExceededError, match=r"47\.68 MB; 1 MB are allowed"):
        parse(content, Limits(max_bytes=1_048_576))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(LimitExceededError, match="more than 10000 elements"):
        parse("<br>" * 20_000, Limits(max_elements=10_000))


@pytest.mark.parametrize(
    "body",
    [
        "<table>" + "<tr><td>label</td><td>1,234</td><td>5</td></tr>" * 200_000 + "</table>",
        "<p>" + "<span>a </span>" * 1_000_000,
    ],
)
def test_time_is_bounded_even_inside_one_table(body: str) -> None:
    begin = time.monotonic()
    with pytest.raises(LimitExceededError, match=r"took longer than 0\.5 s"):
        parse(body, Limits(max_seconds=0.5))
    assert time.monotonic() - begin < 10  # the look at the clock comes soon, also on a busy machine


@pytest.mark.parametrize(
    "body",
    [
        "<p><font size=2>a" * 20_000,
        "<b>a<i>b" * 20_000,
        "<p " + " ".join(f'a{number}="x"' for number in range(50_000)) + ">a</p>",
        '<p style="' + "a:b;" * 500_000 + '">a</p>',
        "<table>" + ('<tr><td colspan="99999" rowspan="99999">a</td><td>1</td></tr>' * 500) + "</table>",
        "<table><tr>" + "<td>a</td>" * 20_000 + "</tr></table>",
        "<table>"
        + "".join(f'<tr><td style="padding-left:{n}pt">a {n}</td><td></td></tr>' for n in range(3_000))
        + "<tr><td>b</td><td>1</td></tr></table>",
    ],
)
def test_wasteful_files_are_read_in_time(body: str) -> None:
    assert parse(body, Limits(max_seconds=20)).document.text.startswith("a")


def test_a_cut_file_is_read_as_far_as_it_goes() -> None:
    document = parse(b"<html><body><p>Something</p><p style='wid").document
    assert document.text == "Something\n"


def test_a_file_without_text_says_so() -> None:
    assert parse("<img src='scan.jpg'>").document.warnings == ("holds no text",)


TOKENS = (
    "<p> </p> <table> </table> <tr> </tr> <td> </td> <br> <hr> <b> </b> <li> <pre> </pre> <page> "
    "<ix:header> </ix:header> <ix:nonFraction> </ix:nonFraction> <ix:exclude> </ix:exclude> <ix:fraction> "
    "<xbrli:context> </xbrli:context> <xbrldi:typedMember> text 1,234 2024 $ ) % & < > (1)"
).split(" ")


@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_any_order_of_tags_gives_a_whole_document(tokens: list[str]) -> None:
    document = parse("<p>x</p>" + " ".join(tokens)).document
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
    for table in document.tables:
        assert all(table.start <= cell.start < cell.end <= table.end for cell in table.cells)
        assert len(table.row_headers) > max(cell.row for cell in table.cells)
        assert len(table.column_headers) > max(cell.column for cell in table.cells)
    assert parse("<p>x</p>" + " ".join(tokens)).document.text == document.text
