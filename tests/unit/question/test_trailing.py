"""Twelve months to a quarter's end, as questions word them."""

import pytest

from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import distinct, find_periods
from finchat_sec_qa.question.trailing import find_all_periods
from tests.unit.facts.making import day

MARCH = AskedPeriod("trailing", end=day("2023-03-31"))


@pytest.mark.parametrize(
    ("question", "wanted", "left"),
    [
        ("What was Apple's TTM revenue?", AskedPeriod("trailing"), "What was Apple's ; revenue?"),
        ("revenue over the last twelve months", AskedPeriod("trailing"), "revenue over the ;"),
        ("LTM revenue", AskedPeriod("trailing"), "; revenue"),
        ("revenue on a TTM basis", AskedPeriod("trailing"), "revenue ;"),
        ("trailing twelve months (TTM) revenue", AskedPeriod("trailing"), "; revenue"),
        ("trailing-twelve-month revenue as of March 2023", MARCH, "; revenue ;"),
        ("trailing twelve month revenue as of Mar. 2023", MARCH, "; revenue ;"),
        ("revenue, last 12 months ended March 31, 2023", MARCH, "revenue, ; ;"),
        ("TTM revenue at 31 March 2023", MARCH, "; revenue ;"),
        ("TTM revenue to the end of March 2023", MARCH, "; revenue ;"),
        ("past four quarters to 2023-03-31: revenue", MARCH, "; ;: revenue"),
        ("TTM revenue as of Q2 FY2023", AskedPeriod("trailing", year=2023, name="Q2"), "; revenue ;"),
        ("TTM revenue through fiscal 2023", AskedPeriod("trailing", year=2023), "; revenue ;"),
    ],
)
def test_twelve_months_and_where_they_end(question: str, wanted: AskedPeriod, left: str) -> None:
    found = find_all_periods(question)
    assert distinct(found) == (wanted,)
    rest = question
    for item in reversed(found):
        rest = f"{rest[: item.start]};{rest[item.end :]}"
    assert " ".join(rest.split()) == left


@pytest.mark.parametrize(
    "question",
    [
        "What was Apple's revenue in fiscal 2023?",
        "revenue for the twelve months ended March 31, 2023",
        "cash as of March 2023",
        "TTM revenue from fiscal 2021 to fiscal 2022",  # two ends: not read as twelve months
    ],
)
def test_without_twelve_months_to_one_end_periods_are_as_ever(question: str) -> None:
    assert find_all_periods(question) == find_periods(question)
