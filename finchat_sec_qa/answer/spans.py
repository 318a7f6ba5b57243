"""Labels and sentences of amounts that are derived over time: pure functions of what is cited."""

from decimal import Decimal

from finchat_sec_qa.answer.figures import spoken, spoken_period
from finchat_sec_qa.answer.sentences import marks
from finchat_sec_qa.facts.derivation import Derivation
from finchat_sec_qa.facts.labels import member_label
from finchat_sec_qa.facts.lexicon import Entry
from finchat_sec_qa.facts.members import part_of
from finchat_sec_qa.model.answer import Calculation, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period

DERIVED = ", derived: "
NAMES: dict[str, FiscalPeriodName] = {"Q2": "Q2", "Q3": "Q3", "Q4": "Q4"}


def is_derived(calculation: Calculation) -> bool:
    """True for an amount that is derived over time, False for a figure or a comparison."""
    return DERIVED in calculation.formula.partition(" = ")[0]


def thing_of(entry: Entry, fact: Fact) -> str:
    """What an amount is of: "total revenue", "total revenue from Japan"."""
    part = part_of(fact)
    return f"{entry.label} from {member_label(part[1])}" if part else entry.label


def derived_formula(thing: str, key: str, derivation: Derivation) -> str:
    """For example "total revenue of Q4, derived: year less nine months = revenue_FY2022 - …"."""
    return f"{thing} of {derivation.of}{DERIVED}{derivation.how} = {derivation.formula(key)}"


def derived_sentence(company: str, calculation: Calculation, value: Value) -> str:
    """For example "Apple Inc.: total revenue was $90.146 billion for Q4 FY2022 (three months ended September
    24, 2022), derived as year less nine months from [1] and [2].".
    """
    label, _, how = calculation.formula.partition(" = ")[0].partition(DERIVED)
    thing = label.rpartition(" of ")[0]
    number = spoken(Decimal(value.number), value.unit)
    cited = marks([operand.citation for operand in calculation.operands])
    return f"{company}: {thing} was {number} for {_when(value)}, derived as {how} from {cited}."


def _when(value: Value) -> str:
    view = value.period
    if view.end is None:
        raise ValueError("the period of a value has an end")
    period, name = Period(view.start, view.end), None
    if view.fiscal_year is not None and view.fiscal_period in NAMES:
        name = FiscalPeriod(view.fiscal_year, NAMES[view.fiscal_period])
    told = spoken_period(period, name)
    return told.replace("the year ended", "the twelve months ended") if name is None else told
