"""The transformation rules of inline XBRL: displayed text to the value that is meant.

All versions of the XBRL International registry (TR 1 to 5, prefix ixt) and of the SEC's (ixt-sec) are
here by their local names, which mean the same in every version. Results are strings in XBRL's lexical
form: "1234.5", "2024-09-28", "--12-31", "P10Y", "true".
"""

import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from finchat_sec_qa.parse.places import COUNTRIES, EDGAR_PLACES, EXCHANGES, FILER_CATEGORIES, STATES
from finchat_sec_qa.parse.words import words_to_number

Rule = Callable[[str], str]
_DASHES = re.compile(r"[-‐‑‒–—―−]")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_CHECKED = frozenset("☒☑✓✔xXþýRS")
_UNCHECKED = frozenset("☐□o¨q")


class UnknownTransformError(ValueError):
    """No such rule in any registry that is known."""


def transform(name: str, text: str) -> str:
    """Apply the rule `name` (prefix allowed) to displayed text.

    Raises UnknownTransformError for a rule that is not known, ValueError for text that the rule does not fit.
    """
    local = name.rsplit(":", 1)[-1]
    rule = _RULES.get(local)
    if rule is None:
        raise UnknownTransformError(name)
    return rule(" ".join(text.split()))


# --- numbers ---------------------------------------------------------------------------------------------


def _grouped(point: str, separators: str) -> Rule:
    pattern = re.compile(rf"[0-9{re.escape(separators)}\s]*(?:{re.escape(point)}[0-9\s]*)?")
    drop = str.maketrans("", "", separators + " ")

    def rule(text: str) -> str:
        if not pattern.fullmatch(text) or not any(character.isdigit() for character in text):
            raise ValueError(f"{text!r} is no number")
        return text.translate(drop).replace(point, ".")

    return rule


def _zero_dash(text: str) -> str:
    if not _DASHES.fullmatch(text):
        raise ValueError(f"{text!r} is no dash")
    return "0"


def _fixed(value: str) -> Rule:
    return lambda _: value


def _number_words(text: str) -> str:
    if text.lower() in {"no", "none", "nil", "zero", "-"} or _DASHES.fullmatch(text):
        return "0"
    number = words_to_number(text)
    if number is None:
        raise ValueError(f"{text!r} is no number in words")
    return str(number)


# --- dates -----------------------------------------------------------------------------------------------


