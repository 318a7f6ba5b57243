from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.parse.numbers import read_number, shift


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("383,285", "383285", None),
        ("(1,234)", "-1234", None),
        ("(1,234", "-1234", None),  # the bracket stands in the next cell
        ("$ (53.25)", "-53.25", "USD"),
        ("$(53.25)", "-53.25", "USD"),
        ("($9,550)", "-9550", "USD"),
        ("-5", "-5", None),
        ("−5", "-5", None),
        ("(3)%", "-3", "percent"),
        ("(3.5%)", "-3.5", "percent"),
        ("24.1 %", "24.1", "percent"),
        ("$1.2 billion", "1200000000", "USD"),
        ("2.5 pts", "2.5", "points"),
        ("€ 7", "7", "EUR"),
        (".5", "0.5", None),
        ("96,169(1)", "96169", None),
        ("1,000 (a)", "1000", None),
        ("12*", "12", None),
        ("—", "0", None),
        ("$—", "0", "USD"),
        ("— %", "0", "percent"),
        ("--", "0", None),
    ],
)
def test_a_printed_number_has_its_exact_value(text: str, value: str, unit: str | None) -> None:
    number = read_number(text)
    assert number is not None
    assert (str(number.value), number.unit) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "N/A",
        "12/31/2024",
        "1.2.3",
        "4.70-5.75%",
        "1,23",
        "12,3456",
        "5)",
        "[1]",
        "Note 5",
        "1 2",
        "((5))",
        "$",
        "A1",
    ],
)
def test_what_prints_no_single_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_only_a_dash_says_that_it_is_one() -> None:
    dash, zero = read_number("—"), read_number("0")
    assert dash is not None
    assert zero is not None
    assert (dash.value, dash.dash, zero.value, zero.dash) == (0, True, 0, False)


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(["", "$"]), st.booleans()
)
def test_what_is_printed_is_read_back(value: Decimal, sign: str, brackets: bool) -> None:
    digits = f"{abs(value):,.2f}"
    text = f"{sign}({digits})" if brackets and value < 0 else f"{'-' if value < 0 else ''}{sign}{digits}"
    number = read_number(text)
    assert number is not None
    assert number.value == value
    assert number.decimals == 2


@given(st.text(alphabet="0123456789.,()$%—- abx[]*", max_size=100))
def test_any_text_gives_a_finite_number_or_none(text: str) -> None:
    number = read_number(text)
    assert number is None or number.value.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(-30, 30))
def test_a_shift_is_exact_and_goes_back(value: Decimal, power: int) -> None:
    assert shift(shift(value, power), -power) == value


def test_a_shift_leaves_no_exponent_and_rounds_no_digit() -> None:
    assert str(shift(Decimal(391035), 6)) == "391035000000"
    assert str(shift(Decimal("3.25"), -2)) == "0.0325"
    long = "1234567890123456789012345678901234567890"
    assert str(shift(Decimal(long), 3)) == long + "000"
    assert str(shift(Decimal("-0.00"), 3)) == "0"


@pytest.mark.parametrize(("value", "power"), [("1", 101), ("1", -101), ("NaN", 1), ("Infinity", 1)])
def test_a_shift_beyond_reason_is_an_error(value: str, power: int) -> None:
    with pytest.raises(ValueError, match=r"beyond reason|no number"):
        shift(Decimal(value), power)
