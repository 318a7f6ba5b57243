"""Printed values in a line: where each stands, and which of them follow each other."""

import re
from dataclasses import dataclass
from functools import lru_cache

from finchat_sec_qa.parse.numbers import PrintedNumber, read_number

_LEADS = frozenset(("$", "€", "£", "¥", "(", "$(", "€(", "£("))  # belongs to the value after it
_TRAILS = frozenset((")", "%", ")%", "%)"))  # belongs to the value before it
_MAY_BEGIN = frozenset("0123456789$€£¥(.—–-−")
_VALUE = re.compile(
    r"[$€£¥]?\(?[$€£¥]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\)?%?\)?(?:\([a-z]{1,2}\)|\*{1,2})?"
    r"|[$€£¥]?\(?[—–−-]{1,2}\)?%?"
)
_MARK = re.compile(r"\((?:[a-z]{1,2}|\d{1,2})\)|\*{1,3}|[†‡]|\[[a-z\d]\]")
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Printed:
    """One value at [start, end) of a line. `mark` is True where it may be a footnote mark, as "(1)"."""

    start: int
    end: int
    text: str
    number: PrintedNumber

    @property
    def mark(self) -> bool:
        """Whether it may be a footnote mark: "(1)"."""
        return _MARK.fullmatch(self.text) is not None

    @property
    def year(self) -> bool:
        """Whether it may be a year."""
        return _BARE_YEAR.fullmatch(self.text) is not None

    @property
    def signed(self) -> bool:
        """Whether a currency sign stands before it."""
        return self.number.unit is not None and self.number.unit != "percent"


@dataclass(frozen=True, slots=True)
class Run:
    """Values that follow each other with nothing but blanks and footnote marks between them."""

    values: tuple[Printed, ...]

    @property
    def start(self) -> int:
        """Where the first begins."""
        return self.values[0].start

    @property
    def end(self) -> int:
        """Where the last ends."""
        return self.values[-1].end

    def fitted(self, count: int) -> tuple[Printed, ...] | None:
        """The `count` values of a row of that many columns; None when there are fewer.

        What is too much is a footnote mark, or a number that ends the label ("Note 5", "shares of 152.7").
        """
        values = self.values
        if len(values) > count:
            values = tuple(value for value in values if not value.mark)
        if len(values) > count:
            signed = tuple(value for value in values if value.signed)
            values = signed if len(signed) == count else values
        if len(values) > count and any(len(value.text) > 2 for value in values[:count]):
            kept = tuple(v for v in values if not _is_raised(v))
            values = kept if len(kept) == count else values
        if len(values) < count:
            values = self.values[-count:]
        return values[-count:] if len(values) >= count else None


def _is_raised(value: Printed) -> bool:
    """A bare digit or two behind a value: a footnote's number, set raised in print."""
    return value.text.isdigit() and len(value.text) <= 1


@lru_cache(maxsize=512)  # the lines of a page are looked at by several rules
def find_runs(text: str) -> tuple[Run, ...]:
    """The runs of values in a line, left to right."""
    runs: list[Run] = []
    open_run: list[Printed] = []
    lead = -1
    at = 0
    for word in text.split(" "):
        start, end = at, at + len(word)
        at = end + 1
        if word in _LEADS:
            lead = start if lead < 0 else lead
            continue
        if word in _TRAILS:
            if open_run and lead < 0 and open_run[-1].end == start - 1:
                open_run[-1] = _printed(text, open_run[-1].start, end) or open_run[-1]
                continue
        elif word and word[0] in _MAY_BEGIN and _VALUE.fullmatch(word):
            value = _printed(text, lead if lead >= 0 else start, end) or _printed(text, start, end)
            if value is not None:
                open_run.append(value)
                lead = -1
                continue
        elif open_run and _MARK.fullmatch(word):
            lead = -1
            continue
        lead = -1
        if open_run:
            runs.append(Run(tuple(open_run)))
            open_run = []
    if open_run:
        runs.append(Run(tuple(open_run)))
    return tuple(runs)


def _printed(text: str, start: int, end: int) -> Printed | None:
    written = text[start:end]
    number = read_number(written)
    return None if number is None else Printed(start, end, written, number)
