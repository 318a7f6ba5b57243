from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.answer import PeriodView
from webapp.figures import amount, day, filing_period, fiscal_name, member_name, plural, size, span


@pytest.mark.parametrize(
    ("number", "unit", "short", "exact", "rounded"),
    [
        ("383285000000", "USD", "$383.285 billion", "383,285,000,000 USD", False),
        ("1234567890123", "USD", "$1.235 trillion", "1,234,567,890,123 USD", True),
        ("-2500000", "USD", "−$2.5 million", "−2,500,000 USD", False),
        ("999999", "USD", "$999,999", "999,999 USD", False),
        ("6.13", "USD/shares", "$6.13 per share", "6.13 USD per share", False),
        ("-0.05", "USD/shares", "−$0.05 per share", "−0.05 USD per share", False),
        ("44.13", "percent", "44.13%", "44.13 percent", False),
        ("-2.8", "percent", "−2.8%", "−2.8 percent", False),
        ("1.07", "ratio", "1.07", "1.07 ratio", False),
        ("15550061000", "shares", "15.55 billion shares", "15,550,061,000 shares", True),
        ("31", "days", "31 days", "31 days", False),
        ("5000000", "EUR", "€5 million", "5,000,000 EUR", False),
        ("5000000", "CHF", "CHF 5 million", "5,000,000 CHF", False),
        ("0", "USD", "$0", "0 USD", False),
        ("12", "", "12", "12", False),
    ],
)
def test_an_amount_is_short_and_exact(number, unit, short, exact, rounded):
    shown = amount(number, unit)
    assert (shown.short, shown.exact, shown.rounded) == (short, exact, rounded)


@pytest.mark.parametrize("number", ["", "abc", "NaN", "Infinity", "1e5000000", "9" * 5000, "--1"])
def test_what_is_no_number_of_a_filing_is_shown_short_and_as_it_is(number):
    assert len(amount(number, "USD").exact) < 120


@given(st.integers(-(10**18), 10**18))
def test_the_exact_form_holds_every_digit(number):
    assert amount(str(number), "USD").exact.removesuffix(" USD").replace(",", "").replace("−", "-") == str(
        number
    )


def test_periods_are_named_as_the_company_names_them():
    year = PeriodView(start=date(2022, 9, 25), end=date(2023, 9, 30), fiscal_year=2023, fiscal_period="FY")
    assert fiscal_name(year) == "Fiscal year 2023"
    assert span(year) == "Sep 25, 2022 – Sep 30, 2023"
    quarter = PeriodView(end=date(2024, 3, 30), fiscal_year=2024, fiscal_period="Q2")
    assert fiscal_name(quarter) == "Second quarter of fiscal 2024"
    assert span(quarter) == "as of Mar 30, 2024"
    assert fiscal_name(PeriodView()) == span(PeriodView()) == day(None) == ""
    assert span(PeriodView(start=date(2024, 1, 2))) == "from Jan 2, 2024"
    assert filing_period(2024, "Q2") == "Q2 FY2024"
    assert filing_period(2023, "FY") == "FY2023"
    assert filing_period(None, "Q1") == ""


def test_counts_sizes_and_members():
    assert plural(1, "company", "companies") == "1 company"
    assert plural(1204, "filing") == "1,204 filings"
    assert size(1_500_000) == "1.5 MB"
    assert size(43_210) == "43 kB"
    assert member_name("us-gaap:ServiceMember") == "Service"
    assert member_name("aapl:IPhoneAndMacMember") == "I Phone And Mac"
    assert member_name("Member") == "Member"
