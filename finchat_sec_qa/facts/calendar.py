"""A company's own fiscal calendar, read from its filings: which days "FY2024" or "Q2 FY2024" are.

A year that ends in January 2024 is fiscal 2023 for some companies and 2024 for others; the filings' own
words (dei:DocumentFiscalYearFocus) decide. 52/53-week years end on other days each year, so periods are
matched within a few days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import AskedPeriod

QUARTER_DAYS = 91.31
DRIFT = 9  # days that the end of a 52/53-week year moves
QUARTER_DRIFT = 24  # PepsiCo's quarters have 12, 12, 12 and 16 weeks
QUARTER_NUMBER: dict[str, int] = {"Q1": 1, "Q2": 2, "H1": 2, "Q3": 3, "9M": 3, "Q4": 4, "FY": 4}
LAST_QUARTER: dict[FiscalPeriodName, tuple[FiscalPeriodName, int]] = {"H1": ("Q2", 6), "9M": ("Q3", 9)}
YEAR_TO_DATE: dict[FiscalPeriodName, tuple[int, int]] = {"H1": (160, 203), "9M": (244, 287)}  # days
MONTH_DAYS = 30.44
SPANS = {3: (76, 119), 6: (160, 203), 9: (244, 290), 12: (335, 378)}  # days of spans that reports give
# Dates that reports speak of; others are slips of the pen, and days beside them may not exist.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
YEARS_APART = 2  # no company's fiscal year is further from the year it ends in: a slip of the pen as well
ANY_SPAN = (20, 378)  # "to June 30, 2023" says no length: the longest that ends there is meant


@dataclass(frozen=True, slots=True)
class Target:
    """The days that are meant: `end` give or take `drift`; a flow lasts `shortest` to `longest` days.

    `name` is the fiscal period where the question or the calendar says it, else None.
    """

    end: date
    drift: int
    shortest: int
    longest: int
    name: FiscalPeriod | None

    def fits(self, fact: Fact) -> bool:
        """Whether a flow fact covers these days, or a balance stands at their end."""
        if abs((fact.period.end - self.end).days) > self.drift:
            return False
        return fact.period.is_instant or self.shortest <= fact.period.days <= self.longest


class Calendar:
    """The fiscal calendar of one company. Without any dated filing it knows nothing."""

    def __init__(self, filings: Sequence[Filing]) -> None:
        self._ends: dict[FiscalPeriod, date] = {}
        for filing in filings:
            if filing.period_end and filing.fiscal_year and filing.fiscal_period:
                if not FIRST_DAY <= filing.period_end <= LAST_DAY:
                    continue
                if abs(filing.fiscal_year - filing.period_end.year) > YEARS_APART:
                    continue
                period = FiscalPeriod(filing.fiscal_year, filing.fiscal_period)
                self._ends.setdefault(period, filing.period_end)

    def target(self, asked: AskedPeriod) -> Target | None:
        """The days that a question means; None when the calendar cannot say, or for "latest"."""
        if asked.kind == "dates" and asked.end is not None:
            return self._of_dates(asked.end, asked.months)
        if asked.kind == "fiscal" and asked.year is not None:
            return self._of_fiscal(FiscalPeriod(asked.year, asked.name))
        if asked.kind == "trailing":
            return self._trailing(asked)
        return None

    def asked(self, period: FiscalPeriod) -> AskedPeriod:
        """The period as lookups take it: year-to-date spans go by the day their last quarter ends."""
        if period.name not in LAST_QUARTER:
            return AskedPeriod("fiscal", year=period.year, name=period.name)
        quarter, months = LAST_QUARTER[period.name]
        target = self.target(AskedPeriod("fiscal", year=period.year, name=quarter))
        if target is None:
            return AskedPeriod("fiscal", year=period.year, name=quarter)
        return AskedPeriod("dates", end=target.end, months=months)

    def year_end(self, year: int) -> date | None:
        """The last day, or nearly so, of a fiscal year."""
        known = self._ends.get(FiscalPeriod(year))
        if known:
            return known
        full_years = [(period.year, end) for period, end in self._ends.items() if period.name == "FY"]
        guesses = full_years or [
            (
                period.year,
                end + timedelta(days=round((4 - QUARTER_NUMBER.get(period.name, 4)) * QUARTER_DAYS)),
            )
            for period, end in self._ends.items()
        ]
        if not guesses:
            return None
        nearest, end = min(guesses, key=lambda item: (abs(item[0] - year), item[0]))
        return shift_years(end, year - nearest)

    def name_of(self, period: Period) -> FiscalPeriod | None:
        """The company's name for a period: a year, a quarter, or year to date; None when unknown."""
        if not FIRST_DAY <= period.end <= LAST_DAY:
            return None
        for year in (period.end.year - 1, period.end.year, period.end.year + 1):
            end = self.year_end(year)
            if end is None:
                return None
            if abs((period.end - end).days) <= DRIFT:
                return self._named(period, year, 4)
            if end - timedelta(days=340) < period.end < end:
                left = round((end - period.end).days / QUARTER_DAYS)
                return self._named(period, year, 4 - left)
        return None

    def _named(self, period: Period, year: int, quarter: int) -> FiscalPeriod | None:
        if period.is_instant:
            return FiscalPeriod(year, "FY" if quarter == 4 else _quarter(quarter))
        length = period.quarters
        if length == 4:
            return FiscalPeriod(year) if quarter == 4 else None
        if length == 1:
            return FiscalPeriod(year, _quarter(quarter))
        if length == quarter:
            return FiscalPeriod(year, "H1" if quarter == 2 else "9M")
        return None

    def _of_dates(self, end: date, months: int | None) -> Target:
        if months is None:
            return Target(end, 4, ANY_SPAN[0], ANY_SPAN[1], self.name_of(Period(None, end)))
        shortest, longest = month_range(months)
        name = self.name_of(Period(end - timedelta(days=round(months * MONTH_DAYS) - 1), end))
        return Target(end, 4, shortest, longest, name)

    def _trailing(self, asked: AskedPeriod) -> Target | None:
        """Twelve months to the end of a quarter, or to about a day; None where the question names neither."""
        end = asked.end
        if asked.year is not None:
            closing = self._of_fiscal(FiscalPeriod(asked.year, asked.name))
            end = closing.end if closing is not None else None
        if end is None:
            return None
        shortest, longest = month_range(12)
        year = Period(end - timedelta(days=round(12 * MONTH_DAYS) - 1), end)
        return Target(end, DRIFT, shortest, longest, self.name_of(year))

    def _of_fiscal(self, asked: FiscalPeriod) -> Target | None:
        last, _ = LAST_QUARTER.get(asked.name, (asked.name, 0))
        end = self._ends.get(FiscalPeriod(asked.year, last))
        drift = DRIFT
        if end is None and last != "FY":
            for offset in (1, -1, 2, -2):
                near = self._ends.get(FiscalPeriod(asked.year + offset, last))
                if near:
                    end = shift_years(near, -offset)
                    break
        if end is None:
            year_end = self.year_end(asked.year)
            if year_end is None:
                return None
            left = 4 - QUARTER_NUMBER.get(asked.name, 4)
            end = year_end - timedelta(days=round(left * QUARTER_DAYS))
            drift = DRIFT if left == 0 else QUARTER_DRIFT
        shortest, longest = YEAR_TO_DATE.get(asked.name) or month_range(12 if asked.name == "FY" else 3)
        return Target(end, drift, shortest, longest, asked)


def month_range(months: int) -> tuple[int, int]:
    """(shortest, longest) length in days of a span worded in months; 12 to 17 weeks are a quarter, so 24 to
    29 are six months, and 36 to 41 nine.
    """
    if months in SPANS:
        return SPANS[months]
    middle = round(months * MONTH_DAYS)
    return middle - 16, middle + 16


def shift_years(day: date, years: int) -> date:
    """The same day of another year; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _quarter(number: int) -> FiscalPeriodName:
    names: tuple[FiscalPeriodName, ...] = ("Q1", "Q1", "Q2", "Q3", "Q4")
    return names[max(0, min(4, number))]
