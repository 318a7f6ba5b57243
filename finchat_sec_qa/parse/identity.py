"""Whose filing a document is, of what form and period: from its dei facts, or from its cover page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import get_args

from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriodName
from finchat_sec_qa.parse.dates import DATE, read_date

_FORM = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,14}(?:/A)?")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{0,5}(?:[./-][A-Z]{1,2})?")
_NO_SYMBOL = frozenset(("NONE", "N/A", "NA", "NYSE"))
_DEBT = re.compile(r"Notes?(?![a-z])|NotesDue|Debenture|Bond|Due\d|ETN")  # members that name listed debt
_YEAR_END = re.compile(r"-{0,2}(\d\d)-(\d\d)")
_DATE = re.compile(DATE, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document says of itself; "", None and () where it does not.

    `company` is as printed; `cik` has ten digits; `form` is "10-K", "10-Q/A", … or "EX-99" for a press
    release; `period_end` is the end of the period reported on, or the date of the event (8-K);
    `fiscal_year` is the company's own name for the year; `fiscal_year_end` is "MM-DD".
    """

    company: str = ""
    cik: str | None = None
    tickers: tuple[str, ...] = ()
    form: str = ""
    period_end: date | None = None
    fiscal_year: int | None = None
    fiscal_period: FiscalPeriodName | None = None
    fiscal_year_end: str = ""

    @property
    def complete(self) -> bool:
        """True when there is nothing left to look for."""
        return not self._missing()

    def or_else(self, other: "Identity") -> "Identity":
        """The same identity, with what it does not know taken from `other`."""
        return replace(self, **{name: getattr(other, name) for name in self._missing()})

    def _missing(self) -> list[str]:
        return [field.name for field in fields(self) if getattr(self, field.name) in ("", None, ())]


NOTHING_SAID = Identity()


def identity_from_facts(facts: Iterable[Fact]) -> Identity:
    """What the dei facts say; facts of the whole filing win over those of one co-registrant or class."""
    values: dict[str, str] = {}
    symbols: list[str] = []
    for fact in sorted((fact for fact in facts if fact.concept.startswith("dei:")), key=_of_the_whole):
        text = fact.text if fact.text is not None else None if fact.value is None else f"{fact.value:f}"
        if text is None:
            continue
        name = fact.concept.removeprefix("dei:")
        values.setdefault(name, text.strip())
        if name == "TradingSymbol" and not any(_DEBT.search(member) for _, member in fact.dimensions):
            symbols.append(text.strip().upper())
    cik = values.get("EntityCentralIndexKey", "")
    year = values.get("DocumentFiscalYearFocus", "")
    year_end = _YEAR_END.fullmatch(values.get("CurrentFiscalYearEndDate", ""))
    form = values.get("DocumentType", "")
    if form and not form.endswith("/A") and values.get("AmendmentFlag", "").lower() == "true":
        form += "/A"
    return Identity(
        company=values.get("EntityRegistrantName", ""),
        cik=cik.zfill(10) if cik.isdecimal() and len(cik) <= 10 else None,
        tickers=usable_symbols(symbols),
        form=form if _FORM.fullmatch(form) else "",
        period_end=_any_date(values.get("DocumentPeriodEndDate", "")),
        fiscal_year=int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None,
        fiscal_period=_period_name(values.get("DocumentFiscalPeriodFocus", "")),
        fiscal_year_end=f"{year_end[1]}-{year_end[2]}" if year_end else "",
    )


def usable_symbols(symbols: Iterable[str]) -> tuple[str, ...]:
    """Ticker symbols without doubles, placeholders and what cannot be one."""
    return tuple(dict.fromkeys(s for s in symbols if s not in _NO_SYMBOL and _SYMBOL.fullmatch(s)))


def _of_the_whole(fact: Fact) -> int:
    return len(fact.dimensions)


def _any_date(text: str) -> date | None:
    found = _DATE.search(text)
    return read_date(found.group()) if found else None


def _period_name(text: str) -> FiscalPeriodName | None:
    names: tuple[FiscalPeriodName, ...] = get_args(FiscalPeriodName)
    return next((name for name in names if name == text.upper()), None)
