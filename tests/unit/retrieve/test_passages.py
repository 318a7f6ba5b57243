from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.document import Block, BlockKind, Page, ParsedDocument, Section
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.retrieve.passages import MAX_CHARS, cut_document, cut_filing
from tests.crafted import parsed_large
from tests.patience import ends

SENTENCE = "We make widgets and sell them to customers in many countries of the world. "
Piece = tuple[BlockKind, int, str]


def made(pieces: Sequence[Piece], kind: str = "html") -> ParsedDocument:
    """A document of these blocks: (kind, level, text)."""
    text, blocks = "", []
    for block, level, body in pieces:
        blocks.append(Block(block, len(text), len(text) + len(body), level))
        text += body + "\n"
    document = ParsedDocument(
        name="a", kind="html", role="", sha256="", size=0, text=text, blocks=tuple(blocks)
    )
    return replace(document, kind="xbrl") if kind == "xbrl" else document


def cut(document: ParsedDocument) -> list[Passage]:
    return list(cut_document(document, 0))


def texts(document: ParsedDocument) -> list[str]:
    return [document.text[passage.start : passage.end] for passage in cut(document)]


def test_short_paragraphs_go_together_under_their_headings() -> None:
    document = made(
        [
            ("heading", 1, "Business"),
            ("heading", 2, "Products"),
            ("paragraph", 0, "We make widgets."),
            ("list_item", 0, "Blue ones."),
            ("heading", 2, "Customers"),
            ("paragraph", 0, "Everybody."),
        ]
    )
    first, second = cut(document)
    assert document.text[first.start : first.end] == "Business\nProducts\nWe make widgets.\nBlue ones."
    assert (first.heading, second.heading) == ("Business › Products", "Business › Customers")
    assert document.text[second.start : second.end] == "Customers\nEverybody."
    assert (first.kind, first.page, first.section) == ("text", None, "")


def test_a_table_stands_with_its_heading_and_alone() -> None:
    document = made(
        [
            ("paragraph", 0, "Before."),
            ("heading", 2, "Sales"),
            ("table", 0, "2023 | 1\n2022 | 2"),
            ("paragraph", 0, "After."),
        ]
    )
    assert texts(document) == ["Before.", "Sales\n2023 | 1\n2022 | 2", "After."]
    assert [passage.kind for passage in cut(document)] == ["text", "table", "text"]


def test_a_heading_alone_is_no_passage_unless_it_says_something() -> None:
    assert texts(made([("heading", 1, "Risk Factors")])) == []
    whole = "Our business could be harmed if our suppliers fail to deliver in time."
    assert texts(made([("heading", 3, whole)])) == [whole]


def test_long_tables_are_cut_between_rows() -> None:
    rows = "\n".join(f"Row {number} | {number * 1_000_003:,} | {number:,}" for number in range(400))
    pieces = texts(made([("table", 0, rows)]))
    assert len(pieces) > 5
    assert "\n".join(pieces) == rows


def test_a_word_longer_than_a_passage_is_cut_anywhere() -> None:
    word = "x" * (MAX_CHARS * 3 + 17)
    assert "".join(texts(made([("paragraph", 0, word)]))) == word


def test_listed_facts_are_not_indexed_but_prose_of_an_instance_is() -> None:
    pieces: list[Piece] = [
        ("heading", 1, "Facts"),
        ("paragraph", 0, "Revenues 5 USD"),
        ("heading", 2, "Policies"),
        ("paragraph", 0, SENTENCE * 5),
        ("paragraph", 0, "Assets 5 USD"),
        ("paragraph", 0, SENTENCE * 4),
    ]
    document = made(pieces, "xbrl")
    assert texts(document) == ["Policies\n" + SENTENCE * 5, SENTENCE * 4]
    assert {passage.heading for passage in cut(document)} == {"Facts › Policies"}


def test_all_documents_of_a_filing() -> None:
    parsed = parsed_large("one", 1)
    two = replace(parsed, documents=(parsed.documents[0], parsed.documents[0]))
    passages = cut_filing(two)
    half = len(passages) // 2
    assert [passage.document for passage in passages] == [0] * half + [1] * half
    wrapper = replace(parsed.documents[0], kind="submission")
    assert cut_filing(replace(parsed, documents=(wrapper,))) == ()


KINDS = st.sampled_from(["heading", "paragraph", "list_item", "table"])
BODY = st.one_of(
    st.text(alphabet="ab .•A(\n", min_size=1, max_size=60).filter(lambda text: bool(text.strip())),
    st.integers(1, 60).map(lambda count: (SENTENCE * count).strip()),
    st.integers(1, 90).map(lambda count: "\n".join(["Total | 1,000 | 2,000"] * count)),
)
PIECES = st.lists(st.tuples(KINDS, st.integers(1, 6), BODY), max_size=12)


@given(PIECES, st.lists(st.integers(0, 6_000), max_size=5), st.lists(st.integers(0, 6_000), max_size=5))
def test_no_passage_crosses_a_page_or_section_and_none_is_lost(
    pieces: list[Piece], page_ends: list[int], section_ends: list[int]
) -> None:
    document = made(pieces)
    # pages and sections end at ends of blocks, as parsers make them
    ends = sorted({block.start for block in document.blocks} - {0})
    document = replace(
        document,
        pages=tuple(Page(n, a, b) for n, (a, b) in enumerate(ranges(page_ends, ends, document), start=1)),
        sections=tuple(
            Section("Part I", f"Item {n}", "", a, b)
            for n, (a, b) in enumerate(ranges(section_ends, ends, document))
        ),
    )
    passages = cut(document)
    covered = [False] * len(document.text)
    for passage in passages:
        assert 0 <= passage.start < passage.end <= len(document.text)
        assert passage.end - passage.start <= MAX_CHARS
        inside = slice(passage.start, passage.end)
        assert not any(covered[inside])
        covered[inside] = [True] * (passage.end - passage.start)
        for parts in (document.pages, document.sections):
            assert not any(passage.start < part.start < passage.end for part in parts)
        assert passage.page == next(
            (p.number for p in document.pages if p.start <= passage.start < p.end), None
        )
        found = [part.label for part in document.sections if part.start <= passage.start < part.end]
        assert passage.section == (found[0] if found else "")
    for block in document.blocks:
        if block.kind != "heading":
            body = range(block.start, block.end)
            assert all(covered[at] or document.text[at].isspace() for at in body)


def ranges(wanted: list[int], ends: list[int], document: ParsedDocument) -> list[tuple[int, int]]:
    """Stretches of the text that end at some of `ends`, together the whole of it."""
    if not document.text:
        return []
    cuts = sorted({0, len(document.text), *(ends[number % len(ends)] for number in wanted if ends)})
    return list(pairwise(cuts))


@pytest.mark.parametrize("piece", ["x", ". ", "A ", "\n", ";(", " "])
def test_long_blocks_end(piece: str) -> None:
    with ends():
        cut(made([("paragraph", 0, "a" + piece * 200_000)]))
