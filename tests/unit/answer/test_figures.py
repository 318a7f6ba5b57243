from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.answer.figures import half_up, plain, rounded, rounding, spoken, spoken_period
from finchat_sec_qa.model.period import FiscalPeriod, Period
from tests.unit.facts.making import span

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda number: abs(number.adjusted()) < 300
)


@given(DECIMALS)
def test_plain_loses_nothing(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert "." not in text or not text.endswith(("0", "."))
    assert not text.startswith(("+", "-0.0", ".")) or Decimal(text) != 0
    assert plain(Decimal(text)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("383285000000", "383285000000"),
        ("3.83285E+11", "383285000000"),
        ("-0.250", "-0.25"),
        ("0", "0"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("1E-7", "0.0000001"),
        ("100", "100"),
    ],
)
def test_plain(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@pytest.mark.parametrize(
    ("number", "digits", "wanted"),
    [
        ("13.265", 2, "13.27"),
        ("13.2649", 2, "13.26"),
        ("-13.265", 2, "-13.27"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("2.5", 0, "3"),
        ("1E+250", 2, "1E+250"),
        ("0.004", 2, "0"),
    ],
)
def test_halves_go_away_from_zero(number: str, digits: int, wanted: str) -> None:
    assert half_up(Decimal(number), digits) == Decimal(wanted)


@given(st.decimals(-(10**15), 10**15, allow_nan=False, places=9), st.integers(0, 12))
def test_rounding_moves_by_half_a_step_at_most(number: Decimal, digits: int) -> None:
    found = half_up(number, digits)
    assert found.as_tuple().exponent == -digits
    with localcontext(Context(prec=60)):
        assert abs(found - number) * 2 <= Decimal(1).scaleb(-digits)


@pytest.mark.parametrize(
    ("number", "unit", "decimals", "wanted", "said"),
    [
        ("13.26494", "percent", None, "13.26", "half up to 2 decimals"),
        ("13.26494", "percent", 1, "13.3", "half up to 1 decimal"),
        ("13.5", "percent", 0, "14", "half up to 0 decimals"),
        ("0.866666", "ratio", None, "0.8667", "half up to 4 decimals"),
        ("36.504", "days", None, "36.5", "half up to 2 decimals"),
        ("1.234567", "USD/shares", None, "1.2346", "half up to 4 decimals"),
        ("60853000000", "USD", None, "60853000000", "none"),
        ("60853000000", "USD", 1, "60853000000", "none"),
        ("0.25", "USD", None, "0.25", "none"),
        ("389549333333.3333333", "USD", None, "389549333333.33", "half up to 2 decimals"),
        ("15.5", "shares", None, "15.5", "none"),
    ],
)
def test_rounded_as_asked_or_as_usual(
    number: str, unit: str, decimals: int | None, wanted: str, said: str
) -> None:
    assert rounded(Decimal(number), unit, decimals) == (Decimal(wanted), said)
    assert rounding(1) == "half up to 1 decimal"


@pytest.mark.parametrize(
    ("number", "unit", "wanted"),
    [
        ("383285000000", "USD", "$383.285 billion"),
        ("1000000", "USD", "$1 million"),
        ("999999", "USD", "$999,999"),
        ("-3000000", "USD", "-$3 million"),
        ("2500000000000", "USD", "$2.5 trillion"),
        ("0", "USD", "$0"),
        ("1234.5", "USD", "$1,234.5"),
        ("1000000", "EUR", "€1 million"),
        ("1000000", "CHF", "CHF 1 million"),
        ("6.13", "USD/shares", "$6.13 per share"),
        ("-0.25", "USD/shares", "-$0.25 per share"),
        ("15116786000", "shares", "15.116786 billion shares"),
        ("13.26", "percent", "13.26%"),
        ("36.5", "days", "36.5 days"),
        ("1.75", "ratio", "1.75"),
        ("36000", "pure", "36000"),
    ],
)
def test_as_sentences_give_numbers(number: str, unit: str, wanted: str) -> None:
    assert spoken(Decimal(number), unit) == wanted


@given(st.integers(-(10**80), 10**80))
def test_a_sentence_loses_no_digit(number: int) -> None:
    said = spoken(Decimal(number), "USD").replace("$", "").replace(",", "")
    amount, _, word = said.partition(" ")
    power = {"": 0, "million": 6, "billion": 9, "trillion": 12}[word]
    assert plain(Decimal(amount + f"E{power}")) == str(number)


@pytest.mark.parametrize(
    ("period", "name", "wanted"),
    [
        (span("2023-09-30", 371), FiscalPeriod(2023), "fiscal 2023 (year ended September 30, 2023)"),
        (span("2023-09-30", 371), None, "the year ended September 30, 2023"),
        (span("2024-06-29", 91), FiscalPeriod(2024, "Q3"), "Q3 FY2024 (three months ended June 29, 2024)"),
        (span("2024-06-29", 91), None, "the three months ended June 29, 2024"),
        (span("2024-06-29", 273), FiscalPeriod(2024, "9M"), "the nine months ended June 29, 2024"),
        (span("2024-06-29", 182), None, "the six months ended June 29, 2024"),
        (span("2024-01-05", 0), FiscalPeriod(2024), "January 5, 2024"),
        (span("2024-06-29", 730), None, "the 24 months ended June 29, 2024"),
    ],
)
def test_as_sentences_give_periods(period: Period, name: FiscalPeriod | None, wanted: str) -> None:
    assert spoken_period(period, name) == wanted
