"""Numbers as answers print them: exact strings for programs, short ones for sentences."""

import re
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from finchat_sec_qa.model.period import FiscalPeriod, Period

_ROUNDING = re.compile(r"half up to ([0-9]{1,2}) decimals?")
WIDE = Context(prec=60)
SCALES = ((12, "trillion"), (9, "billion"), (6, "million"))
DEFAULT_DECIMALS = {"percent": 2, "ratio": 4, "days": 2, "USD/shares": 4}
WHOLE_DECIMALS = 2  # of amounts and counts, which are left alone when they have no more
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def plain(value: Decimal) -> str:
    """An exact decimal string without exponent or needless zeros: "383285000000", "-0.25"."""
    with localcontext(WIDE):
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def rounded(value: Decimal, unit: str, decimals: int | None) -> tuple[Decimal, str]:
    """A computed value rounded half up as asked, or as is usual for its unit, and how that is called."""
    digits = decimals if decimals is not None and unit != "USD" else DEFAULT_DECIMALS.get(unit)
    if digits is None:
        digits = WHOLE_DECIMALS
        if value == half_up(value, digits):
            return value, "none"
    return half_up(value, digits), rounding(digits)


def rounding(digits: int) -> str:
    """What rounding to that many decimals is called."""
    return f"half up to {digits} decimal{'' if digits == 1 else 's'}"


def in_currency(unit: str, units: Collection[str]) -> str:
    """A unit of the lexicon in the currency of operands with `units`: dollars stand for any currency."""
    currency = next((one for one in sorted(units) if len(one) == 3 and one.isupper()), "USD")
    return unit.replace("USD", currency)


def decimals_of(text: str) -> int | None:
    """Decimals of a rounding as answers word it, None for any other wording."""
    match = _ROUNDING.fullmatch(text)
    if match is None or text != rounding(int(match[1])):
        return None
    return int(match[1])


def half_up(value: Decimal, digits: int) -> Decimal:
    """The value with `digits` digits after the point, halves away from zero."""
    with localcontext(Context(prec=max(WIDE.prec, value.adjusted() + digits + 2))):
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def spoken(number: Decimal, unit: str) -> str:
    """As a sentence gives it, without losing a digit: "$383.285 billion", "13.26%", "1.47"."""
    if unit == "percent":
        return f"{plain(number)}%"
    if unit.endswith("/shares"):
        return f"{_money(number, unit.partition('/')[0])} per share"
    if unit in SYMBOLS or (len(unit) == 3 and unit.isupper()):
        return _money(number, unit)
    if unit == "shares":
        return f"{_scaled(number)} shares"
    if unit == "days":
        return f"{plain(number)} days"
    return plain(number)


def spoken_period(period: Period, name: FiscalPeriod | None) -> str:
    """For example "fiscal 2023 (year ended September 30, 2023)"; an instant is "September 30, 2023"."""
    end = f"{period.end:%B} {period.end.day}, {period.end.year}"
    if period.is_instant:
        return end
    quarters = period.quarters
    if quarters == 4:
        said = f"year ended {end}"
        return f"fiscal {name.year} ({said})" if name else f"the {said}"
    if quarters == 1:
        said = f"three months ended {end}"
        return f"{name} ({said})" if name else f"the {said}"
    return f"the {_months(period)} months ended {end}"


def _months(period: Period) -> str:
    count = round(period.days / 30.44)
    words = "zero one two three four five six seven eight nine ten eleven twelve".split()
    return words[count] if count < len(words) else str(count)


def _money(number: Decimal, currency: str) -> str:
    sign = "-" if number < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{_scaled(number.copy_abs())}"


def _scaled(number: Decimal) -> str:
    for power, word in SCALES:
        if number.adjusted() >= power:
            with localcontext(Context(prec=max(WIDE.prec, len(number.as_tuple().digits)))):
                return f"{plain(number.scaleb(-power))} {word}"
    return f"{Decimal(plain(number)):,f}"
