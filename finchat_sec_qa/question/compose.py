"""Figures put together in the question's own words: defined ones, sums and differences, margins."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from finchat_sec_qa.facts.expressions import evaluate, parse
from finchat_sec_qa.facts.formulas import expand, find_formulas, formulas
from finchat_sec_qa.facts.lexicon import Mention
from finchat_sec_qa.facts.spans import longest_apart
from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.dimensions import unit_of

SIGNS = {"less": "-", "minus": "-", "plus": "+"}
# Words that change a figure: with a definition, any others are what the question calls it.
NO_NAME = frozenset(
    "adjusted organic core excluding except segment change growth grow average cagr why how drove pro forma"
    " constant currency normalized".split()
)
BETWEEN = frozenset({"the", "its", "total", "their"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to compute for the last of `periods`; `spans` are the words of the question that name it."""

    label: str
    expression: str
    unit: str
    periods: tuple[AskedPeriod, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Atom:
    """Something with an amount, named by words [start, end) of a question."""

    label: str
    expression: str
    unit: str
    start: int
    end: int


def compose(
    words: Sequence[str], mentions: Sequence[Mention], defined: Mapping[tuple[str, ...], str]
) -> Figure | None:
    """What the question defines, or puts together of two; None where it does neither."""
    local = [
        _defined_atom(name, expression, _spelled_from(words, at, name), at + len(name))
        for name, expression in defined.items()
        for at in range(len(words) - len(name) + 1)
        if name and tuple(words[at : at + len(name)]) == name
    ]
    if () in defined:  # "what is X, defined as …?"
        atom = _defined_atom((), defined[()], 0, 0)
        return _figure(atom, *((at, at + 1) for at, word in enumerate(words) if word not in NO_NAME))
    atoms = longest_apart([*local, *_others(words, mentions)])
    together = _signed(words, atoms)
    if together is None and len(atoms) == 1:
        together = _margin(words, atoms[0])
    if together is not None:
        return _figure(together, (together.start, together.end))
    found = [atom for atom in atoms if atom in local]
    if len({atom.expression for atom in found}) == 1:
        others = [atom for atom in atoms if atom not in local]
        parts = _names(found[0].expression)
        if all(atom.expression in parts or atom.label == found[0].label for atom in others):
            return _figure(found[0], *((atom.start, atom.end) for atom in atoms))
    return None


def _spelled_from(words: Sequence[str], at: int, name: Sequence[str]) -> int:
    """Where the words begin that an abbreviation behind them stands for: "cash conversion cycle (CCC)"."""
    letters = name[0] if len(name) == 1 else ""
    before = words[max(0, at - len(letters)) : at]
    initials = "".join(word[0] for word in before)
    return at - len(letters) if letters and initials == letters else at


def _others(words: Sequence[str], mentions: Sequence[Mention]) -> list[_Atom]:
    entries = [_Atom(m.entry.label, m.entry.key, m.entry.unit, m.start, m.end) for m in mentions]
    computed = [
        _Atom(item.formula.label, f"({item.formula.expression})", item.formula.unit, item.start, item.end)
        for item in find_formulas(words)
    ]
    return [*computed, *entries]


def _defined_atom(name: tuple[str, ...], expression: str, start: int, end: int) -> _Atom:
    """A defined figure; one that the list defines alike, in whatever order, is the list's."""
    unit = unit_of(expression) or "ratio"
    for formula in formulas().values():
        if _same(formula.expression, expression):
            return _Atom(formula.label, formula.expression, unit, start, end)
    called = " ".join(name) or "the figure"
    return _Atom(f"{called} as the question defines it", expression, unit, start, end)


def _same(one: str, other: str) -> bool:
    """Whether two expressions compute the same: over the same amounts, and alike for arbitrary ones."""
    (one, operands), (other, others) = expand(one, 2000), expand(other, 2000)
    names = {operand.name for operand in operands}
    if names != {operand.name for operand in others}:
        return False
    amounts = {name: Decimal(7919 + 104_729 * at) / 97 for at, name in enumerate(sorted(names))}
    return abs(evaluate(one, amounts) - evaluate(other, amounts)) < Decimal("1e-30")


def _signed(words: Sequence[str], atoms: Sequence[_Atom]) -> _Atom | None:
    """Two amounts with "less", "minus" or "plus" between them, or the ratio of one to the other."""
    if len(atoms) != 2:
        return None
    first, second = atoms
    between = [word for word in words[first.end : second.start] if word not in BETWEEN]
    if between == ["to"] and tuple(words[max(0, first.start - 2) : first.start]) == ("ratio", "of"):
        return _ratio(first, second)
    if between == ["to"] and "from" not in words and first.expression != second.expression:
        behind = int(tuple(words[second.end : second.end + 1]) == ("ratio",))
        return replace(_ratio(first, second), end=second.end + behind)
    if len(between) != 1 or between[0] not in SIGNS or first.unit != second.unit:
        return None
    expression = f"{first.expression} {SIGNS[between[0]]} {second.expression}"
    label = f"{first.label} {between[0]} {second.label}"
    return _Atom(label, expression, first.unit, first.start, second.end)


def _ratio(first: _Atom, second: _Atom) -> _Atom:
    """The ratio of one amount to another."""
    expression = f"{first.expression} / {second.expression}"
    label = f"ratio of {first.label} to {second.label}"
    return _Atom(label, expression, unit_of(expression) or "ratio", first.start, second.end)


def _margin(words: Sequence[str], atom: _Atom) -> _Atom | None:
    """An amount with "margin" behind it is meant as a share of revenue."""
    if atom.unit != "USD" or words[atom.end : atom.end + 1] not in (("margin",), ["margin"]):
        return None
    label = f"{atom.label} as a share of total revenue"
    return _Atom(label, f"({atom.expression}) / revenue", "percent", atom.start, atom.end + 1)


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(parse(expression)) if isinstance(node, ast.Name)}


def _figure(atom: _Atom, *spans: tuple[int, int]) -> Figure:
    return Figure(atom.label, atom.expression, atom.unit, (), spans)
