"""How sentences round what was computed: to the digits that the reported amounts have, and say so.

The mean of three years in millions has no cents: "$389.549 billion (rounded to millions)". The exact value
stays in the answer's `value`.
"""

from collections.abc import Sequence
from decimal import Decimal

from finchat_sec_qa.answer.figures import half_up, spoken
from finchat_sec_qa.model.answer import Calculation, Operand, Value

LARGE = 6  # power of ten from which amounts are told with a scale word, and rounded
CALLED = {0: "whole units", 3: "thousands", 6: "millions"}


def told_result(value: Value, calculation: Calculation) -> str:
    """The result of a calculation as its sentence tells it: "13.26%", "$5.5 billion (rounded …)"."""
    return told_amount(Decimal(value.number), value.unit, calculation.operands)


def told_amount(number: Decimal, unit: str, operands: Sequence[Operand]) -> str:
    """A number computed from operands; a large amount with no more digits than those of its unit have."""
    same = [Decimal(one.number) for one in operands if one.unit == unit]
    if not same or "/" in unit or number.adjusted() < LARGE:
        return spoken(number, unit)
    place = min(_place(amount) for amount in same)
    told = half_up(number.scaleb(-place), 0).scaleb(place)
    return spoken(number, unit) if told == number else f"{spoken(told, unit)} (rounded to {CALLED[place]})"


def _place(amount: Decimal) -> int:
    """The scale that an amount is reported in, at most millions: 6, 3 or 0."""
    return next((power for power in (6, 3) if amount % (Decimal(10) ** power) == 0), 0)
