"""A computed figure of two companies side by side: one formula over both, and its sentence.

Operands are named by their side: `first_revenue_FY2022`. The formula is "difference in gross margin =
first_… / first_… - second_… / second_…", times 100 for percentages.
"""

import ast
import re
from collections.abc import Sequence
from decimal import Decimal

from finchat_sec_qa.answer.changes import changed_by, latest_of, sides_of, told_decimals
from finchat_sec_qa.answer.figures import rounded, spoken
from finchat_sec_qa.answer.sentences import COMPARED, FIRST, SECOND, marks, zeros_told
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import evaluate, names_in, parse
from finchat_sec_qa.facts.formulas import expand
from finchat_sec_qa.model.answer import Calculation, Value
from finchat_sec_qa.model.period import FiscalPeriod

SIDES = (FIRST, SECOND)


def figures_formula(label: str, unit: str, sides: Sequence[tuple[FiscalPeriod, str]]) -> str:
    """The formula of the comparison of a figure: of each company the fiscal period and the expression."""
    one, other = (
        _named_by(side, expand(expression, period.year, period.name)[0])
        for side, (period, expression) in zip(SIDES, sides, strict=True)
    )
    written = f"({one}) - ({other})"
    if unit == "percent":
        written = f"({written}) * 100"
    return f"{COMPARED}{label} = {ast.unparse(parse(written))}"


def operand_of(side: str, name: str) -> str:
    """What an operand of a side is called."""
    return f"{side}_{name}"


def of_figures(calculation: Calculation) -> bool:
    """Whether a comparison is of computed figures, and not of two reported numbers."""
    return any(operand.name not in SIDES for operand in calculation.operands)


def side_of(calculation: Calculation, side: str) -> Calculation | None:
    """One company's part as a calculation of its own; None where the formula has no two sides."""
    label, _, formula = calculation.formula.partition(" = ")
    try:
        written = dict(zip(SIDES, sides_of(formula), strict=True))[side]
        names = set(names_in(written))
    except UsageError:
        return None
    prefix = operand_of(side, "")
    if not all(name.startswith(prefix) for name in names):
        return None
    operands = tuple(
        operand.model_copy(update={"name": operand.name.removeprefix(prefix)})
        for operand in calculation.operands
        if operand.name in names
    )
    own = re.sub(rf"\b{prefix}", "", written)
    told = f"{label.removeprefix(COMPARED)} = {own}"
    return calculation.model_copy(update={"formula": told, "operands": operands})


def figures_sentence(companies: Sequence[str], calculation: Calculation, value: Value) -> str | None:
    """For example "A's gross margin for fiscal 2022 (43.31%, from [1] and [2]) was larger than B's …".

    `companies` are those of the citations, in their order. None where the formula has no two sides.
    """
    label = calculation.formula.partition(" = ")[0].removeprefix(COMPARED)
    told: list[str] = []
    amounts: list[Decimal] = []
    for side in SIDES:
        part = side_of(calculation, side)
        if part is None or not part.operands or not 1 <= part.operands[0].citation <= len(companies):
            return None
        try:
            amount, period = _amount(part), latest_of([operand.name for operand in part.operands])
        except (UsageError, ValueError):
            return None
        number = spoken(rounded(amount, value.unit, told_decimals(calculation, value))[0], value.unit)
        owner = companies[part.operands[0].citation - 1]
        cited = marks([operand.citation for operand in part.operands])
        figure = f"'s {label}" if not told else "'s"
        told.append(f"{owner}{figure} for {period} ({number}, from {cited})")
        amounts.append(amount)
    one, other = amounts
    relation = "larger than" if one > other else "smaller than" if one < other else "equal to"
    return (
        f"{told[0]} was {relation} {told[1]}; the difference is {changed_by(value)}.{zeros_told(calculation)}"
    )


def _amount(part: Calculation) -> Decimal:
    amounts = {operand.name: Decimal(operand.number) for operand in part.operands}
    return evaluate(part.formula.partition(" = ")[2], amounts)


def _named_by(side: str, formula: str) -> str:
    tree = parse(formula)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = operand_of(side, node.id)
    return ast.unparse(tree)
