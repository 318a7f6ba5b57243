from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import MAX_DEPTH, MAX_LENGTH, PRECISION, evaluate, names_in
from tests.patience import ends

AMOUNTS = {"a": Decimal(383_285_000_000), "b": Decimal("-0.25"), "c": Decimal(3), "zero": Decimal(0)}


class Worked:
    """An expression and its value, computed without the code under test; None where there is none."""

    def __init__(self, text: str, value: Decimal | None) -> None:
        self.text = text
        self.value = value

    def __repr__(self) -> str:
        return self.text


def join(left: Worked, sign: str, right: Worked) -> Worked:
    value = None
    if left.value is not None and right.value is not None and not (sign == "/" and right.value == 0):
        with localcontext(Context(prec=PRECISION)):
            one, other = left.value, right.value
            value = {"+": lambda: one + other, "-": lambda: one - other, "*": lambda: one * other}.get(
                sign, lambda: one / other
            )()
    return Worked(f"({left.text} {sign} {right.text})", value)


LEAVES = st.one_of(
    st.sampled_from([Worked(name, value) for name, value in AMOUNTS.items()]),
    st.integers(0, 10**12).map(lambda number: Worked(str(number), Decimal(number))),
    st.decimals(0, 1000, places=4).map(lambda number: Worked(f"{number:f}", number)),
)
WORKED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(join, inner, st.sampled_from("+-*/"), inner),
        inner.map(
            lambda item: Worked(f"(-{item.text})", None if item.value is None else item.value.copy_negate())
        ),
    ),
    max_leaves=12,
)


@given(WORKED)
def test_arithmetic_is_that_of_decimal(worked: Worked) -> None:
    if worked.value is None:
        with pytest.raises(UsageError):
            evaluate(worked.text, AMOUNTS)
    else:
        assert evaluate(worked.text, AMOUNTS) == worked.value


def test_precedence_and_roots() -> None:
    assert evaluate("1 + 2 * 3 - 4 / 2", {}) == 5
    assert abs(evaluate("(8 / 1) ** (1 / 3)", {}) - 2) < Decimal("1e-25")
    assert evaluate("2 ** -1", {}) == Decimal("0.5")
    assert evaluate("1 / 3", {}) == Decimal("0." + "3" * PRECISION)
    assert evaluate("0.1 + 0.2", {}) == Decimal("0.3")


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "(1).__class__",
        "a.real",
        "a[0]",
        "[1]",
        "{1: 2}",
        "'a' * 9",
        "f'{a}'",
        "lambda: 1",
        "1 if a else 2",
        "a and c",
        "not a",
        "~c",
        "+c",
        "c // 2",
        "c % 2",
        "c << 9",
        "c @ c",
        "c < 2",
        "(x := 1)",
        "max(a, c)",
        "prior(a)",
        "True",
        "None",
        "1j",
        "...",
        "unknown",
        "",
        " ",
        "1 +",
        "1\n2",
        "a; c",
        "import os",
        "\x00",
        "🙂",
        "1 / 0",
        "c / zero",
        "zero / zero",
        "0 ** -1",
        "0 ** 0",
        "(-8) ** 0.5",
        "c ** 2",
        "9 ** 9 ** 9",
        "10 ** 1.0001",
        "c ** -2",
        "1e400",
        "1e400 * 0",
        "1e999999999",
    ],
)
def test_anything_but_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(UsageError):
        evaluate(expression, AMOUNTS)


@pytest.mark.parametrize(
    "expression",
    [
        "1" + " + 1" * 450,
        "(" * 300 + "1" + ")" * 300,
        "-" * 1_900 + "1",
        "f(" + "-" * 1_500 + "1)",
        "a." * 900 + "c",
        "(" * 1_999,
        "[" * 1_999,
        "a" * 1_999,
        "a" * 1_000_000,
        "1 + " * 500_000,
        "*" * 1_999,
        "1" + " * 9999999999" * 140,
    ],
)
def test_deep_or_long_ones_are_refused(expression: str) -> None:
    with ends(), pytest.raises(UsageError):
        evaluate(expression, AMOUNTS)


def test_huge_amounts_are_refused() -> None:
    with pytest.raises(UsageError, match="Overflow"):
        evaluate("x * x", {"x": Decimal("1E+999999")})
    with pytest.raises(UsageError):
        evaluate("x + 1", {"x": Decimal("Infinity")})
    with pytest.raises(UsageError):
        evaluate("x ** 0.5", {"x": Decimal("NaN")})


def test_the_limits_leave_room_for_real_formulas() -> None:
    assert evaluate(" + ".join(["1"] * MAX_DEPTH), {}) == MAX_DEPTH
    assert evaluate("1".ljust(MAX_LENGTH), {}) == 1


def test_names_in_order_of_first_use_without_functions() -> None:
    assert names_in("c * prior(a) + average(b) / c") == ["c", "a", "b"]
    assert names_in("1 + 2") == []
    with pytest.raises(UsageError):
        names_in("(")


@given(st.text(max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    for read in (lambda: evaluate(text, AMOUNTS), lambda: names_in(text)):
        try:
            read()
        except UsageError:
            continue


@given(st.text(alphabet="abc0123456789+-*/(). ,_e", max_size=40))
def test_nor_does_any_near_expression(text: str) -> None:
    try:
        found = evaluate(text, AMOUNTS)
    except UsageError:
        return
    assert found.is_finite()
