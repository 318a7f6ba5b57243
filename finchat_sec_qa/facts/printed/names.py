"""Names of the parts of a company as its tables print them, and what kind of parts they are."""

import re
from collections.abc import Collection, Sequence

from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.facts.members import PART_AXES, PRINTED_AXIS
from finchat_sec_qa.facts.printed.labels import plain_label

GEOGRAPHY, PRODUCT, SEGMENT = PART_AXES
MAX_WORDS = 8

_MARKS = re.compile(r"(?:\s*\((?:\d{1,2}|[a-z])\))+$|[*†‡§]+$|\s*:$", re.IGNORECASE)
_BROKEN = re.compile(r"(?<=\w[/-]) (?=\w)")
_TOTAL = re.compile(r"^(?:sub-?)?total\s+(?:for\s+)?", re.IGNORECASE)
_METRIC = re.compile(r"\s+(?:net\s+)?(?:revenues?|sales)$", re.IGNORECASE)
WHOLE = re.compile(
    r"^(?:(?:grand|consolidated|company|worldwide|total|net|reported)\s+)*(?:totals?|consolidated|company|worldwide)$"
    r"|^(?:total|consolidated)\s+(?:net\s+)?(?:revenues?|sales)$",
    re.IGNORECASE,
)
# Words of rows and columns that are no parts of a company: kinds of amounts, spans of time, adjustments,
# other divisions of it than ours.
_NO_PART = re.compile(
    r"\b(?:costs?|expenses?|profits?|incomes?|earnings|margins?|loss(?:es)?|tax(?:es)?|interest"
    r"|depreciation|amortization|percent(?:age)?|increase|decrease|changes?|growth|adjust\w*|restat\w*"
    r"|per share|first|second|third|fourth|quarters?|months?|weeks?|years?|fiscal|january|february|march"
    r"|april|may|june|july|august|september|october|november|december|level [123]|fair value|guarantors?"
    r"|parent|issuers?|subsidiar\w+|gaap|recurring|point in time|over time|transferred|discounts?|rebates?"
    r"|returns|gross|net|balance|shares|assets?|liabilit\w+|equity|cash|debt|organic|currency|impact"
    r"|reported|before|after|budget|pro forma|less|volume|price|employees)\b|%|\d{3}",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"\beliminat\w*|\breconcil\w*|\bunallocated\b|\bcorporate\b|\binter-?(?:segment|company|area)\b"
    r"|\ball other\b|\bhedg\w+|\bglobal brand divisions\b",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"\b(?:(?P<segment>segments?|segmental|divisions?)|(?P<place>geograph\w*|regions?|countr(?:y|ies)|areas?)"
    r"|(?P<product>products?|services?|categor(?:y|ies)|class(?:es)?|brands?|offerings?|franchises?|solutions?)"
    r"|(?P<other>customers?|contract type|channels?|timing|end markets?|major goods))\b",
    re.IGNORECASE,
)
_FORMS = frozenset(
    "revenue|revenues|sales|net sales|net revenues|total|totals|segment|segments|reportable segments"
    "|reporting segments|business segments|operating segments|total segments|segments total|segment totals"
    "|division|divisions|total division|total divisions|operations|regions".split("|")
)
_REST = re.compile(r"(?:all\s+)?others?\b|rest of\b|non-u\.s\.|remaining\b", re.IGNORECASE)
_BUYERS = re.compile(
    r"\b(?:governments?|commercial|customers?|wholesale|consumers?|direct|retailers?)\b", re.IGNORECASE
)
_WIDE = frozenset(
    "america americas europe european asia asian pacific africa african emea apac apla ema international"
    " domestic oceania australia eurasia".split()
)


def part_name(label: str) -> str:
    """The name of a part without footnote marks; of a total the part that it sums: "Total EMEA revenue"."""
    name = _BROKEN.sub("", _MARKS.sub("", label.strip())).strip()
    short = _TOTAL.sub("", name)
    return (_METRIC.sub("", short) if short != name else name).replace(":", " ").strip()


def is_sum(name: str) -> bool:
    """Whether a row among the parts is only a sum of them, not one that has a name: "Segments total"."""
    return plain_label(name) in _FORMS or is_whole(name)


def is_rest(name: str) -> bool:
    """Whether a part has no name of its own: "Other", "Rest of World"."""
    return _REST.match(name) is not None


def may_be_part(name: str) -> bool:
    """Whether words can be the name of a part of a company, an elimination or corporate line included."""
    if not name or len(name.split()) > MAX_WORDS or not any(character.isalpha() for character in name):
        return False
    return is_line(name) or is_sum(name) or not _NO_PART.search(name)


def is_line(name: str) -> bool:
    """Whether a name is of what remains between the parts and the whole."""
    return _LINE.search(name) is not None


def is_whole(name: str) -> bool:
    """Whether a column is the company itself: "Total", "Consolidated"."""
    return WHOLE.match(_MARKS.sub("", name).strip()) is not None


def axis_of(names: Collection[str], context: str, text: str) -> str:
    """What kind of parts: as the company calls them, as the nearest words above say, as their names are."""
    own = [name for name in names if not is_line(name) and not is_rest(name)]
    if any(_BUYERS.search(name) for name in own):
        return PRINTED_AXIS
    kind = _last_kind(context)
    places = own and sum(is_place(name) for name in own) * 3 >= len(own) * 2
    if places and kind == "place":
        return GEOGRAPHY
    called = sum(f"{name} segment" in text for name in own)
    if len(own) > 1 and called * 3 >= len(own) * 2:
        return SEGMENT
    if own and sum(is_place(name) for name in own) * 3 >= len(own) * 2:
        kind = _last_kind(context)
        return SEGMENT if kind == "segment" else GEOGRAPHY
    return {"segment": SEGMENT, "place": GEOGRAPHY, "product": PRODUCT}.get(_last_kind(context), PRINTED_AXIS)


def is_place(name: str) -> bool:
    """Whether a name is of a country or a wider place."""
    plain = plain_label(name)
    if set(plain.split()) & _WIDE:
        return True
    return any(f" {place} " in f" {plain} " for places in countries().values() for place in places)


def _last_kind(context: str) -> str:
    kinds: Sequence[str] = [found.lastgroup or "" for found in _KINDS.finditer(context)]
    return kinds[-1] if kinds else ""
