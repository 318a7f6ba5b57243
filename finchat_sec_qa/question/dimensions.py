"""Units of computed figures, from the units of their operands."""

import ast
from collections import Counter

from finchat_sec_qa.facts.expressions import parse
from finchat_sec_qa.facts.lexicon import entries

_DAYS = frozenset((360, 365, 366))
_UNITS = {"USD": {"USD": 1}, "USD/shares": {"USD": 1, "shares": -1}, "shares": {"shares": 1}}


def unit_of(expression: str) -> str | None:
    """One of "USD", "USD/shares", "shares", "days" (365 times a ratio), "ratio"; None where they disagree."""
    tree = parse(expression)
    found = _unit(tree)
    if found is None:
        return None
    unit = {name: power for name, power in found.items() if power}
    for name, powers in _UNITS.items():
        if unit == powers:
            return name
    if unit:
        return None
    days = any(isinstance(node, ast.Constant) and node.value in _DAYS for node in ast.walk(tree))
    return "days" if days else "ratio"


def _unit(node: ast.expr) -> Counter[str] | None:
    match node:
        case ast.Constant():
            return Counter()
        case ast.Name(id=key) if key in entries():
            return Counter(_UNITS.get(entries()[key].unit, {}))
        case ast.Call(args=[inner, *_]):
            return _unit(inner)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(_unit(left), operator, _unit(right))
    return None


def _combined(
    one: Counter[str] | None, operator: ast.operator, other: Counter[str] | None
) -> Counter[str] | None:
    if one is None or other is None:
        return None
    if isinstance(operator, ast.Add | ast.Sub):
        return one if {k: v for k, v in one.items() if v} == {k: v for k, v in other.items() if v} else None
    sign = -1 if isinstance(operator, ast.Div) else 1
    return Counter({name: one[name] + sign * other[name] for name in one.keys() | other.keys()})
