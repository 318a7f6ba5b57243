import pytest

from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import find_periods
from finchat_sec_qa.question.several import last_years, years_beside


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("revenue in fiscal 2021, 2022 and 2023", [2021, 2022]),
        ("revenue in fiscal 2023 and fiscal 2022", [2023]),
        ("revenue in FY2021 & FY2022", [2021]),
        ("revenue from fiscal 2020 to fiscal 2023", [2020, 2021, 2022]),
        ("revenue FY2021-FY2023", [2021, 2022]),
        ("revenue FY2021 through 2023", [2021, 2022]),
        ("revenue in fiscal 2023", []),
        ("revenue in fiscal 2023 and again 2023", []),
        ("revenue in fiscal 2022 as the filing for fiscal 2023 says", []),
        ("revenue in Q1 2022 and Q2 2022", []),
        ("revenue in fiscal 1921 to fiscal 2023", []),
        ("revenue in fiscal 2023 to fiscal 2021", []),
        ("revenue for fiscal 2023 (year ended December 31, 2023)", []),
    ],
)
def test_years_beside_the_last_one_named(question: str, years: list[int]) -> None:
    wanted = tuple(AskedPeriod("fiscal", year=year) for year in years)
    assert years_beside(question, find_periods(question)) == wanted


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("revenue of the last three fiscal years", 3),
        ("revenue in each of the past 5 years", 5),
        ("revenue for the most recent two years", 2),
        ("revenue over its last ten full fiscal years", 10),
        ("three-year average revenue", 0),
        ("revenue of the last year", 0),
        ("revenue of the last 12 months", 0),
        ("loans past due three years", 0),
    ],
)
def test_the_last_years(question: str, count: int) -> None:
    assert last_years(question) == count
