from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.calendar import Calendar, month_range, shift_years
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import LATEST, AskedPeriod
from tests.unit.facts.making import day, fact, filing, span

# As the companies' own reports name their periods.
APPLE = Calendar(
    [
        filing("a1", "2024-09-28", 2024),
        filing("a2", "2023-09-30", 2023),
        filing("a3", "2024-06-29", 2024, "Q3"),
        filing("a4", "2023-07-01", 2023, "Q3"),
    ]
)
NVIDIA = Calendar([filing("n1", "2025-01-26", 2025), filing("n2", "2023-07-30", 2024, "Q2")])
JNJ = Calendar([filing("j1", "2023-01-01", 2022), filing("j2", "2023-12-31", 2023)])
PEPSI = Calendar([filing("p1", "2023-12-30", 2023), filing("p2", "2024-06-15", 2024, "Q2")])
NIKE = Calendar([filing("k1", "2023-08-31", 2024, "Q1")])  # a quarter alone


@pytest.mark.parametrize(
    ("calendar", "period", "wanted"),
    [
        (APPLE, span("2024-09-28", 364), FiscalPeriod(2024)),
        (APPLE, span("2023-09-30", 371), FiscalPeriod(2023)),  # a year of 53 weeks
        (APPLE, span("2022-09-24", 364), FiscalPeriod(2022)),
        (APPLE, span("2021-09-25", 364), FiscalPeriod(2021)),
        (APPLE, span("2024-06-29", 91), FiscalPeriod(2024, "Q3")),
        (APPLE, span("2023-12-30", 91), FiscalPeriod(2024, "Q1")),
        (APPLE, span("2024-06-29", 273), FiscalPeriod(2024, "9M")),
        (APPLE, span("2024-03-30", 182), FiscalPeriod(2024, "H1")),
        (APPLE, span("2024-09-28", 91), FiscalPeriod(2024, "Q4")),
        (APPLE, span("2024-09-28", 0), FiscalPeriod(2024)),
        (APPLE, span("2024-06-29", 0), FiscalPeriod(2024, "Q3")),
        (NVIDIA, span("2025-01-26", 364), FiscalPeriod(2025)),
        (NVIDIA, span("2024-01-28", 364), FiscalPeriod(2024)),
        (NVIDIA, span("2023-01-29", 364), FiscalPeriod(2023)),
        (NVIDIA, span("2024-04-28", 91), FiscalPeriod(2025, "Q1")),
        (NVIDIA, span("2024-01-28", 91), FiscalPeriod(2024, "Q4")),
        (JNJ, span("2023-01-01", 364), FiscalPeriod(2022)),
        (JNJ, span("2023-12-31", 364), FiscalPeriod(2023)),
        (JNJ, span("2022-01-02", 364), FiscalPeriod(2021)),
        (PEPSI, span("2024-03-23", 84), FiscalPeriod(2024, "Q1")),
        (PEPSI, span("2024-06-15", 84), FiscalPeriod(2024, "Q2")),
        (PEPSI, span("2024-06-15", 168), FiscalPeriod(2024, "H1")),
        (PEPSI, span("2023-12-30", 112), FiscalPeriod(2023, "Q4")),
        (NIKE, span("2024-05-31", 366), FiscalPeriod(2024)),
        (NIKE, span("2023-05-31", 365), FiscalPeriod(2023)),
        # what has no name
        (APPLE, span("2024-06-29", 364), None),  # twelve months to a quarter's end
        (APPLE, span("2024-09-28", 182), None),
        (APPLE, span("2024-09-28", 30), None),
        (Calendar([]), span("2024-09-28", 364), None),
    ],
)
def test_names_of_periods(calendar: Calendar, period: Period, wanted: FiscalPeriod | None) -> None:
    assert calendar.name_of(period) == wanted


@pytest.mark.parametrize(
    ("calendar", "year", "name", "end", "days"),
    [
        (APPLE, 2024, "FY", "2024-09-28", 364),
        (APPLE, 2021, "FY", "2021-09-25", 364),
        (APPLE, 2024, "Q3", "2024-06-29", 91),
        (APPLE, 2025, "Q3", "2025-06-28", 91),
        (APPLE, 2024, "Q1", "2023-12-30", 91),
        (NVIDIA, 2024, "FY", "2024-01-28", 364),
        (NVIDIA, 2025, "Q2", "2024-07-28", 91),
        (JNJ, 2022, "FY", "2023-01-01", 364),
        (PEPSI, 2024, "Q1", "2024-03-23", 84),
        (PEPSI, 2023, "Q3", "2023-09-09", 84),
        (PEPSI, 2023, "Q4", "2023-12-30", 112),
        (NIKE, 2023, "FY", "2023-05-31", 365),
    ],
)
def test_fiscal_periods_are_found(
    calendar: Calendar, year: int, name: FiscalPeriodName, end: str, days: int
) -> None:
    target = calendar.target(AskedPeriod("fiscal", year=year, name=name))
    assert target is not None
    assert target.name == FiscalPeriod(year, name)
    assert target.fits(fact("1", span(end, days)))
    assert target.fits(fact("1", span(end, 0)))
    assert not target.fits(fact("1", span(end, 45)))
    a_year_off = shift_years(day(end), 1).isoformat()
    assert not target.fits(fact("1", span(a_year_off, days)))


