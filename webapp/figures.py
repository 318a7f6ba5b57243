"""How numbers, units and periods are written on a page. Nothing here computes an answer."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finchat_sec_qa.model.answer import PeriodView

_CURRENCY = re.compile(r"^[A-Z]{3}$")
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_PERIODS = {
    "Q1": "First quarter",
    "Q2": "Second quarter",
    "Q3": "Third quarter",
    "Q4": "Fourth quarter",
    "H1": "First half",
    "9M": "First nine months",
}
_NUMBER = re.compile(r"(?=.{1,28}$)-?[0-9]+(\.[0-9]+)?")  # Decimal computes with 28 digits
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Amount:
    """A number for reading. `short` is what is shown large; `exact` gives every digit and the unit.

    `rounded` is True when `short` shows fewer digits than there are; `scaled` when it has a scale word.
    """

    short: str
    exact: str
    rounded: bool = False
    scaled: bool = False


def amount(number: str, unit: str) -> Amount:
    """`number` (a decimal string in base units) as a person reads it; what is no number stays as it is."""
    if not _NUMBER.fullmatch(number):
        shown = number if len(number) <= _LONGEST_TEXT else number[:_LONGEST_TEXT] + "…"
        return Amount(shown, f"{shown} {unit}".strip())
    value = Decimal(number)
    currency, _, per = unit.partition("/")
    exact = f"{_grouped(value)} {_unit_name(unit)}".strip()
    if unit in {"percent", "%"}:
        return Amount(f"{_grouped(value)}%", exact)
    if per and _CURRENCY.match(currency):
        singular = per.removesuffix("s")
        return Amount(
            f"{_money(_grouped(value.copy_abs()), currency, value)} per {singular}", exact, rounded=False
        )
    text, rounded = _scaled(value.copy_abs())
    scaled = not text[-1].isdigit()
    if _CURRENCY.match(unit):
        return Amount(_money(text, unit, value), exact, rounded, scaled)
    return Amount(f"{_sign(value)}{text} {_short_unit(unit)}".strip(), exact, rounded, scaled)


def _sign(value: Decimal) -> str:
    return "−" if value < 0 else ""


def _money(text: str, currency: str, value: Decimal) -> str:
    symbol = _SYMBOLS.get(currency, currency + " ")
    return f"{_sign(value)}{symbol}{text}"


def _grouped(value: Decimal) -> str:
    return f"{value:,f}".replace("-", "−")


def _scaled(value: Decimal) -> tuple[str, bool]:
    """Digits with a scale word, and whether digits were left out."""
    for scale, word in _SCALES:
        if value >= scale:
            digits = (value / scale).normalize()
            short = digits.quantize(Decimal("0.001"))
            return f"{_trimmed(short)} {word}", short != digits
    return _grouped(value), False


def _trimmed(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short_unit(unit: str) -> str:
    return "" if unit in {"ratio", "pure"} else unit


def _unit_name(unit: str) -> str:
    return unit.replace("/shares", " per share")


def day(value: date | None) -> str:
    """A date as filings print it: "Sep 30, 2023"; an empty string for None."""
    return "" if value is None else f"{value:%b} {value.day}, {value.year}"


def fiscal_name(period: PeriodView) -> str:
    """The company's own name of the period, such as "Second quarter of fiscal 2024"; empty if unknown."""
    if period.fiscal_year is None:
        return ""
    part = _PERIODS.get(period.fiscal_period or "FY")
    return f"{part} of fiscal {period.fiscal_year}" if part else f"Fiscal year {period.fiscal_year}"


def span(period: PeriodView) -> str:
    """The period's days: "Sep 25, 2022 – Sep 30, 2023", or "as of Sep 30, 2023" for a moment."""
    if period.end is None:
        return f"from {day(period.start)}" if period.start else ""
    if period.start is None:
        return f"as of {day(period.end)}"
    return f"{day(period.start)} – {day(period.end)}"


def filing_period(fiscal_year: int | None, fiscal_period: str | None) -> str:
    """The short name of a filing's period: "FY2023", "Q2 FY2024", or an empty string."""
    if fiscal_year is None:
        return ""
    quarter = fiscal_period if fiscal_period and fiscal_period != "FY" else ""
    return f"{quarter} FY{fiscal_year}".strip()


def member_name(member: str) -> str:
    """A dimension's member for reading: "us-gaap:ServiceMember" -> "Service"."""
    name = member.rpartition(":")[2]
    name = name.removesuffix("Member") or name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


def size(count: int) -> str:
    """Bytes in kB or MB."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(count, 0) / 1000:.0f} kB"


def plural(count: int, noun: str, many: str = "") -> str:
    """A count with its noun: "1 filing", "1,204 filings"."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
