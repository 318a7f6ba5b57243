"""Twelve months that end with a quarter, as questions word them: "TTM", "last 12 months as of March 2023"."""

import re
from calendar import monthrange
from datetime import date

from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import MONTHS, Found, find_periods
from finchat_sec_qa.question.quarters import find_yearless

MARK = re.compile(
    r"\b(?:on\s+an?\s+)?(?:TTM|LTM)(?:\s+basis)?\b"
    r"|\b(?:trailing|last|latest|past|preceding|previous|rolling)[\s-]+(?:twelve|12|four|4)[\s-]+"
    r"(?:months?|quarters?)(?:\s+period)?\b(?:\s*\((?:TTM|LTM)\))?",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:as\s+(?:of|at)|end(?:ed|ing)(?:\s+(?:in|on|at))?|through|up\s+to|until|to|at|for|in)"
    r"(?:\s+the)?(?:\s+end\s+of)?\s+$",
    re.IGNORECASE,
)
_NAMES = "|".join(rf"{month[:3]}(?:{month[3:]}|t)?\.?" for month in MONTHS)
MONTH = re.compile(rf"(?<!\d )(?<!th )\b(?P<month>{_NAMES})\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)


def find_all_periods(question: str) -> list[Found]:
    """Periods as `find_periods` gives them; with a mark of twelve months, these twelve months in its place.

    Without any period, a quarter of no named year is the latest one. With the mark a month ("March 2023") is
    a period too: about the last day of the twelve months.
    """
    mark = MARK.search(question)
    if mark is None:
        return find_periods(question) or find_yearless(question)
    blanked = f"{question[: mark.start()]}{' ' * (mark.end() - mark.start())}{question[mark.end() :]}"
    ends = _ends(blanked)
    asked = {_trailing(item.period) for item in ends}
    if len(asked) > 1:
        return find_periods(question)
    twelve = asked.pop() if asked else AskedPeriod("trailing")
    places = [(mark.start(), mark.end()), *((_widened(blanked, item.start), item.end) for item in ends)]
    return [Found(twelve, start, end) for start, end in sorted(places)]


def _ends(question: str) -> list[Found]:
    """What the twelve months may end with."""
    months = [Found(_end_of(match), match.start(), match.end()) for match in MONTH.finditer(question)]
    others = [
        item
        for item in find_periods(question)
        if not any(item.start < month.end and month.start < item.end for month in months)
    ]
    return [*others, *months]


def _end_of(match: re.Match[str]) -> AskedPeriod:
    name, year = match["month"][:3].lower(), int(match["year"])
    month = next(at for at, full in enumerate(MONTHS, start=1) if full.startswith(name))
    return AskedPeriod("dates", end=date(year, month, monthrange(year, month)[1]))


def _trailing(period: AskedPeriod) -> AskedPeriod:
    return AskedPeriod("trailing", year=period.year, name=period.name, end=period.end)


def _widened(question: str, start: int) -> int:
    """Where the words begin that lead to the end: "as of", "ended"."""
    lead = _UNTIL.search(question[:start])
    return lead.start() if lead else start