def test_a_quarter_is_not_the_year_to_date() -> None:
    target = APPLE.target(AskedPeriod("fiscal", year=2024, name="Q3"))
    assert target is not None
    assert not target.fits(fact("1", span("2024-06-29", 273)))


@pytest.mark.parametrize(("months", "days"), [(3, 91), (6, 182), (9, 273), (12, 364), (1, 31), (24, 731)])
def test_dates_with_a_length(months: int, days: int) -> None:
    target = APPLE.target(AskedPeriod("dates", end=date(2024, 6, 30), months=months))
    assert target is not None
    assert target.fits(fact("1", span("2024-06-29", days)))
    assert not target.fits(fact("1", span("2024-06-29", days + 40)))
    assert not target.fits(fact("1", span("2024-06-20", days)))


def test_dates_without_a_length_take_any() -> None:
    target = APPLE.target(AskedPeriod("dates", end=date(2024, 6, 29)))
    assert target is not None
    for days in (91, 182, 273, 364, 0):
        assert target.fits(fact("1", span("2024-06-29", days)))


def test_the_latest_and_the_unknown_have_no_days() -> None:
    assert APPLE.target(LATEST) is None
    assert Calendar([]).target(AskedPeriod("fiscal", year=2024)) is None
    assert Calendar([]).year_end(2024) is None


def test_a_year_of_the_companys_own_naming() -> None:
    """The same year end is fiscal 2023 for one and fiscal 2024 for another."""
    retailer = Calendar([filing("r", "2024-02-03", 2023)])
    chips = Calendar([filing("c", "2024-01-28", 2024)])
    assert retailer.name_of(span("2024-02-03", 371)) == FiscalPeriod(2023)
    assert chips.name_of(span("2024-01-28", 364)) == FiscalPeriod(2024)


@pytest.mark.parametrize("end", ["0001-01-01", "1600-05-05", "9999-12-31", "2500-01-01"])
def test_dates_beyond_reason_are_left_out(end: str) -> None:
    odd = Calendar([filing("odd", end, 9999), filing("odd2", end, 1)])
    assert odd.year_end(2024) is None
    assert APPLE.name_of(Period(None, day(end))) is None


def test_a_fiscal_year_far_from_its_end_is_left_out() -> None:
    odd = Calendar([filing("odd", "2000-01-01", 3900)])
    assert odd.target(AskedPeriod("fiscal", year=1900)) is None


def test_leap_days() -> None:
    assert shift_years(date(2024, 2, 29), -1) == date(2023, 2, 28)
    assert shift_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


@given(st.integers(0, 120))
def test_ranges_of_months_hold_the_middle(months: int) -> None:
    shortest, longest = month_range(months)
    assert shortest <= round(months * 30.44) <= longest


def test_quarters_of_twelve_weeks_make_six_and_nine_months() -> None:
    for months, weeks in ((3, 12), (6, 24), (9, 36), (9, 40), (12, 52)):
        shortest, longest = month_range(months)
        assert shortest <= 7 * weeks <= longest, (months, weeks)


FILINGS = st.lists(
    st.builds(
        lambda end, year, name: filing("x", end.isoformat(), year, name),
        st.dates(),
        st.integers(1, 9999),
        st.sampled_from(["FY", "Q1", "Q2", "Q3"]),
    ),
    max_size=4,
)
ASKED = st.one_of(
    st.builds(
        lambda year, name: AskedPeriod("fiscal", year=year, name=name),
        st.integers(1900, 2099),
        st.sampled_from(["FY", "Q1", "Q2", "Q3", "Q4"]),
    ),
    st.builds(
        lambda end, months: AskedPeriod("dates", end=end, months=months),
        st.dates(date(1900, 1, 1), date(2099, 12, 31)),
        st.one_of(st.none(), st.integers(1, 99)),
    ),
)


@given(FILINGS, ASKED, st.dates(), st.integers(0, 9000))
def test_no_dates_are_an_error(filings: list[Filing], asked: AskedPeriod, end: date, days: int) -> None:
    calendar = Calendar(filings)
    start = date.fromordinal(max(1, end.toordinal() - days)) if days else None
    calendar.name_of(Period(start, end))
    calendar.target(asked)
