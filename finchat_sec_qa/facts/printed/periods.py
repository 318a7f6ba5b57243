"""The periods that columns of a printed statement are for."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from finchat_sec_qa.facts.calendar import DRIFT, shift_years
from finchat_sec_qa.model.document import Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.heading import Heading, Moment, read_heading
from finchat_sec_qa.model.period import Period

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "six": 6, "nine": 9, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "sixteen": 16, "twentyfour": 24, "twentysix": 26, "twentyseven": 27, "twentyeight": 28, "thirtysix": 36,
    "thirtynine": 39, "forty": 40, "fiftytwo": 52, "fiftythree": 53,
}  # fmt: skip
_LENGTH = re.compile(r"([a-z-]+?|\d+)[\s-]*(?:fiscal\s+)?(months?|weeks?)\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2,4})")
_DAY = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})", re.IGNORECASE)
ANNUAL = ("10-K", "20-F", "40-F", "ARS")
_YEARS = frozenset(((0, 12), (52, 0), (53, 0)))  # quarterly columns of annual reports are extracts
YEAR, QUARTER = (0, 12), (0, 3)  # lengths as (weeks, months)
_DATED = re.compile(
    rf"\b((?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?\s+\d{{1,2}}),\s+((?:19|20)\d\d)\b", re.IGNORECASE
)
_PLAUSIBLE = range(1980, 2101)


def column_periods(table: Table, above: str, filing: Filing, *, instant: bool) -> dict[int, Period]:
    """The period of each column that has one; `above` is the text before the table.

    A heading that names no day takes it from the text above the columns; a year alone is the company's
    fiscal year. Flows without a stated length are of a year in annual reports, and left out in others.
    """
    label_heads = table.column_headers[0] if table.column_headers else ()
    around = read_heading(" ".join((above, table.title, *label_heads)))
    headings = {
        column: read_heading(" ".join(path)) for column, path in enumerate(table.column_headers) if column
    }
    headings = {column: heading for column, heading in headings.items() if len(heading.moments) == 1}
    moments = _dated([heading.moments[0] for heading in headings.values()], around)
    found: dict[int, Period] = {}
    for (column, heading), moment in zip(headings.items(), moments, strict=True):
        end = _end(moment, around, filing)
        if end is None:
            continue
        if instant:
            found[column] = Period(None, end)
            continue
        length = _length(heading.spans) or _length(around.spans) or _usual(filing)
        if length is not None and (_usual(filing) is None or length in _YEARS):
            found[column] = Period(_start(end, length), end)
    return _unlike(found)


def _unlike(periods: dict[int, Period]) -> dict[int, Period]:
    """The columns without those that something else than time tells apart."""
    times = Counter(periods.values())
    return {column: period for column, period in periods.items() if times[period] == 1}


def _dated(columns: list[Moment], around: Heading) -> list[Moment]:
    """What heads the columns; for fiscal years whose last days bear other years, the dates of the title.

    "At December 31, 2023 and January 1, 2023" above "2023" and "2022": the columns are in the title's order.
    """
    above = [moment for moment in around.moments if moment.day][-len(columns) :]
    bare = all(not moment.day and "/" not in moment.year for moment in columns)
    if bare and len(above) == len(columns) and {m.year for m in above} != {m.year for m in columns}:
        return above
    return columns


def _end(moment: Moment, around: Heading, filing: Filing) -> date | None:
    numeric = _NUMERIC.fullmatch(moment.year)
    if numeric:
        month, day, year = (int(part) for part in numeric.groups())
        return _date(year + 2000 if year < 100 else year, month, day)
    year = int(moment.year)
    if year not in _PLAUSIBLE:
        return None
    printed = moment.day or _day_of(year, around)
    if printed:
        return _on(printed, year)
    if filing.period_end and filing.fiscal_year:
        return shift_years(filing.period_end, year - filing.fiscal_year)
    return None


def _day_of(year: int, around: Heading) -> str:
    """The day that the text above gives for a year, or for all years."""
    for moment in reversed(around.moments):
        if moment.day and moment.year == str(year):
            return moment.day
    if around.day:
        return around.day
    days = {moment.day for moment in around.moments if moment.day}
    return days.pop() if len(days) == 1 else ""


def _on(day: str, year: int) -> date | None:
    found = _DAY.match(day)
    if found is None or found[1][:3].lower() not in _MONTHS:
        return None
    return _date(year, _MONTHS.index(found[1][:3].lower()) + 1, int(found[2]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _length(spans: Sequence[str]) -> tuple[int, int] | None:
    """(weeks, months) of the last length named; None where none is or where two are named at once."""
    lengths = [_read_length(span) for span in spans]
    known = [length for length in lengths if length is not None]
    return known[-1] if known and len(set(known)) == 1 else None


def _read_length(span: str) -> tuple[int, int] | None:
    text = span.lower()
    found = _LENGTH.search(text)
    if found and found[2]:
        if re.search(r"\b(?:and|or)\b|/", text):
            return None
        word = re.sub(r"[\s-]", "", found[1])
        count = int(word) if word.isdigit() else _NUMBERS.get(word, 0)
        if not count:
            return None
        return (count, 0) if found[2].startswith("week") else (0, count)
    if "date" in text:
        return None
    return QUARTER if "quarter" in text else YEAR


def _usual(filing: Filing) -> tuple[int, int] | None:
    return YEAR if filing.form.startswith(ANNUAL) else None


def _start(end: date, length: tuple[int, int]) -> date:
    """The first day of a span that ends on `end`; month ends stay month ends."""
    weeks, months = length
    if weeks:
        return end - timedelta(weeks=weeks) + timedelta(days=1)
    following = end + timedelta(days=1)
    if following.day == 1:
        at = following.year * 12 + following.month - 1 - months
        return date(at // 12, at % 12 + 1, 1)
    at = end.year * 12 + end.month - 1 - months
    return _clamped(at // 12, at % 12 + 1, end.day) + timedelta(days=1)


def _clamped(year: int, month: int, day: int) -> date:
    """That day, or the last of the month where it has fewer."""
    return _date(year, month, day) or _clamped(year, month, day - 1)


def said_instead(text: str, days: Collection[date]) -> set[date]:
    """For days that a document never names, those close by that it names most.

    "2022" as a heading leaves the last day of a year of 52 or 53 weeks open; the notes say it.
    """
    said = Counter(
        day for found in _DATED.finditer(text) if (day := _on(found[1], int(found[2]))) is not None
    )
    instead: set[date] = set()
    for day in days:
        near = [other for other in said if abs((other - day).days) <= DRIFT]
        if near and day not in said:
            instead.add(max(near, key=lambda other: (said[other], other)))
    return instead
