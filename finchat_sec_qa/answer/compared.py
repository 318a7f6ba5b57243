"""A computed figure of two companies side by side: one formula over both, and its sentence.

Operands are named by their side: `first_revenue_FY2022`. The formula is "difference in gross margin =
first_… / first_… - second_… / second_…", times 100 for percentages.
"""

import ast
import re
from collections.abc import Sequence
from decimal import Decimal

from finchat_sec_qa.answer.changes import changed_by, latest_of, sides_of, told_decimals
from finchat_sec_qa.answer.figures import rounded
from finchat_sec_qa.answer.rounding import told_amount
from finchat_sec_qa.answer.sentences import COMPARED, FIRST, SECOND, zeros_told
from finchat_sec_qa.answer.spans import marks, where_derived
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import evaluate, names_in, parse
from finchat_sec_qa.facts.formulas import in_unit
from finchat_sec_qa.model.answer import Calculation, Value

SIDES = (FIRST, SECOND)


def figures_formula(label: str, unit: str, sides: Sequence[str]) -> str:
    """The formula of the comparison of a figure, from each company's own over its own amounts."""
    one, other = (_named_by(side, formula) for side, formula in zip(SIDES, sides, strict=True))
    written = in_unit(f"({one}) - ({other})", unit)
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
            formula = part.formula.partition(" = ")[2]
            amount, period, where = _amount(part), latest_of(formula), where_derived(formula)
        except (UsageError, ValueError):
            return None
        shown = rounded(amount, value.unit, told_decimals(calculation, value))[0]
        number = told_amount(shown, value.unit, part.operands)
        owner = companies[part.operands[0].citation - 1]
        cited = marks([operand.citation for operand in part.operands])
        figure = f"'s {label}" if not told else "'s"
        told.append(f"{owner}{figure} for {period} ({number}, from {cited}{where})")
        amounts.append(amount)
    one, other = amounts
    relation = "larger than" if one > other else "smaller than" if one < other else "equal to"
    difference = changed_by(value, calculation)
    return f"{told[0]} was {relation} {told[1]}; the difference is {difference}.{zeros_told(calculation)}"


def _amount(part: Calculation) -> Decimal:
    amounts = {operand.name: Decimal(operand.number) for operand in part.operands}
    return evaluate(part.formula.partition(" = ")[2], amounts)


def _named_by(side: str, formula: str) -> str:
    tree = parse(formula)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = operand_of(side, node.id)
    return ast.unparse(tree)
