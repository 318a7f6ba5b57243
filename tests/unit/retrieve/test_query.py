import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.retrieve.query import own_terms, query_terms, routes, without_contingencies
from tests.patience import ends

LONG = "What were the main drivers of the change in gross margin over the last two years of the company?"


def test_own_terms_weigh_one_and_added_ones_less() -> None:
    found = dict(query_terms("capital expenditures for toys"))
    assert [found[term] for term in terms("capital expenditures toys")] == [1.0, 1.0, 1.0]
    assert 0 < found[terms("purchases")[0]] < 1
    assert own_terms("capital expenditures for toys") == terms("capital expenditures toys")


def test_a_word_that_a_route_adds_keeps_its_own_weight() -> None:
    assert dict(query_terms("risk factors"))[terms("factors")[0]] == 1.0


def test_words_that_only_ask_are_dropped() -> None:
    assert own_terms("What are the main supply risks of the company?") == terms("supply risks")


def test_a_question_of_such_words_alone_is_searched_as_it_stands() -> None:
    assert query_terms("the main company") == [(term, 1.0) for term in terms("main company")]
    assert own_terms("the main company") == []


@pytest.mark.parametrize(
    "instruction",
    [
        "Please answer in one short sentence.",
        "Round your answer to two decimals!",
        "Give a response to the question by relying on the balance sheet.",
    ],
)
def test_sentences_that_tell_how_to_answer_are_left_out(instruction: str) -> None:
    assert own_terms(f"{LONG} {instruction}") == own_terms(LONG)
    assert own_terms(f"{instruction} {LONG}") == own_terms(LONG)


def test_a_short_question_is_taken_whole() -> None:
    assert own_terms("Round the risks.") == terms("round risks")


def test_what_follows_an_instruction_without_an_end_is_kept() -> None:
    assert terms("zebra")[0] in own_terms(f"{LONG} please speak of the zebra")


def test_order_is_stable_and_terms_come_once() -> None:
    found = query_terms("supply supply risk and litigation risk")
    assert found == query_terms("supply supply risk and litigation risk")
    assert len({term for term, _ in found}) == len(found)


def test_routes_are_whole() -> None:
    assert routes()
    for route in routes():
        assert all(route.when)
        assert route.add
        assert 0 < route.weight < 1
        for phrase in route.when:
            asked = dict(query_terms(" ".join(phrase)))
            assert set(route.add) <= set(asked)


@given(st.text(max_size=400))
def test_no_text_is_an_error(text: str) -> None:
    assert all(weight > 0 for _, weight in query_terms(text))
    own_terms(text)


@pytest.mark.parametrize(
    "piece", ["please ", "please.", "round", "by relying ", ".", "a", "a-", "&", "answer in "]
)
def test_long_questions_end(piece: str) -> None:
    with ends():
        query_terms((piece * 2_000)[:2_000])


@pytest.mark.parametrize(
    "contingency",
    [
        "If gross margin is not a useful metric for such a company, then please state that and explain why.",
        "If it isn't disclosed, say so.",
        "Otherwise, if there are no such costs then state 0.",
        "If none were told or no one asked, state 1.5 and note it",
    ],
)
@pytest.mark.parametrize("before", ["Did the margin improve?", "Compute the margin;"])
def test_what_to_say_without_an_answer_is_no_part_of_the_question(before: str, contingency: str) -> None:
    assert without_contingencies(f"{before} {contingency}") == before.rstrip(";")
    assert query_terms(f"{before} {contingency}") == query_terms(before)


@pytest.mark.parametrize(
    "question",
    [
        "If revenue did not grow, explain why?",
        "If revenue did not grow, what was the reason?",
        "What was revenue if acquisitions are not counted?",
        "State revenue. If acquisitions are excluded, what was it?",
        "If nothing is known, do not state anything.",
    ],
)
def test_a_condition_that_asks_stays(question: str) -> None:
    assert without_contingencies(question) == question


@given(st.text(max_size=300))
def test_contingencies_leave_some_question(question: str) -> None:
    left = without_contingencies(question)
    assert left or not question
    assert len(left) <= len(question)


@pytest.mark.parametrize("piece", ["if not state ", "if ", "? if no ", "; if not note"])
def test_a_long_row_of_conditions_ends(piece: str) -> None:
    with ends():
        without_contingencies((piece * 2_000)[:2_000])
