"""Formulas of analysts (data in formulas.toml) and their expansion into operands of named years."""

import ast
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from finchat_sec_qa.facts.derivation import operand as amount_name
from finchat_sec_qa.facts.expressions import OPERATORS, names_in, parse
from finchat_sec_qa.facts.lexicon import entries, words_of
from finchat_sec_qa.facts.spans import longest_apart
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName


@dataclass(frozen=True, slots=True)
class Formula:
    """One figure that is computed. `expression` is over lexicon keys, prior() and average()."""

    key: str
    label: str
    terms: tuple[tuple[str, ...], ...]
    expression: str
    unit: str
    source: str


class FormulaMention(NamedTuple):
    """A formula found in words [start, end) of a question."""

    formula: Formula
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Operand:
    """An amount that an expanded formula needs: a lexicon entry, `back` years before the period asked for."""

    name: str
    entry: str
    back: int


@cache
def formulas() -> dict[str, Formula]:
    """All formulas by key."""
    data = tomllib.loads(files(__package__).joinpath("formulas.toml").read_text(encoding="utf-8"))
    return {
        key: Formula(
            key=key,
            label=fields["label"],
            terms=tuple(words_of(term) for term in fields["terms"]),
            expression=fields["expression"],
            unit=fields["unit"],
            source=fields["source"],
        )
        for key, fields in data.items()
    }


def find_formulas(words: Sequence[str]) -> list[FormulaMention]:
    """Formulas named in `words`, left to right; where terms overlap the longest wins."""
    return longest_apart(
        FormulaMention(formula, at, at + len(term))
        for formula in formulas().values()
        for term in formula.terms
        for at in range(len(words) - len(term) + 1)
        if tuple(words[at : at + len(term)]) == term
    )


def expand(expression: str, year: int, part: FiscalPeriodName = "FY") -> tuple[str, tuple[Operand, ...]]:
    """The expression with prior() and average() written out over names like `assets_FY2024`.

    For a part of the year they are like `revenue_Q2_FY2024`. Returns it with its operands in order of first
    use.
    """
    operands: dict[str, Operand] = {}
    text = _expand(parse(expression), FiscalPeriod(year, part), 0, operands)
    return ast.unparse(parse(text)), tuple(operands.values())


def spelled_out(expression: str, instead: Mapping[str, str]) -> str:
    """The expression with these entries written as what they are computed from, by their keys."""
    if not instead:
        return expression

    class Spelling(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id not in instead:
                return node
            others = {key: way for key, way in instead.items() if key != node.id}
            return parse(spelled_out(instead[node.id], others))

    return ast.unparse(Spelling().visit(parse(expression)))


def spelled_out_for(expression: str, operands: Collection[str]) -> str:
    """The expression as it was computed from operands of these entries."""
    named = [key for key in names_in(expression) if key in entries() and key not in operands]
    return spelled_out(
        expression, {key: _computed_from(key, operands) for key in named if entries()[key].otherwise}
    )


def _computed_from(key: str, operands: Collection[str]) -> str:
    """The first of the ways to compute an entry whose amounts are all among the operands, else the first."""
    ways = [spelled_out_for(way, operands) for way in entries()[key].otherwise]
    return next((way for way in ways if set(names_in(way)) <= set(operands)), ways[0])


def yearly_only(expression: str, part: FiscalPeriodName) -> bool:
    """Whether a figure makes no sense for a part of a year: a quarter's flow over a balance is no turnover.

    Nor do means of balances: of which two days. Year-to-date spans are of flows alone.
    """
    kinds = {entries()[key].kind for key in names_in(expression) if key in entries()}
    if part == "FY" or kinds == {"flow"}:
        return False
    return kinds != {"instant"} or part in ("H1", "9M") or "average(" in expression


def _expand(node: ast.expr, period: FiscalPeriod, back: int, operands: dict[str, Operand]) -> str:
    match node:
        case ast.Name(id=key) if key in entries():
            name = amount_name(key, FiscalPeriod(period.year - back, period.name))
            operands.setdefault(name, Operand(name, key, back))
            return name
        case ast.Constant(value=number):
            return str(number)
        case ast.Call(func=ast.Name(id="prior"), args=[inner, *rest]) if len(rest) < 2:
            return _expand(inner, period, back + _years(rest), operands)
        case ast.Call(func=ast.Name(id="average"), args=[inner]):
            this = _expand(inner, period, back, operands)
            return f"(({this} + {_expand(inner, period, back + 1, operands)}) / 2)"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            sign = OPERATORS[type(operator)][0]
            one, other = _expand(left, period, back, operands), _expand(right, period, back, operands)
            return f"({one} {sign} {other})"
    raise ValueError(f"formulas.toml: {ast.unparse(node)} is not allowed in an expression")


def _years(rest: Sequence[ast.expr]) -> int:
    """The second argument of prior(), one year where it is not given."""
    match rest:
        case []:
            return 1
        case [ast.Constant(value=int(years))]:
            return years
    raise ValueError(f"formulas.toml: prior() goes back a number of years, not {ast.unparse(rest[0])}")
