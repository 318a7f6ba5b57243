from hypothesis import given
from hypothesis import strategies as st

from webapp.marks import Mark, cut

SPANS = st.tuples(st.integers(0, 60), st.integers(1, 30), st.booleans()).map(
    lambda made: Mark(made[0], made[0] + made[1], str(made[0]), current=made[2])
)


@given(st.text(max_size=40), st.integers(0, 30), st.lists(SPANS, max_size=5))
def test_pieces_joined_are_the_text_and_marks_cover_exactly_what_is_cited(text, offset, marks):
    pieces = cut(text, offset, marks)
    assert "".join(piece.text for piece in pieces) == text
    place = offset
    for piece in pieces:
        assert piece.text
        for character in range(place, place + len(piece.text)):
            covering = [mark for mark in marks if mark.start <= character < mark.end]
            assert (piece.mark is None) == (not covering)
            if piece.mark is not None:
                assert piece.mark in covering
                assert piece.mark.current or not any(mark.current for mark in covering)
        place += len(piece.text)


def test_the_current_mark_wins_over_one_that_overlaps():
    pieces = cut("net sales of 5", 100, [Mark(100, 114, "1"), Mark(113, 114, "2", current=True)])
    assert [(piece.text, piece.mark.label if piece.mark else "") for piece in pieces] == [
        ("net sales of ", "1"),
        ("5", "2"),
    ]


def test_offsets_are_code_points():
    text = "𝒳 café 5"
    assert [piece.text for piece in cut(text, 0, [Mark(7, 8)])] == ["𝒳 café ", "5"]
