"""Cover pages: company, form and period of a filing that carries no facts (PDF, old HTML, plain text)."""

import re
from collections import Counter
from datetime import date

from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.parse.dates import DATE, read_date
from finchat_sec_qa.parse.fiscal import fiscal_quarter, fiscal_year, year_end_of
from finchat_sec_qa.parse.identity import Identity, usable_symbols
from finchat_sec_qa.parse.release import identity_from_release

_COVER = 12_000  # characters; the longest real cover page with its list of notes has 9,000
_COMMISSION = re.compile(r"securities\s+and\s+exchange\s+commission", re.IGNORECASE)
_FORM = re.compile(
    r"^\W{0,10}form\s{1,3}(10-K(?:405|SB|T)?|10-Q(?:SB|T)?|8-K(?:12B)?|20-F|40-F|6-K|11-K)(/A)?"
    r"(?=[ ]*(?:$|\||\((?:mark|amend)|annual|quarterly|current|amendment))",
    re.IGNORECASE | re.MULTILINE,
)
_AMENDED = re.compile(r"\(?amendment\s+no\.?\s*\d", re.IGNORECASE)
_PERIOD = re.compile(
    rf"for\s+the\s+(?:fiscal\s+|annual\s+)?(?:year|quarter(?:ly)?(?:\s+period)?|period|three\s+months)"
    rf"\s+(?:ended|ending)\s*:?\s*({DATE})",
    re.IGNORECASE,
)
_EVENT = re.compile(
    rf"date\s+of\s+(?:report|earliest\s+event)[^\d]{{0,120}}?({DATE})(?:\s*\(({DATE})\))?", re.IGNORECASE
)
_EXACT_NAME = re.compile(r"\(?\s*exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company)", re.IGNORECASE)
_FILE_NUMBER = re.compile(r"commission\s+file\s+(?:number|no)\b.*", re.IGNORECASE)
_REGISTRANT = re.compile(r"^([^\n]{3,80})\n\(?registrant\)?$", re.IGNORECASE | re.MULTILINE)
_NO_NAME = re.compile(
    r"commission\s+file|form\s+(?:10|8)-|^\W*$|\bended\b|period\s+from|\(mark\s+one\)|exchange\s+act|^or$|^\d"
    r"|incorporation|i\.?r\.?s\.?|\bfile\s+(?:number|no)",
    re.IGNORECASE,
)
_EXCHANGE = (
    r"(?:the\s)?(?:new\syork\sstock\sexchange|nyse|nasdaq|cboe|chicago\sstock\sexchange|long-term\sstock)"
)
_LISTED = re.compile(
    rf"(?i:stock|shares?|units?|securities|value|interests?)\b[^\n]*?[\s|]+([A-Z][A-Z0-9]{{0,4}}(?:[./-][A-Z])?)[\s|]+(?i:{_EXCHANGE})"
)
_DEBT = re.compile(r"\bnotes?\b|debenture|bond|due\s+20\d\d|preferred|warrant|rights", re.IGNORECASE)
_UNDER_SYMBOL = re.compile(
    r"\b(?:under|with)\s+the\s+(?:ticker\s+|trading\s+|stock\s+)*symbol\s+[“\"'‘]?\s?([A-Z][A-Z0-9]{0,5})\b"
)


def identity_from_cover(text: str) -> Identity:
    """What the cover page (the beginning of `text`) says; press releases are told apart by having none."""
    cover = text[:_COVER]
    form = _form(cover)
    if not form:
        return identity_from_release(text)
    company = _company(cover, text)
    tickers = _tickers(cover, text)
    if form.startswith(("8-K", "6-K")):
        return Identity(company, None, tickers, form, _event(cover))
    found = _PERIOD.search(cover)
    end = read_date(found.group(1)) if found else None
    if end is None:
        return Identity(company, None, tickers, form)
    period: FiscalPeriodName | None = "FY"
    closing: date | None = end
    if form.startswith("10-Q"):
        period = fiscal_quarter(text, end)
        closing = year_end_of(end, period)
    year = fiscal_year(text, closing) if closing else None
    ends = f"{closing:%m-%d}" if closing else ""
    return Identity(company, None, tickers, form, end, year, period, ends)


def _form(cover: str) -> str:
    """The form that the cover names; a document that is not filed with the commission has none."""
    found = _FORM.search(cover[:3_000])
    if found is None or not _COMMISSION.search(cover[:3_000]):
        return ""
    before = _COMMISSION.search(cover)
    if before is None or abs(found.start() - before.end()) > 1_500:
        return ""
    form = re.sub(r"\s+", " ", found.group(1).upper())
    amended = found.group(2) or _AMENDED.search(cover[found.end() : found.end() + 200])
    return form + "/A" if amended else form


def _event(cover: str) -> date | None:
    """The date of the earliest event: the one in brackets where the report's own date stands first."""
    found = _EVENT.search(cover)
    if found is None:
        return None
    days = [day for day in map(read_date, filter(None, found.groups())) if day]
    return min(days, default=None)


def _company(cover: str, text: str) -> str:
    exact = _EXACT_NAME.search(cover)
    if exact:
        above = [line.strip(" _-|") for line in cover[: exact.start()].split("\n")]
        name = next((line for line in reversed(above) if line), "")
        if name and not _NO_NAME.search(name):
            return _tidy(name)
    number = _FILE_NUMBER.search(cover)
    if number:
        below = [line.strip(" _-|") for line in cover[number.end() : number.end() + 400].split("\n")]
        name = next((line for line in below if line), "")
        if name and not _EXACT_NAME.match(name) and not _NO_NAME.search(name):
            return _tidy(name)
    signed = Counter(_tidy(name) for name in _REGISTRANT.findall(text) if not _NO_NAME.search(name))
    return signed.most_common(1)[0][0] if signed else ""


def _tidy(name: str) -> str:
    name = re.sub(r"\s+([.,])", r"\1", " ".join(name.split()))
    return re.sub(r"^(?:\d[\d-]+\s+)+", "", name)


def _tickers(cover: str, text: str) -> tuple[str, ...]:
    listed = [
        found.group(1)
        for line in cover.split("\n")
        if not _DEBT.search(line)
        for found in _LISTED.finditer(line)
    ]
    if listed and re.search(r"trading\s+symbol", cover, re.IGNORECASE):
        return usable_symbols(listed)
    named = _UNDER_SYMBOL.search(text)
    return usable_symbols([named.group(1)] if named else [])
