from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.answer.extract import MAX_SENTENCES, pick, unknown_names
from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.model.document import Block
from finchat_sec_qa.model.passage import Passage, PassageHit
from tests.crafted import filing_named
from tests.patience import ends

SUPPLY = (
    "We buy all of our brass from a single supplier in Chile. If this supplier fails us, the supply of brass"
    " would be at risk and our sales could fall. Our offices are in three pleasant towns by the sea."
)
LEGAL = (
    "We are a party to a lawsuit about the width of widgets. The court in Delaware will hear it next year."
)
STAFF = (
    "As of December 31, 2023, we had approximately 1,250 full-time employees in nine countries of the world."
)
POINTER = "For a discussion of the supply of brass, refer to Note 7 of the consolidated financial statements."


def source(*paragraphs: str, kind: str = "paragraph") -> Source:
    text, blocks = "", []
    for paragraph in paragraphs:
        blocks.append(
            Block("table" if kind == "table" else "paragraph", len(text), len(text) + len(paragraph))
        )
        text += paragraph + "\n"
    return Source(filing_named("k"), "k.htm", "", text, (), (), tuple(blocks), ())


def found(question: str, words: str, document: Source, headings: Sequence[str] = ()) -> list[str]:
    """What is quoted when each paragraph was a hit, the first the best."""
    hits = [
        PassageHit(
            "k",
            Passage(0, block.start, block.end, None, "", headings[at] if headings else "", "text"),
            10.0 - at,
        )
        for at, block in enumerate(document.blocks)
    ]
    quotes = pick(question, words, hits, lambda _, __: document)
    return [document.text[quote.start : quote.end] for quote in quotes]


def test_the_sentence_that_speaks_of_it_is_quoted_first() -> None:
    document = source(LEGAL, SUPPLY, STAFF)
    quotes = found("What is Acme's risk in the supply of brass?", "risk in the supply of brass", document)
    assert quotes[0].startswith("If this supplier fails us")
    assert not any("pleasant" in quote or "lawsuit" in quote for quote in quotes)


def test_how_many_wants_a_number() -> None:
    prose = (
        "Our employees are our most valued asset and we care for employees in many countries of the world."
    )
    quotes = found("How many employees does Acme have?", "how many employees does have", source(prose, STAFF))
    assert "1,250" in quotes[0]


def test_a_sentence_that_only_points_elsewhere_comes_later() -> None:
    quotes = found("supply of brass?", "supply of brass", source(POINTER, SUPPLY))
    assert not quotes[0].startswith("For a discussion")


def test_rows_of_tables_are_quoted_when_they_bring_numbers() -> None:
    table = source(
        "Brass bought by ton | 12,500 | 11,000\nBrass is a metal of great use | and so on", kind="table"
    )
    assert found("How much brass was bought?", "how much brass was bought", table) == [
        "Brass bought by ton | 12,500 | 11,000"
    ]


def test_nothing_is_quoted_when_the_passages_do_not_speak_of_it() -> None:
    document = source(LEGAL, SUPPLY, STAFF)
    assert found("What of quantum teleportation research?", "quantum teleportation research", document) == []
    assert found("brass dragons?", "brass dragons", document) == []  # half of two words is not enough
    assert pick("brass?", "brass", [], lambda _, __: document) == ()


def test_a_question_built_on_an_unknown_name_is_not_answered() -> None:
    document = source(SUPPLY, LEGAL)
    words = "what did say of the supply risk with zorkmid"
    assert found("What did Acme say of the supply risk with Zorkmid?", words, document) == []
    assert found(
        "What did Acme say of the supply risk in Chile?", words.replace("zorkmid", "chile"), document
    )


def test_unknown_names() -> None:
    bags = [{"chile", "brass"}]
    assert unknown_names("the brass of Chile and Peru", "brass chile peru", bags) == ["Peru"]
    assert unknown_names("What of brass", "brass", bags) == []
    assert unknown_names("the brass of Zed", "brass", bags) == []  # a company is no word to look for
    assert unknown_names("the brass of Zed", "brass zed", []) == ["Zed"]


def test_nothing_is_said_twice_and_not_too_much() -> None:
    document = source(
        *[SUPPLY] * 3, *[f"The supply of brass in the year {2000 + n} was at risk for us." for n in range(9)]
    )
    quotes = found("risk of the supply of brass?", "risk of the supply of brass", document)
    assert 0 < len(quotes) <= MAX_SENTENCES
    assert len(set(quotes)) == len(quotes)


def test_a_heading_speaks_for_what_stands_below_it() -> None:
    need = "We may not be able to get what we need in time for our customers."
    document = source(need, LEGAL)
    assert found("shortages for customers?", "shortages customers", document, ["Shortages", "Courts"]) == [
        need
    ]
    assert found("shortages for customers?", "shortages customers", document) == []


@given(st.text(max_size=200), st.text(max_size=200), st.lists(st.text(min_size=1, max_size=200), max_size=4))
def test_no_text_is_an_error(question: str, words: str, paragraphs: list[str]) -> None:
    document = source(*paragraphs)
    for quote in found(question, words, document):
        assert quote in document.text


@pytest.mark.parametrize("piece", ["Abc ", ", A'", "a Apple’", "A", "Aa-", "(B"])
def test_long_questions_are_read_to_their_end(piece: str) -> None:
    question = (piece * 2_000)[:2_000]
    with ends():
        unknown_names(question, question.lower(), [{"brass"}])
