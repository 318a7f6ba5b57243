"""Fiscal years and quarters in the company's own words, for documents without dei facts."""

import re
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.parse.dates import DATE, read_date

_NAMED = re.compile(
    rf"\bfiscal\s(?:year\s)?(20\d\d|19\d\d)(?:\s\([^)]{{0,40}}\))?\s"
    rf"(?:was\sa\s\S{{1,12}}\s(?:year|period)\s(?:that\s)?)?(?:which\s|that\s)?(?:ended|ending|ends)\s(?:on\s)?({DATE})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"\byear\sended\s({DATE})\s?,?\s?\(\s?(?:the\s|our\s|or\s)?[“\"']?fiscal\s(?:year\s)?(20\d\d|19\d\d)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"\bfiscal\s(?:year\s)?((?:19|20)\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(
    rf"\b(three|six|nine|3|6|9|twelve|thirteen|sixteen|twenty[- ]four|twenty[- ]six|twenty[- ]eight|"
    rf"thirty[- ]six|thirty[- ]nine|forty|12|13|16|24|26|28|36|39|40)[- ]"
    rf"(months?|weeks?)\s(?:periods?\s)?ended\s({DATE})?",
    re.IGNORECASE,
)
_MONTHS = {"three": 1, "3": 1, "six": 2, "6": 2, "nine": 3, "9": 3}
_WEEKS = {
    "twelve": 1, "thirteen": 1, "sixteen": 1, "12": 1, "13": 1, "16": 1,
    "twentyfour": 2, "twentysix": 2, "twentyeight": 2, "24": 2, "26": 2, "28": 2,
    "thirtysix": 3, "thirtynine": 3, "forty": 3, "36": 3, "39": 3, "40": 3,
}  # fmt: skip
_QUARTERS: tuple[FiscalPeriodName, ...] = ("Q1", "Q2", "Q3")
_GRACE = 7  # days of a month that still belong to the month before, in 52/53-week calendars
_FEW = 3  # mentions that a habit of naming needs


def fiscal_year(text: str, end: date) -> int:
    """The company's name for the fiscal year that ends on `end`.

    A sentence that names it wins ("fiscal 2018 ended February 2, 2019"); for years that end in January or
    February, where habits differ, the name that the text uses most; else the year of the last full month.
    """
    for found in _NAMED.finditer(text):
        if read_date(found.group(2)) == end:
            return int(found.group(1))
    for found in _CALLED.finditer(text):
        if read_date(found.group(1)) == end:
            return int(found.group(2))
    month = nominal_month_end(end)
    if end.month > 2:
        return month.year
    mentions = Counter(int(year) for year in _MENTION.findall(text))
    used, unused = sorted((end.year, end.year - 1), key=lambda year: (-mentions[year], -year))
    if mentions[used] >= _FEW and mentions[used] > mentions[unused]:
        return used
    return month.year


def fiscal_quarter(text: str, end: date) -> FiscalPeriodName | None:
    """Which quarter ends on `end`: the longest period "ended" then that the text speaks of, None if none."""
    longest = 0
    for found in _SPAN.finditer(text):
        word = re.sub(r"[- ]", "", found.group(1).lower())
        count = (_MONTHS if found.group(2).lower().startswith("month") else _WEEKS).get(word, 0)
        there = read_date(found.group(3)) if found.group(3) else None
        if there == end:
            longest = max(longest, count)
    return _QUARTERS[longest - 1] if longest else None


def year_end_of(end: date, quarter: FiscalPeriodName | None) -> date | None:
    """The nominal last day (a month's end) of the fiscal year whose quarter ends on `end`."""
    if quarter not in _QUARTERS:
        return None
    left = 12 - 3 * (_QUARTERS.index(quarter) + 1)
    here = nominal_month_end(end)
    months = here.year * 12 + here.month - 1 + left
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def nominal_month_end(end: date) -> date:
    """The last day of the month that a period ending on `end` belongs to: July 2 belongs to June."""
    if end.day <= _GRACE:
        return end.replace(day=1) - timedelta(days=1)
    return date(end.year, end.month, monthrange(end.year, end.month)[1])
