from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import MAX_QUESTION
from webapp.question import read_number, read_question

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
NAMES = st.lists(WORDS.filter(bool), max_size=3, unique=True)


@given(WORDS.filter(bool), NAMES, NAMES, st.lists(st.integers(1900, 2200), max_size=3, unique=True))
def test_an_address_asks_the_same_again(text, companies, forms, years):
    pairs = [("q", text)] + [("company", c) for c in companies] + [("form", f) for f in forms]
    question = read_question(MultiDict(pairs + [("year", str(year)) for year in years]))
    again = parse_qsl(urlsplit(question.address(extra={"cite": 2}, fragment="mark")).query)
    assert read_question(MultiDict(again)) == question
    assert dict(again)["cite"] == "2"


def test_empty_fields_mean_any():
    question = read_question(MultiDict([("q", " a  b "), ("company", ""), ("year", ""), ("form", " ")]))
    assert question.args == [("q", "a b")]


def test_a_day_limits_what_was_filed():
    question = read_question(MultiDict([("q", "a"), ("as_of", "2024-01-31")]))
    assert question.scope.as_of == date(2024, 1, 31)
    assert ("as_of", "2024-01-31") in question.args


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ([("q", "x" * (MAX_QUESTION + 1))], "2,000"),
        ([("q", "a\x00b")], "NUL"),
        ([("q", "a"), ("year", "soon")], "year"),
        ([("q", "a"), ("year", "99999")], "year"),
        ([("q", "a"), ("year", "٢٠٢٣")], "year"),
        ([("q", "a"), ("as_of", "31.1.2024")], "as_of"),
        ([("q", "a"), ("company", "x" * 300)], "company"),
        ([("q", "a")] + [("filing", str(n)) for n in range(30)], "filing"),
    ],
)
def test_what_cannot_be_asked_is_told(pairs, named):
    with pytest.raises(UsageError, match=named):
        read_question(MultiDict(pairs))


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "1" * 10, "²"])
def test_numbers_are_whole_and_bounded(text):
    with pytest.raises(UsageError):
        read_number(MultiDict([("start", text)]), "start", 0)
