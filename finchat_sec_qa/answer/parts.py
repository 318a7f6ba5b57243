"""The reported amounts that a derived one takes, and whether they stand on one basis.

A company that spins off a business reports earlier spans anew, without it. A quarter that is a recast year
less unrecast nine months would be a number that nobody ever had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from finchat_sec_qa.answer.findings import Company, Finding
from finchat_sec_qa.facts.calendar import DRIFT
from finchat_sec_qa.facts.derivation import Derivation
from finchat_sec_qa.facts.lexicon import Entry, rank
from finchat_sec_qa.facts.select import choose, differs
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName
from finchat_sec_qa.model.plan import AskedPeriod

Facts = Sequence[tuple[str, Fact]]

# Fiscal periods of the reports that give a span: an earnings release for the fourth quarter gives the year.
CLOSING: dict[FiscalPeriodName, tuple[FiscalPeriodName, ...]] = {
    "FY": ("FY", "Q4"), "9M": ("Q3",), "H1": ("Q2",), "Q1": ("Q1",), "Q2": ("Q2",)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A reported amount, and the fiscal years whose reports of that span give it alike, and otherwise."""

    finding: Finding
    alike: frozenset[int]
    otherwise: frozenset[int]


def find_parts(company: Company, entry: Entry, derivation: Derivation, facts: Facts) -> list[Amount | None]:
    """The amounts of the parts among `facts`, None for one that no report of that span gives."""
    return [_amount(company, entry, part.period, facts) for part in derivation.parts]


def on_one_basis(derivation: Derivation, amounts: Sequence[Amount]) -> bool:
    """Whether nothing says that some amounts are recast and others are not.

    Both parts of a quarter are from reports of one year, or no report gives either otherwise. What twelve
    months take is as its own year's report gave it, and not restated by the day on which they end.
    """
    if len(amounts) == 2:
        one, other = amounts
        return bool(one.alike & other.alike) or not (one.otherwise or other.otherwise)
    last = amounts[1].finding.fact.period.end + timedelta(days=DRIFT)
    for part, amount in zip(derivation.parts, amounts, strict=True):
        if part.period.year in amount.otherwise - amount.alike:
            return False
        for filing, _ in amount.finding.chosen.restated:
            if filing.period_end is not None and filing.period_end <= last:
                return False
    return True


def _amount(company: Company, entry: Entry, period: FiscalPeriod, facts: Facts) -> Amount | None:
    """The amount of a span by the report of that span or of the same one a year or two later.

    A report of another span that gives it as well (an annual one its first quarter) gives it for a reason:
    recast, most often.
    """
    target = company.calendar.target(AskedPeriod("fiscal", year=period.year, name=period.name))
    filings = {filing.id: filing for filing in company.filings if reports_span(filing, period)}
    if target is None:
        return None
    given = [item for item in facts if item[0] in filings]
    chosen = choose(entry, target, list(filings.values()), given, company.printed)
    if chosen is None:
        return None
    finding = Finding(chosen, company.calendar.name_of(chosen.fact.period))
    years: dict[bool, set[int]] = {True: set(), False: set()}
    for name, fact in given:
        year = filings[name].fiscal_year
        if year is not None and rank(entry, fact) is not None and target.fits(fact):
            years[not differs(fact, chosen.fact)].add(year)
    return Amount(finding, frozenset(years[True]), frozenset(years[False]))


def reports_span(filing: Filing, period: FiscalPeriod) -> bool:
    """Whether a filing reports a span as its own or as the comparative of its own."""
    if filing.fiscal_year is None or filing.fiscal_period not in CLOSING.get(period.name, ()):
        return False
    return 0 <= filing.fiscal_year - period.year <= (2 if period.name == "FY" else 1)
