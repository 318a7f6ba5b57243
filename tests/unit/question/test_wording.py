import pytest

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import MAX_QUESTION
from finchat_sec_qa.question.wording import on_one_line


def test_blanks_become_one() -> None:
    assert on_one_line(" a\t b\r\n c\u00a0d ", "question") == "a b c d"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the query is empty"):
        on_one_line(text, "query")


def test_too_much_is_refused() -> None:
    assert len(on_one_line("a" * MAX_QUESTION, "question")) == MAX_QUESTION
    with pytest.raises(UsageError, match="2001 characters; at most 2000"):
        on_one_line("a" * (MAX_QUESTION + 1), "question")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UsageError, match="not valid Unicode"):
        on_one_line("Apple \ud800", "question")


@pytest.mark.parametrize("text", ["a\x00b", "\u202eabc", "😀", "\ufeffabc", "\x1b[31m"])
def test_odd_characters_are_read(text: str) -> None:
    assert on_one_line(text, "question") == text
