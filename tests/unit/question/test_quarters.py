"""Quarters that a question names without their year."""

import pytest

from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.quarters import find_yearless
from finchat_sec_qa.question.trailing import find_all_periods

LAST = AskedPeriod("latest", months=3)
THIRD = AskedPeriod("latest", name="Q3")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What was Apple's revenue last quarter?", LAST),
        ("revenue in the most recent fiscal quarter", LAST),
        ("What is the latest quarter's gross margin?", LAST),
        ("free cash flow in the third quarter", THIRD),
        ("revenue in Q3", THIRD),
        ("revenue for 3Q", THIRD),
        ("revenue in the 3rd quarter", THIRD),
    ],
)
def test_a_quarter_without_its_year(question: str, asked: AskedPeriod) -> None:
    assert [item.period for item in find_all_periods(question)] == [asked]


@pytest.mark.parametrize(
    "question",
    ["revenue quarter over quarter", "revenue in Q1 and Q2", "quarterly revenue", "the last four quarters"],
)
def test_no_single_quarter(question: str) -> None:
    assert find_yearless(question) == []


def test_a_year_that_is_named_wins() -> None:
    (found,) = find_all_periods("revenue in the third quarter of fiscal 2023")
    assert found.period == AskedPeriod("fiscal", year=2023, name="Q3")


def test_the_latest_quarter_of_the_reports() -> None:
    reports = [FiscalPeriod(2023, "Q3"), FiscalPeriod(2023), FiscalPeriod(2024, "Q1"), FiscalPeriod(2022)]
    assert LAST.settled(reports) == AskedPeriod("fiscal", year=2024, name="Q1")
    assert THIRD.settled(reports) == AskedPeriod("fiscal", year=2023, name="Q3")
    assert AskedPeriod("latest", name="Q4").settled(reports) == AskedPeriod("fiscal", year=2023, name="Q4")
    assert AskedPeriod("latest", name="Q2").settled(reports) == AskedPeriod("latest", name="Q2")
    year = AskedPeriod("latest")
    assert year.settled(reports) == year
