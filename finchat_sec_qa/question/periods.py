"""Periods as questions word them: "fiscal 2023", "Q2 FY24", "three months ended June 30, 2023", "latest"."""

import re
from dataclasses import dataclass
from datetime import date

from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.model.plan import AskedPeriod

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        start=1,
    )
}
ORDINALS: dict[str, FiscalPeriodName] = {
    "first": "Q1", "1st": "Q1", "second": "Q2", "2nd": "Q2", "third": "Q3", "3rd": "Q3",
    "fourth": "Q4", "4th": "Q4", "last": "Q4", "final": "Q4",
}  # fmt: skip
# What a year to date is called that ends with a quarter.
YEAR_TO_DATE: dict[FiscalPeriodName, FiscalPeriodName] = {"Q2": "H1", "Q3": "9M", "Q4": "FY"}
PARTS: dict[str, FiscalPeriodName] = {"": "FY", "H1": "H1", "9M": "9M"}
WEEKS_PER_MONTH = 52 / 12

_MONTH = "sept\\.?|" + "|".join(month[:3] + r"(?:" + month[3:] + r")?\.?" for month in MONTHS)
_DATE = rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<dyear>(?:19|20)\d\d)"
_DMY = rf"(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{_MONTH}),?\s+(?P<dyear2>(?:19|20)\d\d)"
_ISO = r"(?P<iso>(?:19|20)\d\d-\d\d-\d\d)"
_ANY_DATE = rf"(?:{_DATE}|{_DMY}|{_ISO})"
_COUNT = r"(?P<count>\d{1,2}|" + "|".join(NUMBERS) + ")"
_YEAR = r"(?:19|20)\d\d"
_OF_YEAR = rf"[\s,'’]*(?:of\s+)?(?:the\s+)?(?:fiscal\s+)?(?:year\s+)?(?:FY)?\s*'?(?P<year>{_YEAR}|\d\d)"
_ANY_QUARTER = rf"(?:(?P<q>Q[1-4])|(?P<q2>[1-4])Q|(?P<ord>{'|'.join(ORDINALS)})[\s-]+(?:fiscal\s+)?quarter)"
_TO_DATE = r"(?:(?:fiscal\s+)?year[\s-]to[\s-]date|YTD)"

