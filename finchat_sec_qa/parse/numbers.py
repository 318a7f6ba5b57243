"""A number as it is printed in a table or sentence, to its exact value."""

import re
from dataclasses import dataclass
from decimal import Decimal

DASHES = "-‐‑‒–—―−"
_CURRENCIES = {
    "$": "USD",
    "US$": "USD",
    "U.S.$": "USD",
    "USD": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "C$": "CAD",
}
_WORDS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
MAX_PRINTED = 80  # characters; no printed number with its marks is longer

_PRINTED = re.compile(
    rf"""
    (?P<open>[(\[])? \s*
    (?P<sign>[{DASHES}+])? \s*
    (?P<currency>US\$|U\.S\.\$|C\$|USD|[$€£¥])? \s*
    (?P<open2>\()? \s*
    (?P<sign2>[{DASHES}])? \s*
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+) \s*
    (?P<percent>%|percent\b|pts?\b|bps\b|basis\ points\b)? \s*
    (?P<word>hundred|thousand|million|billion|trillion)?s? \s*
    (?P<close>[)\]])? \s*
    (?P<percent2>%|pts?\b|bps\b)? \s*
    (?P<close2>\))?
    (?P<marks>(?:\s*(?:\*+|[†‡§#]|\(\d{{1,2}}\)|\([a-z]{{1,2}}\)|\[\d{{1,2}}\]|\[[a-z]\]))*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOTHING = re.compile(
    rf"(?P<currency>US\$|[$€£¥])?\s*\(?[{DASHES}]{{1,3}}\)?\s*(?P<percent>%)?\s*\)?(?:\s*\([a-z0-9]{{1,2}}\))*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """What was printed. `value` has the sign (brackets are negative) and the scale of a word behind it.

    `unit` is "percent", a currency code, or None. `scaled` is True when a word such as "million" was
    printed with it, so that no scale of a table applies. `dash` is True for a dash, which means 0.
    `decimals` counts the digits behind the point.
    """

    value: Decimal
    unit: str | None = None
    scaled: bool = False
    dash: bool = False
    decimals: int = 0


def read_number(text: str) -> PrintedNumber | None:
    """The number that `text` prints and nothing else but marks and units, or None.

    "(1,234)" is -1234, "—" is 0, "3.5%" is 3.5 percent, "$1.2 billion" is 1200000000. Dates, ranges,
    "1.2.3" and words are None.
    """
    text = text.strip()
    if not text or len(text) > MAX_PRINTED:
        return None
    nothing = _NOTHING.fullmatch(text)
    if nothing:
        unit = "percent" if nothing["percent"] else _currency(nothing["currency"])
        return PrintedNumber(Decimal(0), unit, dash=True)
    found = _PRINTED.fullmatch(text)
    if found is None or not _balanced(found):
        return None
    value = Decimal(found["digits"].replace(",", ""))
    if found["word"]:
        value = shift(value, _WORDS[found["word"].lower()])
    negative = bool(found["open"] or found["open2"]) or _is_minus(found["sign"]) or _is_minus(found["sign2"])
    percent = found["percent"] or found["percent2"]
    unit = (
        "percent" if percent == "%" or (percent or "").lower() == "percent" else _currency(found["currency"])
    )
    if percent and unit != "percent":
        unit = "points"
    decimals = len(found["digits"].partition(".")[2])
    return PrintedNumber(-value if negative else value, unit, bool(found["word"]), False, decimals)


def _is_minus(sign: str | None) -> bool:
    return sign is not None and sign in DASHES


def _balanced(found: re.Match[str]) -> bool:
    """A bracket opened is a bracket closed, except that tables cut "(1,234" and ")" apart."""
    opened = sum(1 for name in ("open", "open2") if found[name])
    closed = sum(1 for name in ("close", "close2") if found[name])
    if found["open"] == "[":  # "[1]" is a footnote, not a number
        return False
    return opened <= 1 and closed <= 1 and closed <= opened


def _currency(symbol: str | None) -> str | None:
    return _CURRENCIES.get(symbol.upper()) if symbol else None


def shift(value: Decimal, power: int) -> Decimal:
    """`value` × 10^`power`, exact whatever its length, with no exponent left ("391035000000", "0.0325").

    Zero has no sign. Raises ValueError for a power beyond ±100.
    """
    if abs(power) > 100:
        raise ValueError(f"a scale of {power} is beyond reason")
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):  # NaN and infinity have a letter there
        raise ValueError(f"{value} is no number")  # noqa: TRY004 - a value, not a type
    if not value:
        return Decimal(0)
    exponent += power
    if exponent > 0:
        digits, exponent = digits + (0,) * exponent, 0
    return Decimal((sign, digits, exponent))
