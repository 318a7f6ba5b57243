"""Fiscal periods as callers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.table_request import MAX_PERIODS
from finchat_sec_qa.tables.periods import last_quarters, last_years, read_period, read_periods


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FY2024", FiscalPeriod(2024)),
        ("fy 2024", FiscalPeriod(2024)),
        ("2024", FiscalPeriod(2024)),
        ("FY24", FiscalPeriod(2024)),
        ("Q3FY2024", FiscalPeriod(2024, "Q3")),
        ("Q3 FY2024", FiscalPeriod(2024, "Q3")),
        ("2024Q3", FiscalPeriod(2024, "Q3")),
        ("FY2024-q3", FiscalPeriod(2024, "Q3")),
        ("H1FY2024", FiscalPeriod(2024, "H1")),
        ("9M FY2024", FiscalPeriod(2024, "9M")),
    ],
)
def test_a_period_is_read_in_many_spellings(text: str, wanted: FiscalPeriod) -> None:
    assert read_period(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "latest", "FY", "Q5FY2024", "2024-09-28", "FY20245", "FY1899", "=1+1", "²⁰²⁴"]
)
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="period"):
        read_period(text)


def test_spans_hold_both_ends_and_keep_the_order() -> None:
    assert read_periods(["FY2022:FY2024", "FY2020"]) == tuple(map(FiscalPeriod, (2022, 2023, 2024, 2020)))
    assert [str(one) for one in read_periods(["Q3FY2023..Q2FY2024"])] == [
        "Q3 FY2023", "Q4 FY2023", "Q1 FY2024", "Q2 FY2024",
    ]  # fmt: skip
    assert read_periods(["FY2024", "2024", "FY24"]) == (FiscalPeriod(2024),)


@pytest.mark.parametrize(
    "text", ["FY2024:FY2022", "FY2022:Q1FY2024", "H1FY2022:H1FY2024", "FY2020:FY2021:FY2022", "FY2022:"]
)
def test_a_span_that_cannot_be_walked_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_periods([text])


def test_no_span_makes_more_periods_than_are_allowed() -> None:
    with pytest.raises(UsageError, match=f"more than {MAX_PERIODS} periods"):
        read_periods(["FY1900:FY2200"])
    with pytest.raises(UsageError, match=f"more than {MAX_PERIODS} periods"):
        read_periods([str(year) for year in range(1950, 2000)])
    assert len(read_periods([f"Q1FY2014:Q4FY{2014 + MAX_PERIODS // 4 - 1}"])) == MAX_PERIODS


@given(st.integers(1900, 2200), st.sampled_from(["FY", "Q1", "Q2", "Q3", "Q4", "H1", "9M"]))
def test_a_period_reads_its_own_name(year: int, name: str) -> None:
    period = FiscalPeriod(year, name)  # type: ignore[arg-type]
    assert read_period(str(period)) == period
    assert read_period(str(period).replace(" ", "")) == period


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_an_error_that_says_so(text: str) -> None:
    try:
        found = read_periods([text])
    except UsageError:
        return
    assert 1 <= len(found) <= MAX_PERIODS


def test_the_last_periods_come_oldest_first() -> None:
    assert [period.year for period in last_years(2024, 3)] == [2022, 2023, 2024]
    assert [str(one) for one in last_quarters(FiscalPeriod(2024, "Q1"), 3)] == [
        "Q3 FY2023", "Q4 FY2023", "Q1 FY2024",
    ]  # fmt: skip
