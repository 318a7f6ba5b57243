"""Fiscal periods as callers write them: "FY2024", "Q3 FY2024", "2024Q3", "FY2022:FY2024"."""

import re
from collections.abc import Iterable, Iterator

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName
from finchat_sec_qa.model.table_request import MAX_PERIODS

PART_FIRST = re.compile(
    r"(?:(?P<part>Q[1-4]|H1|9M)[\s_-]*)?(?:FY[\s_-]*)?(?P<year>\d{4}|\d{2})", re.IGNORECASE
)
YEAR_FIRST = re.compile(r"(?:FY[\s_-]*)?(?P<year>\d{4}|\d{2})[\s_-]*(?P<part>Q[1-4]|H1|9M)", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 1900, 2200
QUARTERS: tuple[FiscalPeriodName, ...] = ("Q1", "Q2", "Q3", "Q4")
PARTS: dict[str, FiscalPeriodName] = {
    "FY": "FY", "Q1": "Q1", "Q2": "Q2", "Q3": "Q3", "Q4": "Q4", "H1": "H1", "9M": "9M"
}  # fmt: skip
EXAMPLES = "FY2024, Q3FY2024, H1FY2024 or a span such as FY2022:FY2024"


def read_period(text: str) -> FiscalPeriod:
    """One period. Raises UsageError with examples of what is understood."""
    found = PART_FIRST.fullmatch(text.strip()) or YEAR_FIRST.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"period {text[:40]!r}: not a fiscal period; write {EXAMPLES}")
    digits = found["year"]
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"period {text[:40]!r}: the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return FiscalPeriod(year, PARTS[(found["part"] or "FY").upper()])


def read_periods(texts: Iterable[str]) -> tuple[FiscalPeriod, ...]:
    """Periods and spans of them, each once, in the order given.

    Raises UsageError for what is no period, a span that runs backwards or mixes years and quarters, and
    more than MAX_PERIODS periods in all.
    """
    found: dict[FiscalPeriod, None] = {}
    for text in texts:
        for period in _span(text):
            found[period] = None
            if len(found) > MAX_PERIODS:
                raise UsageError(f"more than {MAX_PERIODS} periods; ask for fewer")
    return tuple(found)


def last_years(latest: int, count: int) -> tuple[FiscalPeriod, ...]:
    """`count` fiscal years that end with `latest`, oldest first."""
    return tuple(FiscalPeriod(year) for year in range(latest - count + 1, latest + 1))


def last_quarters(latest: FiscalPeriod, count: int) -> tuple[FiscalPeriod, ...]:
    """`count` quarters that end with `latest`, oldest first."""
    last = _number(latest)
    return tuple(_quarter(number) for number in range(last - count + 1, last + 1))


def _span(text: str) -> Iterator[FiscalPeriod]:
    """The periods of "A:B" or "A..B", both included; of "A" that one."""
    first, *rest = re.split(r":|\.\.", text)
    if not rest:
        yield read_period(text)
        return
    if len(rest) > 1:
        raise UsageError(f"periods {text[:40]!r}: a span has one first and one last period: FY2022:FY2024")
    start, end = read_period(first), read_period(rest[0])
    if start.name == end.name == "FY":
        periods = [
            FiscalPeriod(year) for year in range(start.year, min(end.year, start.year + MAX_PERIODS) + 1)
        ]
    elif start.name in QUARTERS and end.name in QUARTERS:
        last = min(_number(end), _number(start) + MAX_PERIODS)
        periods = [_quarter(number) for number in range(_number(start), last + 1)]
    else:
        raise UsageError(f"periods {text[:40]!r}: a span runs from year to year or from quarter to quarter")
    if not periods:
        raise UsageError(f"periods {text[:40]!r}: {end} comes before {start}")
    yield from periods


def _number(period: FiscalPeriod) -> int:
    """Quarters counted from the year 0."""
    return period.year * 4 + QUARTERS.index(period.name)


def _quarter(number: int) -> FiscalPeriod:
    return FiscalPeriod(number // 4, QUARTERS[number % 4])