def _date(order: str) -> Rule:
    """A date whose parts come in the order of the letters of `order` (d, m, y), separated by anything."""

    def rule(text: str) -> str:
        parts = re.findall(r"[^\W_]+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text, flags=re.IGNORECASE))
        if len(parts) != len(order):
            raise ValueError(f"{text!r} is no date of the form {order!r}")
        found = dict(zip(order, parts, strict=True))
        year = _year(found["y"]) if "y" in found else None
        month = _month(found["m"]) if "m" in found else None
        day = _day(found["d"], month, year) if "d" in found else None
        return _lexical(year, month, day)

    return rule


def _lexical(year: int | None, month: int | None, day: int | None) -> str:
    if year is None:
        return f"--{month:02d}-{day:02d}" if day else f"--{month:02d}"
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")


def _year(text: str) -> int:
    if not text.isdecimal() or len(text) not in {2, 4}:
        raise ValueError(f"{text!r} is no year")
    return int(text) + (2000 if len(text) == 2 else 0)  # two digits are of this century


def _month(text: str) -> int:
    if text.isdecimal():
        month = int(text)
    else:
        lowered = text.lower()
        month = next((number for number, name in enumerate(_MONTHS, 1) if _is_month(lowered, name)), 0)
    if not 1 <= month <= 12:
        raise ValueError(f"{text!r} is no month")
    return month


def _is_month(text: str, name: str) -> bool:
    return (
        text == name or (len(text) >= 3 and name.startswith(text)) or (text == "sept" and name == "september")
    )


def _day(text: str, month: int | None, year: int | None) -> int:
    longest = monthrange(year or 2000, month or 1)[1]
    if not text.isdecimal() or not 1 <= int(text) <= longest:
        raise ValueError(f"{text!r} is no day of that month")
    return int(text)


# --- durations and the rest of the SEC's -----------------------------------------------------------------


def _duration(unit: str) -> Rule:
    """A number of years, months, weeks, days or hours, which may have a fraction."""
    smaller = {"Y": ("M", 12), "M": ("D", 30)}

    def rule(text: str) -> str:
        try:
            count = Decimal(text.replace(",", ""))
        except InvalidOperation:
            words = words_to_number(text)
            if words is None:
                raise ValueError(f"{text!r} is no number") from None
            count = Decimal(words)
        if not count.is_finite() or abs(count) > 100_000:
            raise ValueError(f"{text!r} is no length of time")
        sign, count = ("-" if count < 0 else ""), abs(count)
        whole, rest = int(count), count - int(count)
        if unit == "H":
            return f"{sign}PT{_plain(count)}H"
        if not rest or unit not in smaller:
            return f"{sign}P{_plain(count)}{unit}"
        part, size = smaller[unit]
        tail = int((rest * size).to_integral_value())
        return f"{sign}P{whole}{unit}" + (f"{tail}{part}" if tail else "")

    return rule


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


_DURATION_PART = re.compile(
    r"(?P<count>.+?)[\s‐‑–-]+(?P<unit>year|month|week|day|hour|quarter)s?\b", re.IGNORECASE
)


def _duration_words(text: str) -> str:
    cleaned = re.sub(r"\s+(?:and)\s+|,\s*", " ", " " + text + " ").strip()
    parts: dict[str, int] = {}
    position = 0
    for found in _DURATION_PART.finditer(cleaned):
        count = words_to_number(found["count"].strip())
        if count is None or cleaned[position : found.start()].strip():
            raise ValueError(f"{text!r} is no length of time in words")
        unit = found["unit"][0].upper() if found["unit"].lower() != "quarter" else "Q"
        parts[unit] = parts.get(unit, 0) + count
        position = found.end()
    if not parts or cleaned[position:].strip():
        raise ValueError(f"{text!r} is no length of time in words")
    return _iso_duration(parts)


def _iso_duration(parts: dict[str, int]) -> str:
    months = parts.get("M", 0) + 3 * parts.get("Q", 0)
    if parts.get("W") and len(parts) == 1:
        return f"P{parts['W'] * 7}D"
    days = parts.get("D", 0) + 7 * parts.get("W", 0)
    date = "".join(
        f"{count}{unit}" for count, unit in ((parts.get("Y", 0), "Y"), (months, "M"), (days, "D")) if count
    )
    return "P" + date + (f"T{parts['H']}H" if parts.get("H") else "") if date or parts.get("H") else "P0D"


def _named(table: dict[str, str], kind: str) -> Rule:
    def rule(text: str) -> str:
        key = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
        key = key.removeprefix("the ")
        value = table.get(key)
        if value is None:
            if text in table.values():
                return text
            raise ValueError(f"{text!r} is no {kind}")
        return value

    return rule


def _ballot_box(text: str) -> str:
    """A box that is ticked or not. Other marks are an error, not a guess."""
    if text and set(text) <= _CHECKED:
        return "true"
    if text and set(text) <= _UNCHECKED:
        return "false"
    raise ValueError(f"{text!r} is no ballot box")


def _yes_no(text: str) -> str:
    lowered = text.lower()
    if lowered in {"yes", "true"}:
        return "true"
    if lowered in {"no", "false"}:
        return "false"
    raise ValueError(f"{text!r} is neither yes nor no")


_DOT = _grouped(".", ",")
_COMMA = _grouped(",", ".")
_MDY, _DMY, _YMD, _MD, _DM, _MY, _YM = map(_date, ("mdy", "dmy", "ymd", "md", "dm", "my", "ym"))

# what each rule does, and all the names it has had
_NAMES: tuple[tuple[Rule, str], ...] = (
    (_DOT, "num-dot-decimal numdotdecimal numcommadot numspacedot"),
    (_COMMA, "num-comma-decimal numcommadecimal numdotcomma numspacecomma numcomma"),
    (_grouped(".", "'`´’‘′"), "num-dot-decimal-apos numdotdecimalapos"),
    (_grouped(",", "'`´’‘′"), "num-comma-decimal-apos"),
    (_zero_dash, "zerodash zero-dash numdash"),
    (_fixed("0"), "fixed-zero"),
    (_fixed(""), "fixed-empty nocontent"),
    (_fixed("true"), "fixed-true booleantrue"),
    (_fixed("false"), "fixed-false booleanfalse"),
    (_number_words, "numwordsen"),
    (_MDY, "date-monthname-day-year-en datemonthdayyearen datelongus dateshortus"),
    (_MDY, "date-month-day-year datemonthdayyear dateslashus datedotus"),
    (_DMY, "date-day-monthname-year-en datedaymonthyearen datelonguk dateshortuk"),
    (_DMY, "date-day-month-year datedaymonthyear dateslasheu datedoteu"),
    (_YMD, "date-year-month-day dateyearmonthday"),
    (_MD, "date-month-day datemonthday date-monthname-day-en datemonthdayen datelongmonthdayus"),
    (_DM, "date-day-month datedaymonth date-day-monthname-en datedaymonthen"),
    (_MY, "date-monthname-year-en datemonthyearen date-month-year datemonthyear"),
    (_YM, "date-year-monthname-en dateyearmonthen date-year-month dateyearmonth"),
    (_duration("Y"), "duryear"),
    (_duration("M"), "durmonth"),
    (_duration("W"), "durweek"),
    (_duration("D"), "durday"),
    (_duration("H"), "durhour"),
    (_duration_words, "durwordsen"),
    (_ballot_box, "boolballotbox yesnoballotbox"),
    (_yes_no, "boolyesno"),
    (_named(STATES, "state or province"), "stateprovnameen"),
    (_named(COUNTRIES, "country"), "countrynameen"),
    (_named({**STATES, **EDGAR_PLACES}, "state, province or country"), "edgarprovcountryen"),
    (_named(EXCHANGES, "exchange"), "exchnameen"),
    (_named(FILER_CATEGORIES, "filer category"), "entityfilercategoryen"),
)
_RULES: dict[str, Rule] = {name: rule for rule, names in _NAMES for name in names.split()}
