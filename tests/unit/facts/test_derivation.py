"""Arithmetic of spans: what remains of a year, and twelve months over two years."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.facts.derivation import Derivation, joined, less, operand, quarter, trailing
from finchat_sec_qa.facts.expressions import evaluate, names_in
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import AskedPeriod
from tests.unit.facts.making import day, fact, filing, span

WEEKS = st.sampled_from(
    [(13, 13, 13, 13), (13, 13, 13, 14), (12, 12, 12, 16), (12, 12, 12, 17), (14, 13, 13, 13)]
)
PERIODS_OF_REPORTS: tuple[FiscalPeriodName, ...] = ("FY", "Q1", "Q2", "Q3")
FIRST_DAYS = st.dates(date(2005, 1, 1), date(2025, 12, 31))


def quarters(first: date, weeks: tuple[int, ...]) -> list[Period]:
    """The quarters of a year of so many weeks each."""
    found = []
    for count in weeks:
        last = first + timedelta(weeks=count, days=-1)
        found.append(Period(first, last))
        first = last + timedelta(days=1)
    return found


def parts_of(first: date, weeks: tuple[int, ...]) -> dict[FiscalPeriodName, Period]:
    """All spans of a year that have names."""
    q1, q2, q3, q4 = quarters(first, weeks)
    start = q1.start
    return {
        "Q1": q1, "Q2": q2, "Q3": q3, "Q4": q4,
        "H1": Period(start, q2.end), "9M": Period(start, q3.end), "FY": Period(start, q4.end),
    }  # fmt: skip


@given(FIRST_DAYS, WEEKS, st.sampled_from(["Q1", "Q2", "Q3", "Q4"]))
def test_a_derived_quarter_is_that_quarter(
    first: date, weeks: tuple[int, ...], name: FiscalPeriodName
) -> None:
    days = parts_of(first, weeks)
    derivation = quarter(FiscalPeriod(2023, name))
    assert derivation is not None
    assert derivation.span([days[part.period.name] for part in derivation.parts]) == days[name]


@given(FIRST_DAYS, WEEKS, WEEKS, st.sampled_from(["Q1", "H1", "9M"]))
def test_trailing_months_are_four_quarters_without_gap_or_overlap(
    first: date, weeks: tuple[int, ...], then: tuple[int, ...], name: FiscalPeriodName
) -> None:
    before = parts_of(first, weeks)
    this = parts_of(before["FY"].end + timedelta(days=1), then)
    derivation = trailing(FiscalPeriod(2023, name))
    assert derivation is not None
    days = {2022: before, 2023: this}
    found = derivation.span([days[part.period.year][part.period.name] for part in derivation.parts])
    assert found is not None
    assert found.end == this[name].end
    done = {"Q1": 1, "H1": 2, "9M": 3}[name]
    left = sum(period.days for period in quarters(first, weeks)[done:])
    assert found.days == left + this[name].days


@given(st.lists(st.integers(-(10**12), 10**12), min_size=8, max_size=8), st.sampled_from(["Q1", "H1", "9M"]))
def test_amounts_are_those_of_the_quarters_that_remain(amounts: list[int], name: FiscalPeriodName) -> None:
    """Over quarterly amounts, whatever their signs: year plus to date less to date is the last four."""
    done = {"Q1": 1, "H1": 2, "9M": 3}[name]
    derivation = trailing(FiscalPeriod(2023, name))
    assert derivation is not None
    values = {
        "x_FY2022": Decimal(sum(amounts[:4])),
        operand("x", FiscalPeriod(2023, name)): Decimal(sum(amounts[4 : 4 + done])),
        operand("x", FiscalPeriod(2022, name)): Decimal(sum(amounts[:done])),
    }
    assert evaluate(derivation.formula("x"), values) == sum(amounts[done : 4 + done])


@given(FIRST_DAYS, WEEKS, st.integers(4, 200))
def test_spans_that_do_not_line_up_give_none(first: date, weeks: tuple[int, ...], off: int) -> None:
    days = parts_of(first, weeks)
    later = Period(first + timedelta(days=off), days["9M"].end)
    assert less(days["FY"], later) is None
    gap = days["9M"].end + timedelta(days=1 + off)
    assert joined(days["9M"], Period(gap, gap + timedelta(days=90))) is None


def test_what_cannot_be_taken_away() -> None:
    year, moment = span("2023-12-31", 365), span("2023-12-31", 0)
    assert less(year, year) is None
    assert less(year, moment) is None
    assert less(moment, year) is None
    assert joined(year, moment) is None
    assert joined(year, span("2022-12-31", 365)) is None


@pytest.mark.parametrize(
    ("name", "formula", "how"),
    [
        ("Q1", "revenue_H1_FY2022 - revenue_Q2_FY2022", "six months less second quarter"),
        ("Q2", "revenue_H1_FY2022 - revenue_Q1_FY2022", "six months less three months"),
        ("Q3", "revenue_9M_FY2022 - revenue_H1_FY2022", "nine months less six months"),
        ("Q4", "revenue_FY2022 - revenue_9M_FY2022", "year less nine months"),
    ],
)
def test_formulas_of_quarters(name: FiscalPeriodName, formula: str, how: str) -> None:
    derivation = quarter(FiscalPeriod(2022, name))
    assert derivation is not None
    assert (derivation.of, derivation.how, derivation.formula("revenue")) == (name, how, formula)
    assert len(names_in(formula)) == len(derivation.parts)


def test_formulas_of_twelve_months() -> None:
    derivation = trailing(FiscalPeriod(2023, "H1"))
    assert derivation is not None
    assert derivation.formula("cfo") == "cfo_FY2022 + cfo_H1_FY2023 - cfo_H1_FY2022"


@pytest.mark.parametrize("name", ["FY", "H1", "9M"])
def test_what_is_no_derived_quarter(name: FiscalPeriodName) -> None:
    assert quarter(FiscalPeriod(2022, name)) is None


@pytest.mark.parametrize("name", ["FY", "Q2", "Q3", "Q4"])
def test_twelve_months_end_with_a_year_to_date(name: FiscalPeriodName) -> None:
    assert trailing(FiscalPeriod(2022, name)) is None


def test_a_derivation_of_other_parts_has_no_span() -> None:
    assert Derivation("Q4", "", ()).span([span("2023-12-31", 365)]) is None


@given(st.dates(date(2008, 1, 1), date(2024, 12, 31)), WEEKS, st.sampled_from(["H1", "9M", "Q1", "FY"]))
def test_years_to_date_are_found_by_their_length(
    first: date, weeks: tuple[int, ...], name: FiscalPeriodName
) -> None:
    """A calendar that knows the quarters' ends finds the year to date, and takes nothing else for it."""
    days = parts_of(first, weeks)
    year = days["FY"].end.year
    known = [filing(part, days[part].end.isoformat(), year, part) for part in PERIODS_OF_REPORTS]
    target = Calendar(known).target(AskedPeriod("fiscal", year=year, name=name))
    assert target is not None
    assert target.name == FiscalPeriod(year, name)
    fitting = {part for part, period in days.items() if target.fits(_flow(period))}
    assert fitting == {name}


def _flow(period: Period) -> Fact:
    return fact("1", period)


def test_twelve_months_end_about_the_day_that_is_named() -> None:
    apple = Calendar([filing("a", "2022-09-24", 2022), filing("b", "2023-04-01", 2023, "Q2")])
    asked = AskedPeriod("trailing", end=day("2023-03-31"))
    target = apple.target(asked)
    assert target is not None
    assert target.fits(fact("1", span("2023-04-01", 371)))
    assert not target.fits(fact("1", span("2023-04-01", 189)))
    by_quarter = apple.target(AskedPeriod("trailing", year=2023, name="Q2"))
    assert by_quarter is not None
    assert by_quarter.end == day("2023-04-01")
    assert apple.target(AskedPeriod("trailing")) is None
