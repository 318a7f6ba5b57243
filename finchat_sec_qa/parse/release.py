"""Press releases (EX-99 of an 8-K, or a PDF from the company's own pages): who, and on which period."""

import re
from calendar import monthrange
from collections import Counter
from datetime import date

from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.parse.dates import DATE, read_date
from finchat_sec_qa.parse.identity import Identity, usable_symbols

_TOP = 3_000  # characters: headline, bullets and the first paragraphs
_HEADLINE = 400
_EXCHANGE = (
    r"(?:NYSE|NASDAQ|Nasdaq|Nasdaq(?:GS|GM|CM)|ASX|LSE|TSX|Cboe)(?:\s?/\s?[A-Za-z]+|\s(?:GS|American|Arca))?"
)
_LISTED = re.compile(rf"([^()\n–—]{{2,80}})\s\((?:{_EXCHANGE})\s?:\s?([A-Z][A-Z0-9.]{{0,5}})\b")
_SYMBOL = re.compile(r"\b(?:NYSE|NASDAQ|Nasdaq)\s?:\s?([A-Z][A-Z0-9.]{0,5})\b")
_REPORTS = re.compile(
    r"^([A-Z][^\n]{1,60}?)\s(?:reports|announces|delivers|posts|declares)\b", re.MULTILINE | re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth")
_QUARTER = re.compile(rf"\b({'|'.join(_ORDINALS)})[- ]?quarter|\bQ([1-4])\b", re.IGNORECASE)
_YEAR = re.compile(
    r"\b(?:fiscal(?:\syear)?|full[- ]year|quarter,?(?:\sof)?(?:\sfiscal)?(?:\syear)?|Q[1-4])"
    r"\s?(20\d\d|19\d\d)"
    r"|\b(20\d\d|19\d\d)\s(?:first|second|third|fourth|full|results)",
    re.IGNORECASE,
)
_RESULTS = re.compile(r"\bresults\b|\bearnings\b", re.IGNORECASE)
_WHOLE_YEAR = re.compile(
    r"\bfull[- ]year\b|\bfiscal(?:\syear)?\s20\d\d\sresults|\btwelve\smonths\b|\byear\sended\b", re.IGNORECASE
)
_ENDED = re.compile(rf"(form\s10-[kq][^.]{{0,60}}|days\s)?\bended\s({DATE})", re.IGNORECASE)
_DATE = re.compile(DATE, re.IGNORECASE)
_NEAR = 8  # days that a 52/53-week quarter may end away from the month's end


def identity_from_release(text: str) -> Identity:
    """What a press release on results says of itself; an empty identity for any other text."""
    top = text[:_TOP]
    company, tickers = _company(top, text)
    if not company or not _RESULTS.search(top):
        return Identity(company=company, tickers=tickers)
    quarter = _quarter(text)
    year = _YEAR.search(top)
    fiscal_year = int(next(filter(None, year.groups()))) if year else None
    return Identity(
        company=company,
        tickers=tickers,
        form="EX-99",
        period_end=_period_end(text, quarter, fiscal_year),
        fiscal_year=fiscal_year,
        fiscal_period=quarter or ("FY" if _WHOLE_YEAR.search(top) else None),
    )


def _company(top: str, text: str) -> tuple[str, tuple[str, ...]]:
    listed = _LISTED.search(top)
    if listed:
        name = re.split(r"\s-\s|\.\s(?=[A-Z][a-z])|,\s(?=\d{4})", listed.group(1))[-1]
        return name.strip(" ,-:"), usable_symbols([listed.group(2)])
    reports = _REPORTS.search(top)
    return reports.group(1).strip(" ,-:") if reports else "", usable_symbols(_SYMBOL.findall(text)[:1])


def _quarter(text: str) -> FiscalPeriodName | None:
    found = _QUARTER.search(text[:_HEADLINE])
    if found is None:
        return None
    number = int(found.group(2)) if found.group(2) else _ORDINALS.index(found.group(1).lower()) + 1
    names: tuple[FiscalPeriodName, ...] = ("Q1", "Q2", "Q3", "Q4")
    return names[number - 1]


def _period_end(text: str, quarter: FiscalPeriodName | None, year: int | None) -> date | None:
    """The latest day that a period "ended", else the one near the calendar quarter's end printed most."""
    days = [read_date(day) for aside, day in _ENDED.findall(text) if not aside]
    ended = [day for day in days if day is not None]
    if ended:
        return max(ended)
    if quarter is None or year is None:
        return None
    month = 3 * int(quarter[1])
    nominal = date(year, month, monthrange(year, month)[1])
    printed = Counter(read_date(found.group()) for found in _DATE.finditer(text))
    near = [(count, day) for day, count in printed.items() if day and abs((day - nominal).days) <= _NEAR]
    return max(near)[1] if near else nominal
