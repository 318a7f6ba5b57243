"""Amounts of spans that no filing reports on its own, from spans that it does: quarters, twelve months.

Only flows of money add up over time. A quarter is the year to date less the year to date a quarter before,
the first one the six months less the second; twelve months to a quarter's end are the last year, plus this
year to date, less the same of the year before.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.facts.lexicon import Entry
from finchat_sec_qa.model.period import FISCAL_NAMES, FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import AskedPeriod

APART = 3  # days by which the starts of two spans of one year may differ, as companies round them
TO_DATE: dict[FiscalPeriodName, tuple[FiscalPeriodName, FiscalPeriodName]] = {
    "Q1": ("H1", "Q2"), "Q2": ("H1", "Q1"), "Q3": ("9M", "H1"), "Q4": ("FY", "9M")
}  # fmt: skip
TRAILING: tuple[FiscalPeriodName, ...] = ("Q1", "H1", "9M")
# The year to date at the end of a quarter.
LAST_NAMES: dict[FiscalPeriodName, FiscalPeriodName] = {"Q1": "Q1", "Q2": "H1", "Q3": "9M", "FY": "FY"}
# What the company calls the moment at which a span ends.
MOMENTS: dict[FiscalPeriodName, FiscalPeriodName] = {"Q4": "FY", "9M": "Q3", "H1": "Q2"}
# "assets_FY2024", "revenue_Q3_FY2024", and XBRL concepts by their local names.
OPERAND = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z0-9_]*?)(?:_(?P<part>Q[1-4]|H1|9M))?_FY(?P<year>[0-9]{4})", re.ASCII
)
CALLED: dict[FiscalPeriodName, str] = {
    "FY": "year", "9M": "nine months", "H1": "six months", "Q1": "three months", "Q2": "second quarter"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One span that goes into a derived one, added (`sign` 1) or taken away (-1)."""

    sign: int
    period: FiscalPeriod


@dataclass(frozen=True, slots=True)
class Derivation:
    """How an amount is derived: `of` names the span, `how` says it in words, `parts` begin with a sum's."""

    of: str
    how: str
    parts: tuple[Part, ...]

    def formula(self, key: str) -> str:
        """For example "revenue_FY2022 - revenue_9M_FY2022" for the entry "revenue"."""
        first, *rest = self.parts
        signed = (f" {'+' if part.sign > 0 else '-'} {operand(key, part.period)}" for part in rest)
        return operand(key, first.period) + "".join(signed)

    def span(self, periods: Sequence[Period]) -> Period | None:
        """The days that remain of the parts' days; None where these do not line up."""
        if len(periods) == 2:
            return less(periods[0], periods[1])
        if len(periods) == 3:
            longer = joined(periods[0], periods[1])
            return less(longer, periods[2]) if longer is not None else None
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """What a figure is for: a fiscal period, or (`trailing`) twelve months to the end of a year to date."""

    period: FiscalPeriod
    trailing: bool = False

    @property
    def whole_year(self) -> bool:
        """True for a fiscal year and for any twelve months."""
        return self.trailing or self.period.name == "FY"

    @property
    def derivation(self) -> Derivation | None:
        """How a flow of this span is derived where no filing reports it; None for one that is not."""
        return trailing(self.period) if self.trailing else quarter(self.period)

    def back(self, years: int) -> "Span":
        """The same span `years` fiscal years earlier."""
        return Span(FiscalPeriod(self.period.year - years, self.period.name), self.trailing)

    def named(self, entry: Entry) -> FiscalPeriod | None:
        """The fiscal period that reports give an entry for: of a balance the moment at the end; None for a
        flow of twelve months that are no fiscal year.
        """
        if entry.kind == "instant":
            return FiscalPeriod(self.period.year, MOMENTS.get(self.period.name, self.period.name))
        return None if self.trailing else self.period

    def amount(self, entry: Entry, at_hand: Collection[str]) -> str:
        """The entry's amount by its name; what it is derived from where `at_hand`, names of amounts, has
        not that one, in brackets.
        """
        period, derivation = self.named(entry), self.derivation
        if (
            derivation is None
            or entry.kind == "instant"
            or (period is not None and operand(entry.key, period) in at_hand)
        ):
            return operand(entry.key, period or self.period)
        return f"({derivation.formula(entry.key)})"

    def __str__(self) -> str:
        """The span in words: "Q4 FY2023", "the twelve months to the end of H1 FY2023"."""
        return f"the twelve months to the end of {self.period}" if self.trailing else str(self.period)


