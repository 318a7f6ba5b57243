"""Amounts of spans that no filing reports on its own, from spans that it does: quarters, twelve months.

Only flows of money add up over time. A quarter is the year to date less the year to date a quarter before;
twelve months to a quarter's end are the last year, plus this year to date, less the same of the year before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import AskedPeriod

APART = 3  # days by which the starts of two spans of one year may differ, as companies round them
TO_DATE: dict[FiscalPeriodName, tuple[FiscalPeriodName, FiscalPeriodName]] = {
    "Q2": ("H1", "Q1"), "Q3": ("9M", "H1"), "Q4": ("FY", "9M")
}  # fmt: skip
TRAILING: tuple[FiscalPeriodName, ...] = ("Q1", "H1", "9M")
# The year to date at the end of a quarter.
LAST_NAMES: dict[FiscalPeriodName, FiscalPeriodName] = {"Q1": "Q1", "Q2": "H1", "Q3": "9M", "FY": "FY"}
OPERAND = re.compile(r"(?P<key>[a-z][a-z0-9_]*?)(?:_(?P<part>Q1|H1|9M))?_FY(?P<year>[0-9]{4})", re.ASCII)
CALLED: dict[FiscalPeriodName, str] = {
    "FY": "year", "9M": "nine months", "H1": "six months", "Q1": "three months"
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


def operand(key: str, period: FiscalPeriod) -> str:
    """The name of an entry's amount for a period: "revenue_FY2022", "revenue_9M_FY2022"."""
    part = "" if period.name == "FY" else f"_{period.name}"
    return f"{key}{part}_FY{period.year}"


def quarter(period: FiscalPeriod) -> Derivation | None:
    """How a second, third or fourth quarter is derived; None for other periods."""
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


def derivation_for(calendar: Calendar, asked: AskedPeriod) -> Derivation | None:
    """How the amount for an asked period is derived; None for a period that is reported or unknown."""
    target = calendar.target(asked)
    if target is None:
        return None
    if asked.kind == "trailing" or (asked.kind == "dates" and asked.months == 12):
        last = calendar.name_of(Period(None, target.end))
        to_date = LAST_NAMES.get(last.name) if last is not None else None
        return trailing(FiscalPeriod(last.year, to_date)) if last is not None and to_date else None
    return quarter(target.name) if target.name is not None else None


def derivation_of(names: Sequence[str]) -> tuple[str, Derivation] | None:
    """The entry and the derivation that operands of these names, in this order, belong to."""
    found = [OPERAND.fullmatch(name) for name in names]
    keys = {match["key"] for match in found if match}
    if None in found or len(keys) != 1:
        return None
    key = keys.pop()
    years = [int(match["year"]) for match in found if match]
    wanted = [quarter(FiscalPeriod(years[0], name)) for name in TO_DATE]
    wanted += [trailing(FiscalPeriod(years[0] + 1, name)) for name in TRAILING]
    for derivation in wanted:
        if derivation and [operand(key, part.period) for part in derivation.parts] == list(names):
            return key, derivation
    return None


def less(longer: Period, shorter: Period) -> Period | None:
    """What a span has left without a shorter one that starts with it; None where that is nothing."""
    if longer.start is None or shorter.start is None or shorter.end >= longer.end:
        return None
    if abs((longer.start - shorter.start).days) > APART:
        return None
    return Period(shorter.end + timedelta(days=1), longer.end)


def joined(first: Period, second: Period) -> Period | None:
    """A span and the one that follows it; None where they do not meet."""
    if first.start is None or second.start is None or second.end <= first.end:
        return None
    if abs((second.start - first.end).days - 1) > APART:
        return None
    return Period(first.start, second.end)
