"""Several fiscal years that one question asks for: named side by side, from one to another, or the last."""

import re
from collections.abc import Sequence
from itertools import pairwise

from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import NUMBERS, Found

MOST = 10  # years of one answer; more are asked for as a series
_COUNTS = [word for word, count in NUMBERS.items() if 2 <= count <= MOST]
LAST_YEARS = re.compile(
    r"\b(?:(?:over|for|in|during|each\s+of)\s+)*(?:the\s+|its\s+|their\s+)?(?:last|past|latest|previous|most\s+recent)"
    rf"\s+(?P<count>{'|'.join(_COUNTS)}|[2-9]|10)\s+(?:(?:fiscal|full|financial|reported)\s+)*years\b",
    re.IGNORECASE,
)
_YEAR = r"(?:the\s+)?(?:fiscal\s+|full\s+)?(?:years?\s+)?"
_BESIDE = re.compile(rf"\s*(?:,|;|and|&|,\s*and|as\s+well\s+as)\s*{_YEAR}", re.IGNORECASE)
_TO = re.compile(rf"\s*(?:to|through|thru|until|till|[-–—])\s*{_YEAR}", re.IGNORECASE)


def last_years(question: str) -> int:
    """How many years "the last three fiscal years" are; 0 where the question says no such thing."""
    found = LAST_YEARS.search(question)
    if found is None:
        return 0
    said = found["count"].lower()
    return NUMBERS.get(said) or int(said)


def years_beside(question: str, found: Sequence[Found]) -> tuple[AskedPeriod, ...]:
    """Fiscal years asked for beside the last one named, in their order; none where words stand between them.

    "Fiscal 2020 to 2022" are three years; "in fiscal 2022, as the filing for 2023 says" is one.
    """
    periods = [item.period for item in found]
    if len(found) < 2 or any(period.kind != "fiscal" or period.name != "FY" for period in periods):
        return ()
    between = [question[one.end : other.start] for one, other in pairwise(found)]
    years = [period.year for period in periods if period.year is not None]
    if len(found) == 2 and _TO.fullmatch(between[0]):
        first, last = years
        years = list(range(first, last + 1)) if 0 < last - first < MOST else []
    elif not all(_BESIDE.fullmatch(text) for text in between):
        return ()
    return tuple(AskedPeriod("fiscal", year=year) for year in dict.fromkeys(years[:-1]) if year != years[-1])