SPAN = re.compile(
    rf"(?:{_COUNT}[\s-]+(?P<unit>months?|weeks?)(?:\s+periods?)?|(?P<whole>(?:fiscal\s+)?year|quarter))"
    rf"\s+(?:(?:that\s+)?end(?:ed|ing)(?:\s+on)?|to|through)\s+{_ANY_DATE}",
    re.IGNORECASE,
)
MOMENT = re.compile(
    rf"(?:\b{_TO_DATE}(?:\s+(?:period\s+)?(?:through|to|as\s+of|at|end(?:ed|ing)))?\s+)?{_ANY_DATE}",
    re.IGNORECASE,
)
QUARTER = re.compile(
    rf"\b(?P<before>{_TO_DATE}\s+(?:in\s+|to\s+|through\s+)?)?{_ANY_QUARTER}{_OF_YEAR}(?P<ytd>\s+{_TO_DATE})?\b",
    re.IGNORECASE,
)
HALF = re.compile(
    rf"\b(?:H1|1H|9M|first[\s-]+(?:half|(?:six|6|nine|9)[\s-]+months|(?:two|three)[\s-]+quarters)){_OF_YEAR}\b",
    re.IGNORECASE,
)
_NINE = re.compile(r"9M|nine|9\s*-?\s*months|three", re.IGNORECASE)
# "2023 Q2", "fiscal 2024 third quarter": the year first
YEAR_FIRST = re.compile(
    rf"(?<![\d.,$-])(?:\b(?:FY|fiscal(?:\s+year)?)\s*)?\b(?P<year>{_YEAR})\s*,?\s+{_ANY_QUARTER}\b",
    re.IGNORECASE,
)
FISCAL = re.compile(
    rf"\b(?:FYE?\s*'?|fiscal\s+(?:years?\s+)?)(?P<year>{_YEAR}|\d\d)"
    rf"(?P<quarter>\s*,?\s*(?:Q[1-4]|H1|9M))?\b(?!\s*[-/]\s*K\b)",
    re.IGNORECASE,
)
BARE = re.compile(rf"(?<![\d.,$-])(?P<year>{_YEAR})\b(?![,.]?\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A period and the characters [start, end) of the question that name it."""

    period: AskedPeriod
    start: int
    end: int


def find_periods(question: str) -> list[Found]:
    """Periods in the order of the question, each place read once; an explicit date wins over a bare year."""
    found: list[Found] = []
    for pattern, read in (
        (SPAN, _span), (MOMENT, _moment), (HALF, _half), (QUARTER, _quarter), (YEAR_FIRST, _year_first),
        (FISCAL, _fiscal), (BARE, _bare),
    ):  # fmt: skip
        for match in pattern.finditer(question):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            period = read(match)
            if period is not None:
                found.append(Found(period, match.start(), match.end()))
    return sorted(found, key=lambda item: item.start)


def distinct(found: list[Found]) -> tuple[AskedPeriod, ...]:
    """The periods without repetition; "fiscal 2021 (year ended December 31, 2021)" names one."""
    periods = [item.period for item in found]
    spans = [period for period in periods if period.kind == "dates" and period.months == 12]
    kept: list[AskedPeriod] = []
    for period in periods:
        said_twice = period.kind == "fiscal" and period.name == "FY" and len(spans) == 1 and len(periods) == 2
        if not said_twice and period not in kept:
            kept.append(period)
    return tuple(kept)


def _span(match: re.Match[str]) -> AskedPeriod | None:
    end = _date(match)
    if end is None:
        return None
    whole = match["whole"]
    if whole:
        return AskedPeriod("dates", end=end, months=3 if whole.lower() == "quarter" else 12)
    count = NUMBERS.get(match["count"].lower()) or int(match["count"])
    if match["unit"].lower().startswith("week"):
        count = round(count / WEEKS_PER_MONTH)
    return AskedPeriod("dates", end=end, months=count) if count else None


def _moment(match: re.Match[str]) -> AskedPeriod | None:
    end = _date(match)
    return AskedPeriod("dates", end=end) if end else None


def _half(match: re.Match[str]) -> AskedPeriod:
    name: FiscalPeriodName = "9M" if _NINE.search(match[0].partition(match["year"])[0]) else "H1"
    return AskedPeriod("fiscal", year=_year(match["year"]), name=name)


def _quarter(match: re.Match[str]) -> AskedPeriod:
    name = _named(match)
    if match["before"] or match["ytd"]:
        name = YEAR_TO_DATE.get(name, name)
    return AskedPeriod("fiscal", year=_year(match["year"]), name=name)


def _year_first(match: re.Match[str]) -> AskedPeriod:
    return AskedPeriod("fiscal", year=int(match["year"]), name=_named(match))


def _named(match: re.Match[str]) -> FiscalPeriodName:
    """The quarter, of a match with _ANY_QUARTER."""
    ordinal = match["ord"]
    return ORDINALS[ordinal.lower()] if ordinal else _quarter_name(match["q"] or f"Q{match['q2']}")


def _fiscal(match: re.Match[str]) -> AskedPeriod:
    part = (match["quarter"] or "").strip(" ,").upper()
    return AskedPeriod("fiscal", year=_year(match["year"]), name=PARTS.get(part) or _quarter_name(part))


def _bare(match: re.Match[str]) -> AskedPeriod:
    return AskedPeriod("fiscal", year=int(match["year"]))


def _quarter_name(text: str) -> FiscalPeriodName:
    return ORDINALS[{"1": "first", "2": "second", "3": "third", "4": "fourth"}[text[-1]]]


def _year(text: str) -> int:
    """Two digits are of this century up to 69, as POSIX reads them."""
    year = int(text)
    return year if year > 99 else year + (2000 if year < 69 else 1900)


def _date(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = match["month"] or match["month2"]
        number = next(at for at, name in enumerate(MONTHS, start=1) if name.startswith(month[:3].lower()))
        return date(int(match["dyear"] or match["dyear2"]), number, int(match["day"] or match["day2"]))
    except ValueError:
        return None
