import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.cli.plain import clean, clean_json, one_line


@given(st.text())
def test_no_control_character_but_tab_and_newline_stays(text: str) -> None:
    left = clean(text)
    assert not [c for c in left if unicodedata.category(c) == "Cc" and c not in "\t\n"]
    assert not set(left) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@given(st.text())
def test_ordinary_text_is_left_alone(text: str) -> None:
    ordinary = "".join(c for c in text if unicodedata.category(c)[0] in "LNPS" or c in " \n\t")
    assert clean(ordinary) == ordinary


def test_a_terminal_is_given_no_orders() -> None:
    assert clean("a\x1b[2Jb\x9b31mc\x07\r\x00") == "a[2Jb31mc"


@given(st.text(), st.integers(1, 50))
def test_a_line_is_one_line_and_not_longer_than_asked(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert "\n" not in line
    assert len(line) <= longest


@given(st.dictionaries(st.text(max_size=9), st.text() | st.lists(st.text(), max_size=3), max_size=3))
def test_escaped_json_means_the_same(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False)
    escaped = clean_json(line)
    assert json.loads(escaped) == value
    assert not [c for c in escaped if unicodedata.category(c) == "Cc"]
