"""Periods as the headings of printed columns word them: dates, years and lengths, in their order."""

import re
from dataclasses import dataclass

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_COUNT = (
    r"(?:one|two|three|six|nine|twelve|thirteen|fourteen|sixteen|twenty[- ]?(?:four|six|seven|eight)"
    r"|thirty[- ]?(?:six|nine)|forty|fifty[- ]?(?:two|three)|\d{1,2})"
)
TOKEN = re.compile(
    rf"(?P<day>\b{_MONTH}\s+\d{{1,2}}(?!\d)(?:st|nd|rd|th)?,?)"
    rf"|(?P<numeric>\b\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d\d)\b)"
    rf"|(?P<span>\b{_COUNT}\s?(?:-\s?)?(?:\s*(?:and|or|/)\s*{_COUNT}[\s-])?\s*(?:fiscal\s+)?(?:months?|weeks?)"
    r"(?:\s+periods?)?(?:\s+end(?:ed|ing))?"
    r"|\b(?:fiscal\s+|full\s+|calendar\s+)?(?:years?|quarters?)[\s-]+(?:to[\s-]+date\b|end(?:ed|ing)\b)|\bquarters?\b"
    r"|\b(?:fiscal|full|calendar)\s+years?\b|\bfor\s+the\s+(?:fiscal\s+)?years?\b)"
    r"|(?P<quarter>\bQ[1-4]\b)"
    r"|(?P<year>\b(?:FY\s?)?(?:19|20)\d\d\b(?![,.]\d))",
    re.IGNORECASE,
)

MAX_LINE = 200  # characters of a line of headings


@dataclass(frozen=True, slots=True)
class Moment:
    """A year with the day of it, "" where none is printed: ("December 31,", "2017"), or "3/25/2023" whole."""

    day: str
    year: str

    @property
    def text(self) -> str:
        """As it heads a column."""
        return f"{self.day} {self.year}".strip()


@dataclass(frozen=True, slots=True)
class Heading:
    """What a text says of periods: moments and lengths, both in order; `day` is one without a year."""

    moments: tuple[Moment, ...]
    spans: tuple[str, ...]
    day: str = ""


def read_heading(text: str) -> Heading:
    """The periods that a heading names.

    Days may stand before their years ("May 28, 2023 May 29, 2022"), in a row above them ("May 28, May 29,
    2023 2022"), or once for all ("December 31, 2023 2022").
    """
    moments: list[Moment] = []
    spans: list[str] = []
    days: list[str] = []
    years: list[str] = []
    last = 0
    for found in TOKEN.finditer(text):
        apart = last and _says_more(text[last : found.start()])
        last = found.end()
        word = " ".join(found.group().split())
        kind = found.lastgroup
        if kind == "year":
            if apart and years and days:
                moments.extend(_paired(days, years))
                days, years = [], []
            years.append(word.upper().removeprefix("FY").strip())
            continue
        if years and kind in {"day", "numeric"}:
            moments.extend(_paired(days, years))
            days, years = [], []
        if kind == "day":
            days.append(word.replace("\n", " "))
        elif kind == "numeric":
            moments.append(Moment("", word))
        elif kind == "span":
            spans.append(word)
    moments.extend(_paired(days, years))
    alone = days[-1] if days and not years else ""
    return Heading(tuple(_dated(moments)), tuple(spans), alone)


def _says_more(between: str) -> bool:
    """Whether words stand between two parts of a heading, so that they do not belong together."""
    return re.search(r"[A-Za-z]{2,}", re.sub(r"\band\b|\bor\b", " ", between)) is not None


def _paired(days: list[str], years: list[str]) -> list[Moment]:
    if not years:
        return []
    if not days:
        return [Moment("", year) for year in years]
    if len(days) > len(years):
        days = days[-len(years) :]
    if len(years) % len(days):
        return [Moment(days[-1], year) for year in years]
    if len(days) == 1 and years[0] in years[1:]:  # "… and December 26, 2020" above "2022 2021 2020"
        return [Moment(days[0], years[0]), *(Moment("", year) for year in years[1:])]
    each = len(years) // len(days)
    return [Moment(days[at // each], year) for at, year in enumerate(years)]


def _dated(moments: list[Moment]) -> list[Moment]:
    """Years without a day take it from a date of that year that stands in the same heading."""
    known = {moment.year: moment.day for moment in moments if moment.day}
    return [moment if moment.day else Moment(known.get(moment.year, ""), moment.year) for moment in moments]


def only_heading(text: str) -> bool:
    """True for a line that prints periods and nothing else but words that go with them."""
    if len(text) > MAX_LINE:
        return False
    found = False
    rest = text
    for token in reversed(list(TOKEN.finditer(text))):
        found = True
        rest = rest[: token.start()] + " " + rest[token.end() :]
    return found and _FILL.sub(" ", rest).strip(" ,.;:()|–—-*$%") == ""


_FILL = re.compile(
    r"\b(?:as|of|at|for|the|and|to|from|ended|ending|end|fiscal|years?|months?|weeks?|unaudited|audited|note|notes"
    r"|change|changes|percent|total|restated|in|millions|thousands|billions|dollars|u\.?s\.?|except|per|share"
    r"|shares|amounts|data|par|value)\b|\(\d\)|\([a-z]\)",
    re.IGNORECASE,
)
