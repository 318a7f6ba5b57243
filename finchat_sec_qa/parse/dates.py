"""Dates as filings print them."""

import re
from datetime import date

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_NAMES = "|".join(month[:3] + (f"(?:{month[3:]})?" if month[3:] else "") for month in _MONTHS)
# "May 31, 2019", "Sept. 28, 2019", "31 December 2022", "12/31/2022", "2022-12-31"
DATE = (
    rf"(?:(?:{_NAMES}|sept)\.?\s{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?\s?,?\s{{1,3}}\d{{4}}"
    rf"|\d{{1,2}}\s(?:{_NAMES}|sept)\.?,?\s\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{4}}-\d\d-\d\d)(?!\d)"
)
_WORDED = re.compile(r"([a-z]{3,9})|(\d{1,4})", re.IGNORECASE)
_PLAUSIBLE = range(1900, 2101)


def read_date(text: str) -> date | None:
    """The date that `text` (a match of DATE) prints, None if there is no such day or year."""
    month = ""
    numbers: list[int] = []
    for word, number in _WORDED.findall(text):
        if number:
            numbers.append(int(number))
        elif word.lower() not in ("st", "nd", "rd", "th"):
            month = word.lower()[:3]
    if month and len(numbers) == 2:
        named = next((at for at, name in enumerate(_MONTHS, 1) if name[:3] == month), 0)
        return _day(numbers[1], named, numbers[0])
    if len(numbers) == 3:
        if numbers[0] > 31:
            return _day(*numbers)
        return _day(numbers[2], numbers[0], numbers[1])
    return None


def _day(year: int, month: int, day: int) -> date | None:
    if year not in _PLAUSIBLE:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
