"""The sentence of a change: from what, to what, which way. Made from the calculation alone."""

import ast
from decimal import Decimal

from finchat_sec_qa.answer.figures import decimals_of, rounded
from finchat_sec_qa.answer.rounding import told_amount
from finchat_sec_qa.answer.spans import latest_span
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import evaluate, parse
from finchat_sec_qa.model.answer import Calculation, Value
from finchat_sec_qa.question.changes import CHANGE_IN


def changed(calculation: Calculation, value: Value) -> str | None:
    """For example "gross margin rose from 41.78% in fiscal 2021 to 43.31%, by 1.53 percentage points".

    None for a calculation that is no change, or none whose two sides can be told.
    """
    label, _, formula = calculation.formula.partition(" = ")
    if not label.startswith(CHANGE_IN):
        return None
    amounts = {operand.name: Decimal(operand.number) for operand in calculation.operands}
    try:
        later, earlier = sides_of(formula)
        this, before = evaluate(later, amounts), evaluate(earlier, amounts)
        period = latest_of(earlier)
    except (UsageError, ValueError):
        return None
    digits = told_decimals(calculation, value)
    sides = [
        told_amount(rounded(side, value.unit, digits)[0], value.unit, calculation.operands)
        for side in (before, this)
    ]
    figure = label.removeprefix(CHANGE_IN)
    if this == before:
        return f"{figure} was unchanged from {period}, at {sides[1]},"
    way = "rose" if this > before else "fell"
    return f"{figure} {way} from {sides[0]} in {period} to {sides[1]}, by {changed_by(value, calculation)},"


def latest_of(formula: str) -> str:
    """The latest period that a formula takes an amount of: "fiscal 2022", "Q2 FY2022".

    Raises ValueError where it takes none.
    """
    span = latest_span(formula)
    if span is None:
        raise ValueError(f"{formula} takes no amount of a fiscal period")
    return str(span) if span.trailing or span.period.name != "FY" else f"fiscal {span.period.year}"


def sides_of(formula: str) -> tuple[str, str]:
    """The later and the earlier amount of "later - earlier", or of "(later - earlier) * 100".

    Raises UsageError for any other expression.
    """
    node, scale = parse(formula), ""
    match node:
        case ast.BinOp(left=inner, op=ast.Mult(), right=ast.Constant(value=100)):
            node, scale = inner, " * 100"
    match node:
        case ast.BinOp(left=later, op=ast.Sub(), right=earlier):
            one, other = ast.unparse(later), ast.unparse(earlier)
            return (f"({one}){scale}", f"({other}){scale}") if scale else (one, other)
    raise UsageError(f"{formula} is no difference")


def told_decimals(calculation: Calculation, value: Value) -> int | None:
    """Decimals that both sides are told with: those that the change is rounded to."""
    return decimals_of(calculation.rounding) if value.unit != "USD" else None


def changed_by(value: Value, calculation: Calculation) -> str:
    """How large a difference is, without its sign."""
    size = Decimal(value.number).copy_abs()
    if value.unit == "percent":
        return f"{size} percentage points"
    return told_amount(size, value.unit, calculation.operands)