def operand(key: str, period: FiscalPeriod) -> str:
    """The name of an entry's amount for a period: "revenue_FY2022", "revenue_9M_FY2022"."""
    part = "" if period.name == "FY" else f"_{period.name}"
    return f"{key}{part}_FY{period.year}"


def operand_period(name: str) -> tuple[str, FiscalPeriod] | None:
    """The key and the period of an operand's name; None for a name that is none of these."""
    found = OPERAND.fullmatch(name)
    if found is None:
        return None
    return found["key"], FiscalPeriod(int(found["year"]), FISCAL_NAMES[found["part"] or "FY"])


def quarter(period: FiscalPeriod) -> Derivation | None:
    """How a quarter is derived; None for other periods."""
    if period.name not in TO_DATE:
        return None
    longer, shorter = TO_DATE[period.name]
    return Derivation(
        of=period.name,
        how=f"{CALLED[longer]} less {CALLED[shorter]}",
        parts=(Part(1, FiscalPeriod(period.year, longer)), Part(-1, FiscalPeriod(period.year, shorter))),
    )


def trailing(last: FiscalPeriod) -> Derivation | None:
    """How twelve months are derived that end with a year to date; None for other periods."""
    if last.name not in TRAILING:
        return None
    before = FiscalPeriod(last.year - 1, last.name)
    return Derivation(
        of="the trailing twelve months",
        how="year plus year to date less prior year to date",
        parts=(Part(1, FiscalPeriod(last.year - 1)), Part(1, last), Part(-1, before)),
    )


def span_for(calendar: Calendar, asked: AskedPeriod) -> Span | None:
    """The fiscal period, or the twelve months, that are asked for; None for other spans, and for unknown
    ones.
    """
    target = calendar.target(asked)
    if target is None:
        return None
    if asked.kind == "trailing" or (asked.kind == "dates" and asked.months == 12):
        last = calendar.name_of(Period(None, target.end))
        to_date = LAST_NAMES.get(last.name) if last is not None else None
        return (
            Span(FiscalPeriod(last.year, to_date), to_date != "FY") if last is not None and to_date else None
        )
    return Span(target.name) if target.name is not None else None


def derivation_of(names: Sequence[str]) -> tuple[str, Span] | None:
    """The entry and the span that operands of these names, in this order, derive an amount for."""
    found = [operand_period(name) for name in names]
    keys = {item[0] for item in found if item is not None}
    if None in found or len(keys) != 1:
        return None
    key, first = keys.pop(), next(item[1] for item in found if item is not None)
    spans = [Span(FiscalPeriod(first.year, name)) for name in TO_DATE]
    spans += [Span(FiscalPeriod(first.year + 1, name), trailing=True) for name in TRAILING]
    for span in spans:
        derivation = span.derivation
        if derivation and [operand(key, part.period) for part in derivation.parts] == list(names):
            return key, span
    return None


def less(longer: Period, shorter: Period) -> Period | None:
    """What a span has left without a shorter one that starts or ends with it; None where that is nothing."""
    if longer.start is None or shorter.start is None or shorter.days >= longer.days:
        return None
    if abs((longer.start - shorter.start).days) <= APART and shorter.end < longer.end:
        return Period(shorter.end + timedelta(days=1), longer.end)
    if abs((longer.end - shorter.end).days) <= APART and longer.start < shorter.start:
        return Period(longer.start, shorter.start - timedelta(days=1))
    return None


def joined(first: Period, second: Period) -> Period | None:
    """A span and the one that follows it; None where they do not meet."""
    if first.start is None or second.start is None or second.end <= first.end:
        return None
    if abs((second.start - first.end).days - 1) > APART:
        return None
    return Period(first.start, second.end)
