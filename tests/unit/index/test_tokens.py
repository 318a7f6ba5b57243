import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.index.tokens import LONGEST_TERM, STOP_WORDS, term_line, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Revenues increased", ["revenu", "increas"]),
        ("The 10-K, 10-Q/A and 8k forms", ["10-k", "10-q", "8-k", "form"]),
        ("R&D, S&P and AT&T's PP&E", ["r&d", "s&p", "at&t", "pp&e"]),
        ("U.S. U.S US USA (U.S.A.)", ["u.s"] * 5),
        ("sold to us", ["sold"]),
        ("$383,285 (1,234.5) 12% 2.50", ["383285", "1234.5", "12", "2.50"]),
        ("1,2 and 52/53-week", ["1", "2", "52", "53", "week"]),
        ("FY2024 Q2 3M", ["fy2024", "q2", "3m"]),
        ("company's companies’ don't", ["compani", "compani"]),
        ("year-over-year growth—driven", ["year", "year", "growth", "driven"]),
        ("Nestlé ﬁscal Ｃloud", ["nestl", "fiscal", "cloud"]),
        ("2024.The end.Next", ["2024", "end", "next"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("— • * …", []),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_questions_and_passages_meet() -> None:
    passage = set(terms("Apple's net sales were $383,285 million in the U.S. (see our Form 10-K)."))
    assert set(terms("apple net SALE 383285 us-listed U.S. 10K")) - {"list"} <= passage


def test_equal_text_gives_equal_terms_whether_remembered_or_not() -> None:
    words = [f"Wörd{number}," for number in range(300)]
    first = [terms(word) for word in words]
    assert [terms(word) for word in words] == first
    assert len({term for found in first for term in found}) == 300


@given(st.text())
def test_terms_are_short_clean_and_no_stop_words(text: str) -> None:
    for term in terms(text):
        assert 0 < len(term) <= LONGEST_TERM
        assert term.split() == [term]
        assert term not in STOP_WORDS
        assert term == term.lower()
    assert term_line(text).split() == terms(text)


@given(st.text(), st.text())
def test_terms_of_two_lines_are_the_terms_of_each(one: str, other: str) -> None:
    assert terms(f"{one}\n{other}") == terms(one) + terms(other)


def test_junk_without_blanks_takes_linear_time_and_is_cut() -> None:
    assert terms("x" * 1_000_000) == ["x" * LONGEST_TERM]
    assert len(terms("-a1" * 100_000)) == 100_000


def test_threads_share_it() -> None:
    text = " ".join(f"running{n} runner{n} ran{n}s" for n in range(2_000))
    found: list[list[str]] = []
    workers = [threading.Thread(target=lambda: found.append(terms(text))) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 6
    assert all(one == found[0] for one in found)
