from decimal import Decimal

import pytest

from finchat_sec_qa.answer.sentences import (
    compared_formula,
    compared_sentence,
    computed_sentence,
    concept_name,
    fact_sentence,
    period_view,
    restated_label,
)
from finchat_sec_qa.model.answer import Calculation, Operand, Value
from finchat_sec_qa.model.period import FiscalPeriod, Period
from tests.unit.facts.making import SEGMENT, day, fact, span

YEAR, NAME = span("2023-12-31", 365), FiscalPeriod(2023)


def value(number: str, unit: str, period: Period = YEAR) -> Value:
    return Value(number=number, unit=unit, period=period_view(period, NAME))


@pytest.mark.parametrize(
    ("concept", "name"),
    [
        ("us-gaap:Revenues", "total revenue"),
        ("us-gaap:NetIncomeLoss", "net income attributable to the company's shareholders"),
        ("us-gaap:ProfitLoss", "net income including noncontrolling interests"),
        ("us-gaap:CommercialPaper", "commercial paper"),
        ("acme:BrassInTransit", "brass in transit"),
    ],
)
def test_a_concept_is_called_as_it_fits_best(concept: str, name: str) -> None:
    assert concept_name(concept) == name


def test_a_reported_number() -> None:
    assert fact_sentence("Acme", fact("5000000", YEAR), value("5000000", "USD")) == (
        "Acme reported total revenue of $5 million for fiscal 2023 (year ended December 31, 2023) [1]."
    )


def test_a_balance_stands_at_a_day() -> None:
    moment = span("2023-12-31", 0)
    assets = fact("5", moment, concept="us-gaap:Assets")
    assert fact_sentence("Acme", assets, value("5", "USD", moment)) == (
        "Acme reported total assets of $5 at December 31, 2023 [1]."
    )


def test_a_part_is_named() -> None:
    part = fact("5", YEAR, dimensions=((SEGMENT, "acme:HomeGoodsMember"),))
    assert "total revenue from Home Goods of $5 for" in fact_sentence("Acme", part, value("5", "USD"))


@pytest.mark.parametrize(
    ("citations", "marks"),
    [((1,), "[1]"), ((1, 2), "[1] and [2]"), ((1, 2, 3), "[1], [2] and [3]"), ((1, 2, 1), "[1] and [2]")],
)
def test_a_computed_number(citations: tuple[int, ...], marks: str) -> None:
    operands = tuple(Operand(name="a", number="1", unit="USD", citation=number) for number in citations)
    calculation = Calculation(formula="net margin = a / b", operands=operands, rounding="none")
    assert computed_sentence("Acme", calculation, value("9.5", "percent")) == (
        f"Acme: net margin was 9.5% for fiscal 2023 (year ended December 31, 2023), computed from {marks}."
    )


@pytest.mark.parametrize(
    ("formula", "amounts", "number", "unit", "told"),
    [
        (
            "change in total revenue = revenue_FY2023 - revenue_FY2022",
            {"revenue_FY2023": "130", "revenue_FY2022": "100"},
            "30",
            "USD",
            "total revenue rose from $100 in fiscal 2022 to $130, by $30,",
        ),
        (
            "change in net margin = (income_FY2023 / revenue_FY2023 - income_FY2021 / revenue_FY2021) * 100",
            {"income_FY2023": "1", "revenue_FY2023": "8", "income_FY2021": "1", "revenue_FY2021": "4"},
            "-12.5",
            "percent",
            "net margin fell from 25% in fiscal 2021 to 12.5%, by 12.5 percentage points,",
        ),
        (
            "change in total revenue = revenue_FY2023 - revenue_FY2022",
            {"revenue_FY2023": "100", "revenue_FY2022": "100"},
            "0",
            "USD",
            "total revenue was unchanged from fiscal 2022, at $100,",
        ),
        # what is no difference of two years, or cannot be computed, is told as any figure is
        (
            "change in x = a_FY2023 + b_FY2022",
            {"a_FY2023": "1", "b_FY2022": "1"},
            "2",
            "USD",
            "change in x was $2",
        ),
        ("change in x = a_FY2023 - 1", {"a_FY2023": "3"}, "2", "USD", "change in x was $2"),
        ("change in x = a_FY2023 - b", {"a_FY2023": "3", "b": "1"}, "2", "USD", "change in x was $2"),
        ("change in x = a / 0 - b_FY2022", {"a": "3", "b_FY2022": "1"}, "2", "USD", "change in x was $2"),
        ("change in x = nothing of (", {"a": "3"}, "2", "USD", "change in x was $2"),
    ],
)
def test_a_change_tells_from_what_to_what(
    formula: str, amounts: dict[str, str], number: str, unit: str, told: str
) -> None:
    operands = tuple(
        Operand(name=name, number=amount, unit="USD", citation=1) for name, amount in amounts.items()
    )
    calculation = Calculation(formula=formula, operands=operands, rounding="half up to 2 decimals")
    assert computed_sentence("Acme", calculation, value(number, unit)) == (
        f"Acme: {told} for fiscal 2023 (year ended December 31, 2023), computed from [1]."
    )


@pytest.mark.parametrize(
    ("first", "second", "relation", "difference"),
    [("9", "5", "larger than", "$4"), ("5", "9", "smaller than", "$4"), ("5", "5", "equal to", "$0")],
)
def test_a_comparison(first: str, second: str, relation: str, difference: str) -> None:
    operands = (
        Operand(name="first", number=first, unit="USD", citation=1),
        Operand(name="second", number=second, unit="USD", citation=2),
    )
    calculation = Calculation(formula=compared_formula("goodwill"), operands=operands, rounding="none")
    number = str(Decimal(first) - Decimal(second))
    assert compared_sentence(("A", "B"), calculation, value(number, "USD")) == (
        f"A's goodwill (${first} [1]) was {relation} B's (${second} [2]); the difference is {difference}."
    )


def test_an_alternate_says_where_it_is_from() -> None:
    assert restated_label("10-K", day("2024-12-31")) == (
        "as reported later, in 10-K for the period ended 2024-12-31"
    )
