from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.cite.sentences import quotable_spans, row_spans, sentence_spans
from finchat_sec_qa.model.document import Block
from tests.patience import ends


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One thing. Another thing.", ["One thing.", "Another thing."]),
        ("Is it? It is! “Yes.” No.", ["Is it?", "It is!", "“Yes.”", "No."]),
        ("Apple Inc. reported it. Nike did not.", ["Apple Inc. reported it.", "Nike did not."]),
        ("Sales in the U.S. Rose. Then fell.", ["Sales in the U.S. Rose.", "Then fell."]),
        ("See No. 12 and Sept. 30. Then stop.", ["See No. 12 and Sept. 30.", "Then stop."]),
        ("It cost $1.5 million. 2023 was worse.", ["It cost $1.5 million.", "2023 was worse."]),
        ("Prose runs on\nover lines. Then\nends.\n", ["Prose runs on\nover lines.", "Then\nends."]),
        ("John A. Smith signed. Done.", ["John A. Smith signed.", "Done."]),
        ("no capital. follows here.", ["no capital. follows here."]),
        ("  spaced  ", ["spaced"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_sentences(text: str, wanted: list[str]) -> None:
    assert sentences(text) == wanted


@given(
    st.text(alphabet=st.sampled_from("aA .!?\n\t“”)1|U.S$"), max_size=120),
    st.integers(0, 120),
    st.integers(0, 120),
)
def test_spans_lie_inside_in_order_and_stripped(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    spans = list(sentence_spans(text, start, end))
    assert all(start <= first < last <= end for first, last in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for first, last in spans:
        piece = text[first:last]
        assert piece == piece.strip()
    kept = "".join(text[first:last] for first, last in spans)
    assert kept.split() == text[start:end].split() or "".join(kept.split()) == "".join(
        text[start:end].split()
    )


def test_rows_are_lines() -> None:
    text = "Sales | 1 | 2\n\n Costs. Other | 3 \n"
    found = [text[start:end] for start, end in row_spans(text, 0, len(text))]
    assert found == ["Sales | 1 | 2", "Costs. Other | 3"]


def test_sentences_of_paragraphs_and_rows_of_tables_in_part_of_a_document() -> None:
    text = "One. Two.\n7\nA. Row | 1\nB | 2\nThree\nruns on. Four.\n"
    blocks = (
        Block("paragraph", 0, 9),
        Block("table", 12, 28, table=0),
        Block("paragraph", 29, len(text) - 1),
    )

    def quotable(start: int, end: int) -> list[str]:
        return [text[first:last] for first, last in quotable_spans(text, blocks, start, end)]

    assert quotable(0, len(text)) == ["One.", "Two.", "A. Row | 1", "B | 2", "Three\nruns on.", "Four."]
    assert quotable(5, 22) == ["Two.", "A. Row | 1"]
    assert quotable(9, 12) == []  # a page number belongs to no block


@pytest.mark.parametrize("piece", [". ", ".”" * 3, "A. ", "U.S. ", "!?", "x", "\n", ".)))"])
def test_long_texts_are_read_to_their_end(piece: str) -> None:
    with ends():
        sentences((piece * 20_000)[:20_000])
