"""Formulas of analysts (data in formulas.toml) and their expansion into operands of named years."""

import ast
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from finchat_sec_qa.facts.derivation import Span, operand
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
    known, longest = _by_term()
    return longest_apart(
        FormulaMention(formula, at, at + size)
        for at in range(len(words))
        for size in range(1, min(longest, len(words) - at) + 1)
        for formula in known.get(tuple(words[at : at + size]), ())
    )


def expand(expression: str, year: int, part: FiscalPeriodName = "FY") -> tuple[str, tuple[Operand, ...]]:
    """The expression with prior() and average() written out over names like `assets_FY2024`.

    For a part of the year they are like `revenue_Q2_FY2024`. Returns it with its operands in order of first
    use.
    """
    span = Span(FiscalPeriod(year, part))
    operands: dict[str, Operand] = {}

    def named(key: str, back: int) -> str:
        period = span.back(back).named(entries()[key])
        name = operand(key, period or span.period)
        operands.setdefault(name, Operand(name, key, back))
        return name

    return _tidy(_expand(parse(expression), 0, named)), tuple(operands.values())


def amounts_in(expression: str) -> tuple[tuple[str, int], ...]:
    """The amounts that an expression takes, in order of first use: keys of entries, and years back."""
    found: dict[tuple[str, int], None] = {}

    def named(key: str, back: int) -> str:
        found[key, back] = None
        return key

    _expand(parse(expression), 0, named)
    return tuple(found)


def written(expression: str, span: Span, at_hand: Collection[str], unit: str = "") -> str:
    """The expression for a span, over the names of amounts `at_hand`; what is not among them as what it is
    derived from. Percentages are a hundred times what it gives.
    """
    text = _expand(parse(expression), 0, lambda key, back: span.back(back).amount(entries()[key], at_hand))
    return in_unit(_tidy(text), unit)


def in_unit(formula: str, unit: str) -> str:
    """A formula as calculations write it that give a result in `unit`."""
    return f"({formula}) * 100" if unit == "percent" else formula


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


def yearly_only(expression: str, span: Span) -> bool:
    """Whether a figure makes no sense for a part of a year: a quarter's flow over a balance is no turnover.

    Nor do means of balances: of which two days. Year-to-date spans are of flows alone.
    """
    kinds = {entries()[key].kind for key in names_in(expression) if key in entries()}
    if span.whole_year or kinds == {"flow"}:
        return False
    return kinds != {"instant"} or span.period.name in ("H1", "9M") or "average(" in expression


@cache
def _by_term() -> tuple[dict[tuple[str, ...], list[Formula]], int]:
    """Formulas by each of their terms, and the length in words of the longest term."""
    known: dict[tuple[str, ...], list[Formula]] = {}
    for formula in formulas().values():
        for term in formula.terms:
            known.setdefault(term, []).append(formula)
    return known, max(map(len, known))


def _tidy(expression: str) -> str:
    """An expression with no more brackets than it needs."""
    return ast.unparse(parse(expression))


def _expand(node: ast.expr, back: int, named: Callable[[str, int], str]) -> str:
    """The expression with each entry called as `named` says, for so many years back."""
    match node:
        case ast.Name(id=key) if key in entries():
            return named(key, back)
        case ast.Constant(value=number):
            return str(number)
        case ast.Call(func=ast.Name(id="prior"), args=[inner, *rest]) if len(rest) < 2:
            return _expand(inner, back + _years(rest), named)
        case ast.Call(func=ast.Name(id="average"), args=[inner]):
            return f"(({_expand(inner, back, named)} + {_expand(inner, back + 1, named)}) / 2)"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            sign = OPERATORS[type(operator)][0]
            return f"({_expand(left, back, named)} {sign} {_expand(right, back, named)})"
    raise ValueError(f"formulas.toml: {ast.unparse(node)} is not allowed in an expression")


def _years(rest: Sequence[ast.expr]) -> int:
    """The second argument of prior(), one year where it is not given."""
    match rest:
        case []:
            return 1
        case [ast.Constant(value=int(years))]:
            return years
    raise ValueError(f"formulas.toml: prior() goes back a number of years, not {ast.unparse(rest[0])}")
