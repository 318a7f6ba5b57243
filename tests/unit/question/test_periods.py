from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import MONTHS, distinct, find_periods
from tests.patience import ends


def read(question: str) -> list[AskedPeriod]:
    return [found.period for found in find_periods(question)]


def fiscal(year: int, name: FiscalPeriodName = "FY") -> AskedPeriod:
    return AskedPeriod("fiscal", year=year, name=name)


def dates(end: str, months: int | None = None) -> AskedPeriod:
    return AskedPeriod("dates", end=date.fromisoformat(end), months=months)


@pytest.mark.parametrize(
    ("wording", "wanted"),
    [
        ("revenue in fiscal 2023", fiscal(2023)),
        ("revenue in fiscal year 2023", fiscal(2023)),
        ("revenue in FY2023", fiscal(2023)),
        ("revenue in FY 2023", fiscal(2023)),
        ("revenue in FY23", fiscal(2023)),
        ("revenue in FY'23", fiscal(2023)),
        ("revenue for FYE 2022", fiscal(2022)),
        ("revenue in 2023?", fiscal(2023)),
        ("2023's revenue", fiscal(2023)),
        ("revenue in fiscal 98", fiscal(1998)),
        ("revenue in fy07", fiscal(2007)),
        ("Q2 2023 revenue", fiscal(2023, "Q2")),
        ("Q2 FY24", fiscal(2024, "Q2")),
        ("Q2'23", fiscal(2023, "Q2")),
        ("Q4 of fiscal 2022", fiscal(2022, "Q4")),
        ("2Q23", fiscal(2023, "Q2")),
        ("2Q 2023", fiscal(2023, "Q2")),
        ("FY2024 Q3", fiscal(2024, "Q3")),
        ("fiscal 2024, Q1", fiscal(2024, "Q1")),
        ("the first quarter of 2023", fiscal(2023, "Q1")),
        ("the third quarter of the fiscal year 2023", fiscal(2023, "Q3")),
        ("4th quarter 2021", fiscal(2021, "Q4")),
        ("second fiscal quarter of 2025", fiscal(2025, "Q2")),
        ("three months ended June 30, 2023", dates("2023-06-30", 3)),
        ("the 3-month period ended June 30, 2023", dates("2023-06-30", 3)),
        ("six months ending 30 June 2023", dates("2023-06-30", 6)),
        ("nine months ended Sept. 30, 2023", dates("2023-09-30", 9)),
        ("nine months ended Sep. 30, 2023", dates("2023-09-30", 9)),
        ("twelve months ended 2023-12-31", dates("2023-12-31", 12)),
        ("12 weeks ended March 23, 2024", dates("2024-03-23", 3)),
        ("24 weeks ended June 15, 2024", dates("2024-06-15", 6)),
        ("52 weeks ended January 1st, 2023", dates("2023-01-01", 12)),
        ("the year ended December 31, 2023", dates("2023-12-31", 12)),
        ("fiscal year ended May 31, 2024", dates("2024-05-31", 12)),
        ("the quarter ended on March 31, 2024", dates("2024-03-31", 3)),
        ("quarter that ended March 31, 2024", dates("2024-03-31", 3)),
        ("total assets as of September 30, 2023", dates("2023-09-30")),
        ("at 30th September 2023", dates("2023-09-30")),
        ("on Feb 29, 2024", dates("2024-02-29")),
        ("at 2024-02-29", dates("2024-02-29")),
        ("the first half of fiscal 2023", fiscal(2023, "H1")),
        ("the first six months of 2023", fiscal(2023, "H1")),
        ("H1 2024", fiscal(2024, "H1")),
        ("1H23", fiscal(2023, "H1")),
        ("FY2024 H1", fiscal(2024, "H1")),
        ("H1 FY'24", fiscal(2024, "H1")),
        ("the first nine months of fiscal 2023", fiscal(2023, "9M")),
        ("9M 2023", fiscal(2023, "9M")),
        ("9M FY24", fiscal(2024, "9M")),
        ("the first three quarters of 2023", fiscal(2023, "9M")),
        ("2023 Q2", fiscal(2023, "Q2")),
        ("2023 first quarter", fiscal(2023, "Q1")),
        ("fiscal 2024 third quarter", fiscal(2024, "Q3")),
        ("the last quarter of fiscal 2023", fiscal(2023, "Q4")),
        ("the final quarter of FY23", fiscal(2023, "Q4")),
        ("Q3 2023 year to date", fiscal(2023, "9M")),
        ("YTD Q2 2023", fiscal(2023, "H1")),
        ("year to date through June 30, 2023", dates("2023-06-30")),
        ("YTD September 30, 2023", dates("2023-09-30")),
        ("the nine months to June 29, 2024", dates("2024-06-29", 9)),
        ("the six months through June 30, 2023", dates("2023-06-30", 6)),
    ],
)
def test_wordings(wording: str, wanted: AskedPeriod) -> None:
    assert read(wording) == [wanted]


