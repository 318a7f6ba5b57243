"""Arithmetic over named amounts, exact in Decimal, with nothing but + - * / brackets and numbers.

Expressions come from formulas.toml, and from answers that are to be verified, which are untrusted: they
are parsed to a tree and only the allowed nodes are evaluated, within limits on length and depth.
"""

import ast
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, localcontext

from finchat_sec_qa.errors import UsageError

PRECISION = 50
MAX_LENGTH = 2_000
MAX_DEPTH = 40
OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: ("+", lambda left, right: left + right),
    ast.Sub: ("-", lambda left, right: left - right),
    ast.Mult: ("*", lambda left, right: left * right),
    ast.Div: ("/", lambda left, right: left / right),
    ast.Pow: ("**", lambda left, right: left**right),
}


def evaluate(expression: str, amounts: Mapping[str, Decimal]) -> Decimal:
    """The value of an expression over named amounts, to 50 digits.

    Raises UsageError for anything but arithmetic, an unknown name, a division by zero, or a result that is
    no number.
    """
    with localcontext(Context(prec=PRECISION)):
        try:
            result = _value(parse(expression), amounts, 0)
        except ArithmeticError as error:
            raise UsageError(f"cannot compute {expression}: {type(error).__name__}") from error
    if not result.is_finite():
        raise UsageError(f"cannot compute {expression}: the result is {result}")
    return result


def parse(expression: str) -> ast.expr:
    """The tree of an expression. Raises UsageError when it is too long or no expression."""
    if len(expression) > MAX_LENGTH:
        raise UsageError(f"a formula of {len(expression)} characters; at most {MAX_LENGTH} are read")
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"not a formula: {expression[:80]!r}") from error


def names_in(expression: str) -> list[str]:
    """Names of amounts in an expression, in order of first use, functions left out."""
    tree = parse(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    names.sort(key=lambda node: node.col_offset)
    return list(dict.fromkeys(node.id for node in names))


def _value(node: ast.expr, amounts: Mapping[str, Decimal], depth: int) -> Decimal:
    if depth > MAX_DEPTH:
        raise UsageError(f"a formula nested deeper than {MAX_DEPTH}")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(str(number))
        case ast.Name(id=name):
            if name not in amounts:
                raise UsageError(f"the formula uses {name!r}, which is not among its operands")
            return amounts[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, amounts, depth + 1)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            one, other = _value(left, amounts, depth + 1), _value(right, amounts, depth + 1)
            if isinstance(operator, ast.Pow) and not abs(other) <= 1:
                raise UsageError("a formula may take roots, no powers above one")
            return OPERATORS[type(operator)][1](one, other)
    raise UsageError(f"a formula may hold numbers, names, + - * / and brackets, no {type(node).__name__}")
