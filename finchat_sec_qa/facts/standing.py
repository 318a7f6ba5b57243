"""What stands in a formula for an amount that a company tells in several lines, or in none.

Debt due within a year may be two lines of the balance sheet; short-term investments may have none. The
formula then gives the lines' sum, or a total less all of its lines: zero, which proves that none is left out.
Lines are called by their concepts: "ShortTermBorrowings_FY2024"; so is the total, as in no other formula.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.derivation import operand
from finchat_sec_qa.facts.expressions import parse
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.model.period import FiscalPeriod

NAME = re.compile(
    r"(?:first_|second_)?(?P<key>[A-Za-z][A-Za-z0-9_]*?)_(?P<period>(?:(?:Q[1-4]|H1|9M)_)?FY[0-9]{4})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands for the amount called `name` of an entry: a sum, or a total less its lines (`zero`)."""

    name: str
    entry: str
    names: tuple[str, ...]
    zero: bool

    @property
    def text(self) -> str:
        """As the formula writes it."""
        return f"({(' - ' if self.zero else ' + ').join(self.names)})"


def line_name(concept: str, period: FiscalPeriod) -> str:
    """What the amount of a line is called: its concept's local name, with the period."""
    return operand(concept.rpartition(":")[2], period)


def substituted(formula: str, texts: Mapping[str, str], side: str = "") -> str:
    """The formula with texts in the place of names; in a comparison `side` stands before the names of one."""
    for name, text in texts.items():
        written = re.sub(r"\b(?=[A-Za-z])", side, text) if side else text
        formula = re.sub(rf"\b{re.escape(side + name)}\b", written, formula)
    return formula


def stand_ins(wanted: str, given: str) -> list[StandIn] | None:
    """What stands in `given` for amounts of `wanted`; None where the formulas differ otherwise too."""
    found: list[StandIn] = []
    try:
        alike = _alike(parse(wanted), parse(given), found)
    except UsageError:
        return None
    return found if alike else None


def taken_as_zero(formula: str) -> Sequence[Entry]:
    """The entries that a formula proves to be zero, each once; none in what is no formula."""
    keys: dict[str, Entry] = {}
    try:
        tree = parse(formula)
    except UsageError:
        return ()
    for node in ast.walk(tree):
        names = _chain(node, ast.Sub) if isinstance(node, ast.BinOp) else []
        if names:
            keys |= {key: entry for key, entry in entries().items() if _is_total(names[0], entry)}
    return list(keys.values())


def _alike(wanted: ast.expr, given: ast.expr, found: list[StandIn]) -> bool:
    match wanted, given:
        case ast.Name(id=name), ast.Name(id=other) if name == other:
            return True
        case ast.Name(id=name), _:
            instead = _stand_in(name, given)
            found.extend([instead] if instead else [])
            return instead is not None
        case ast.BinOp(), ast.BinOp() if type(wanted.op) is type(given.op):
            return _alike(wanted.left, given.left, found) and _alike(wanted.right, given.right, found)
        case ast.Constant(), ast.Constant():
            return bool(wanted.value == given.value)
    return False


def _stand_in(name: str, given: ast.expr) -> StandIn | None:
    """What stands for an amount of an entry that may be told in lines; None where it is something else."""
    key, period = _split(name)
    if key not in entries() or not entries()[key].within:
        return None
    entry = entries()[key]
    less, plus = _chain(given, ast.Sub), _chain(given, ast.Add)
    if len(less) > 1 and _is_total(less[0], entry) and all(_split(one)[1] == period for one in less):
        return StandIn(name, key, tuple(less), zero=True)
    if plus and all(_is_part(one, entry) and _split(one)[1] == period for one in plus):
        return StandIn(name, key, tuple(plus), zero=False)
    return None


def _is_total(name: str, entry: Entry) -> bool:
    return bool(entry.within) and key_of(name) in entries()[entry.within].concepts


def _is_part(name: str, entry: Entry) -> bool:
    key = key_of(name)
    return key in entry.parts or key in entry.concepts or key in entry.lines


def key_of(name: str) -> str:
    """The entry or concept that an operand is named by, "" for another name."""
    return _split(name)[0]


def _chain(node: ast.expr, sign: type[ast.operator]) -> list[str]:
    """The names of a + b + c, or of a - b - c; none where it is something else."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.BinOp(left=left, op=operator, right=ast.Name(id=name)) if type(operator) is sign:
            before = _chain(left, sign)
            return [*before, name] if before else []
    return []


def _split(name: str) -> tuple[str, str]:
    """An operand's key and period, ("current_debt", "FY2024"); two empty strings for another name."""
    found = NAME.fullmatch(name)
    return (found["key"], found["period"]) if found else ("", "")