@pytest.mark.parametrize(
    "wording",
    [
        "revenue",
        "in the 10-K",
        "item 1A",
        "$2,023 million",
        "12,2023",
        "2023.5",
        "section 20231",
        "the year",
        "FY",
        "Q5 of a kind",
        "May we?",
        "0 months",
        "the first half",
        "9M shares",
    ],
)
def test_what_is_no_period(wording: str) -> None:
    assert read(wording) == []


@pytest.mark.parametrize(
    "wording", ["February 30, 2023", "2023-13-45", "0 weeks ended on some day", "April 31, 2022"]
)
def test_a_day_that_does_not_exist_is_no_day(wording: str) -> None:
    assert not any(period.kind == "dates" for period in read(wording))


def test_a_span_of_no_months_is_the_day_it_ends_on() -> None:
    assert read("0 months ended June 30, 2024") == [dates("2024-06-30")]


def test_several_in_the_order_of_the_question_each_place_once() -> None:
    question = "from fiscal 2021 to the three months ended June 30, 2023, and Q1 2022"
    found = find_periods(question)
    assert [item.period for item in found] == [fiscal(2021), dates("2023-06-30", 3), fiscal(2022, "Q1")]
    assert [question[item.start : item.end] for item in found] == [
        "fiscal 2021",
        "three months ended June 30, 2023",
        "Q1 2022",
    ]


def test_a_year_explained_by_its_end_is_one_period() -> None:
    asked = find_periods("in fiscal 2021 (year ended December 31, 2021)")
    assert distinct(asked) == (dates("2021-12-31", 12),)


def test_the_same_year_twice_is_one_period() -> None:
    assert distinct(find_periods("FY2023 revenue over fiscal 2023 assets")) == (fiscal(2023),)


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    for item in find_periods(text):
        assert 0 <= item.start < item.end <= len(text)


WORDS = (
    "FY fiscal year Q1 Q4 2Q 2023 23 30 31, three months weeks ended ending quarter first of the on ' - / ( ."
    " 2024-02-30 ٣ ² 0"
)
PIECES = st.sampled_from([*MONTHS, *WORDS.split()])


@given(st.lists(PIECES, max_size=40), st.sampled_from(["", " ", ", "]))
def test_nor_is_any_heap_of_words_of_time(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    found = find_periods(text)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_in_each_writing(day: date) -> None:
    month = MONTHS[day.month - 1]
    for written in (
        f"{month} {day.day}, {day.year}",
        f"{month[:3].title()}. {day.day} {day.year}",
        f"{day.day} {month.upper()} {day.year}",
        day.isoformat(),
    ):
        assert read(f"cash at {written}?") == [AskedPeriod("dates", end=day)]


@pytest.mark.parametrize(
    "piece", ["FY", "FY ", "1", "12 ", "one ", "first quarter, of the ", "Q1 '", "January 1 "]
)
def test_long_questions_end(piece: str) -> None:
    with ends():
        find_periods((piece * 2_000)[:2_000])
