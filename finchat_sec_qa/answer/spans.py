"""Labels and sentences of amounts that are derived over time: pure functions of what is cited."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.answer.figures import spoken, spoken_period
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.calendar import QUARTER_NUMBER
from finchat_sec_qa.facts.derivation import Span, derivation_of, operand_period
from finchat_sec_qa.facts.expressions import names_in, parse
from finchat_sec_qa.facts.labels import listed
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.members import part_name
from finchat_sec_qa.model.answer import Calculation, PeriodView, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FISCAL_NAMES, FiscalPeriod, Period

DERIVED = ", derived: "


@dataclass(frozen=True, slots=True)
class Taken:
    """An amount that a formula takes: the key of its entry, its span, and the operands that give it."""

    key: str
    span: Span
    names: tuple[str, ...]

    @property
    def derived(self) -> bool:
        """Whether it is derived from amounts of longer spans."""
        return len(self.names) > 1


def taken_in(formula: str) -> tuple[Taken, ...]:
    """The amounts that a formula takes, in their order; names that are none of operands are left out.

    None for what is no expression: `verify` reads what others wrote, and tells of that apart.
    """
    try:
        return tuple(dict.fromkeys(_taken(parse(formula))))
    except (UsageError, RecursionError):
        return ()


def _taken(node: ast.expr) -> Iterator[Taken]:
    match node:
        case ast.Name(id=name):
            found = operand_period(name)
            if found is not None:
                yield Taken(found[0], Span(found[1]), (name,))
        case ast.BinOp(left=left, right=right):
            written = ast.unparse(node)
            known = derivation_of(names_in(written))
            derivation = known[1].derivation if known is not None else None
            if known is not None and derivation is not None and derivation.formula(known[0]) == written:
                yield Taken(known[0], known[1], tuple(names_in(written)))
            else:
                yield from _taken(left)
                yield from _taken(right)
        case ast.UnaryOp(operand=inner):
            yield from _taken(inner)


def latest_span(formula: str) -> Span | None:
    """The latest span that a formula takes an amount of; None where it takes none."""
    spans = [item.span for item in taken_in(formula)]
    return max(spans, key=_order, default=None)


def _order(span: Span) -> tuple[int, int, bool]:
    return span.period.year, QUARTER_NUMBER[span.period.name], span.trailing


def where_derived(formula: str) -> str:
    """What a sentence adds of amounts that a formula derives: ", where total revenue is derived as …"."""
    found: dict[str, dict[str, None]] = {}
    for item in taken_in(formula):
        derivation = item.span.derivation
        if item.derived and derivation is not None:
            label = entries()[item.key].label if item.key in entries() else item.key
            found.setdefault(derivation.how, {})[label] = None
    told = [
        f"{listed(list(labels))} {'are' if len(labels) > 1 else 'is'} derived as {how}"
        for how, labels in found.items()
    ]
    return f", where {listed(told)}" if told else ""


def is_derived(calculation: Calculation) -> bool:
    """True for an amount that is derived over time, False for a figure or a comparison."""
    return DERIVED in calculation.formula.partition(" = ")[0]


def thing_of(entry: Entry, fact: Fact) -> str:
    """What an amount is of: "total revenue", "total revenue from Japan"."""
    part = part_name(fact)
    return f"{entry.label} from {part}" if part else entry.label


def derived_formula(thing: str, key: str, span: Span) -> str:
    """For example "total revenue of Q4, derived: year less nine months = revenue_FY2022 - …".

    Raises ValueError for a span that is not derived.
    """
    derivation = span.derivation
    if derivation is None:
        raise ValueError(f"{span} is not derived")
    return f"{thing} of {derivation.of}{DERIVED}{derivation.how} = {derivation.formula(key)}"


def derived_sentence(company: str, calculation: Calculation, value: Value) -> str:
    """For example "Apple Inc.: total revenue was $90.146 billion for Q4 FY2022 (three months ended September
    24, 2022), derived as year less nine months from [1] and [2].".
    """
    label, _, how = calculation.formula.partition(" = ")[0].partition(DERIVED)
    thing = label.rpartition(" of ")[0]
    number = spoken(Decimal(value.number), value.unit)
    cited, when = (
        marks([one.citation for one in calculation.operands]),
        spoken_view(value.period, derived=True),
    )
    return f"{company}: {thing} was {number} for {when}, derived as {how} from {cited}."


def spoken_view(view: PeriodView, *, derived: bool = False) -> str:
    """The period of a value as sentences tell it; `derived` twelve months are no year of the company's.

    Raises ValueError for one without an end.
    """
    if view.end is None:
        raise ValueError("the period of a value has an end")
    period, name = Period(view.start, view.end), None
    part = FISCAL_NAMES.get(view.fiscal_period or "")
    if view.fiscal_year is not None and part is not None:
        name = FiscalPeriod(view.fiscal_year, part)
    told = spoken_period(period, name)
    return told.replace("the year ended", "the twelve months ended") if derived and name is None else told


def marks(numbers: Sequence[int]) -> str:
    """Citations as a sentence names them: "[1], [2] and [3]"."""
    return listed([f"[{number}]" for number in dict.fromkeys(numbers)])
