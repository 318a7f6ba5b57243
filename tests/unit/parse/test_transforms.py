from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.parse.transforms import UnknownTransformError, transform


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        ("ixt:num-dot-decimal", "383,285", "383285"),
        ("ixt:numdotdecimal", "1,234.50", "1234.50"),
        ("ixt:numcommadot", "1,234.50", "1234.50"),
        ("ixt:num-dot-decimal", "1 234.5", "1234.5"),
        ("ixt:num-comma-decimal", "1.234,50", "1234.50"),
        ("ixt:numcommadecimal", "1 234,50", "1234.50"),
        ("ixt:num-dot-decimal-apos", "1'234.5", "1234.5"),
        ("ixt:fixed-zero", "—", "0"),
        ("ixt:zerodash", "—", "0"),
        ("ixt:fixed-empty", "whatever", ""),
        ("ixt:fixed-true", "☒", "true"),
        ("ixt:booleanfalse", "No", "false"),
        ("ixt-sec:numwordsen", "twenty-five", "25"),
        ("ixt-sec:numwordsen", "None", "0"),
        ("ixt-sec:numwordsen", "five million", "5000000"),
        ("ixt-sec:numwordsen", "one hundred and two thousand, three hundred", "102300"),
        ("ixt:date-monthname-day-year-en", "September 28, 2024", "2024-09-28"),
        ("ixt:datemonthdayyearen", "Sept. 28th, 2024", "2024-09-28"),
        ("ixt:date-day-monthname-year-en", "1 Jan 24", "2024-01-01"),
        ("ixt:dateslashus", "9/28/2024", "2024-09-28"),
        ("ixt:dateslasheu", "28/9/2024", "2024-09-28"),
        ("ixt:date-year-month-day", "2024-9-28", "2024-09-28"),
        ("ixt:date-month-day", "12/31", "--12-31"),
        ("ixt:date-monthname-day-en", "DECEMBER\u00a031", "--12-31"),
        ("ixt:date-monthname-year-en", "April 2025", "2025-04"),
        ("ixt-sec:duryear", "1.5", "P1Y6M"),
        ("ixt-sec:duryear", "10", "P10Y"),
        ("ixt-sec:durmonth", "18", "P18M"),
        ("ixt-sec:durday", "364", "P364D"),
        ("ixt-sec:durhour", "0", "PT0H"),
        ("ixt-sec:durwordsen", "three‑year", "P3Y"),
        ("ixt-sec:durwordsen", "364-day", "P364D"),
        ("ixt-sec:durwordsen", "two years and six months", "P2Y6M"),
        ("ixt-sec:durwordsen", "twenty-five years", "P25Y"),
        ("ixt-sec:boolballotbox", "☒", "true"),
        ("ixt-sec:boolballotbox", "☐", "false"),
        ("ixt-sec:stateprovnameen", "California", "CA"),
        ("ixt-sec:edgarprovcountryen", "Ireland", "L2"),
        ("ixt-sec:countrynameen", "Ireland", "IE"),
        ("ixt-sec:exchnameen", "The Nasdaq Stock Market LLC", "NASDAQ"),
        ("ixt-sec:exchnameen", "New York Stock Exchange", "NYSE"),
        ("ixt-sec:entityfilercategoryen", "Large accelerated filer", "Large Accelerated Filer"),
    ],
)
def test_a_rule_gives_what_is_meant(rule: str, text: str, value: str) -> None:
    assert transform(rule, text) == value


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("ixt:num-dot-decimal", "1.234,50"),
        ("ixt:num-dot-decimal", "n/a"),
        ("ixt:num-dot-decimal", "(5)"),
        ("ixt:zerodash", "5"),
        ("ixt:date-monthname-day-year-en", "February 30, 2024"),
        ("ixt:date-monthname-day-year-en", "Smarch 1, 2024"),
        ("ixt:date-month-day", "31/12"),
        ("ixt-sec:numwordsen", "five twenty"),
        ("ixt-sec:numwordsen", "several"),
        ("ixt-sec:duryear", "soon"),
        ("ixt-sec:duryear", "Infinity"),
        ("ixt-sec:durwordsen", "about five years"),
        ("ixt-sec:boolballotbox", "maybe"),
        ("ixt-sec:stateprovnameen", "Atlantis"),
    ],
)
def test_text_that_does_not_fit_is_an_error_and_no_guess(rule: str, text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        transform(rule, text)


def test_an_unknown_rule_is_told_apart() -> None:
    with pytest.raises(UnknownTransformError):
        transform("ixt:num-made-up", "1")


@given(st.integers(min_value=0, max_value=10**15))
def test_grouped_whole_numbers_are_read_back(number: int) -> None:
    assert transform("ixt:num-dot-decimal", f"{number:,}") == str(number)
    assert transform("ixt:num-comma-decimal", f"{number:,}".replace(",", ".")) == str(number)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 1, 1)))
def test_dates_are_read_back(day: date) -> None:
    assert transform("ixt:date-monthname-day-year-en", f"{day:%B} {day.day}, {day.year}") == day.isoformat()
    assert transform("ixt:date-day-month-year", f"{day:%d.%m.%Y}") == day.isoformat()
