"""Scales and units as tables state them in words: "(in millions, except per share amounts)"."""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_NOTE = 600  # characters of a sentence that may state a scale

_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9}
_WORD = r"(thousand|million|billion)s?\b"
_STATED = re.compile(
    rf"\b(?:in|dollars|amounts)\s+(?:u\.?s\.?\s+|[$€£¥]\s*)?(?:dollars\s+)?{_WORD}"
    rf"|[$€£¥]\s*(?:in\s+)?{_WORD}"
    rf"|(?:\(|^)\s*(?:u\.?s\.?\s+)?(?:dollars\s*(?:/|and)?\s*)?{_WORD}"
    rf"|\b{_WORD}\s+of\s+(?:u\.?s\.?\s+)?(?:dollars|shares|[$])",
    re.IGNORECASE,
)
_ONLY_NOTE = re.compile(
    r"\W*(?:in|dollars|amounts|u\.?s\.?|tabular|thousands|millions|billions|unaudited"
    r"|shares?\s+(?:(?:data|amounts)\s+)?(?:and|in|are))\b",
    re.IGNORECASE,
)
_ZEROS = re.compile(r"[(\s$]000['’]?s?\b|\b000['’]?s\s+omitted", re.IGNORECASE)
_SHARES = re.compile(
    rf"\bshares?\b(?:\s+data|\s+amounts)?[^.;()]{{0,40}}?\b(?:in|reflected in|are in)\s+{_WORD}",
    re.IGNORECASE,
)
_SHARES_TOO = re.compile(
    rf"\b(?:dollars|amounts)\s+(?:and|&)\s+(?:number\s+of\s+)?shares\s+in\s+{_WORD}", re.IGNORECASE
)
_EXCEPT = re.compile(r"\b(?:except|other than|excluding)\b(.*)", re.IGNORECASE | re.DOTALL)
_EXCEPT_SHARES = re.compile(
    r"\bshares\b|\bshare\s+(?:data|amounts|and|counts?|information)|\bshare,", re.IGNORECASE
)
_SAYS_PER_SHARE = re.compile(r"\bper[\s-]+(?:common\s+|ordinary\s+)?share\b", re.IGNORECASE)
_DOLLARS = re.compile(r"\$|\bdollars?\b|\bUSD\b", re.IGNORECASE)

_PER_SHARE = re.compile(
    r"\bper\b[\w\s,-]{0,30}?[\s-](?:share|unit|ads|rsu|psu|option|award|warrant)s?\b|\beps\b|/\s*share\b"
    r"|\bweighted[\s-]+average\b.{0,24}\b(?:fair\s+value|price)\b|\bexercise\s+price\b|\baverage\s+price\b",
    re.IGNORECASE,
)
_SHARE_COUNT = re.compile(
    r"\b(?:weighted|average|basic|diluted|dilutive|outstanding|number of|common|treasury|total|net|used in"
    r"|potential)\b[^.]{0,60}\bshares\b(?! of)|^\W*shares\b|\bdenominator\b|\banti-?dilutive\b"
    r"|\bshares\s+(?:used|outstanding|repurchased|purchased|granted|vested|forfeited|withheld|issued)\b"
    r"|\bshares\s+authorized\b"
    r"|^\W*(?:number\s+of\s+)?(?:restricted\s+)?(?:stock\s+)?(?:shares|units|rsus|psus|awards|options)"
    r"(?:\s+outstanding)?\W*$|\bnumber\s+of\s+(?:[\w-]+\s+){0,3}(?:shares|units|rsus|psus|awards|options)\b",
    re.IGNORECASE,
)
_NOT_COUNT = re.compile(
    r"par value|stated value|no par|\bproceeds\b|\bpayments?\b|\brepurchases? of\b|\bissuance\b"
    r"|\bpurchases? of\b|\bcost\b|\bvalue\b|\bdividends?\b|\bprice\b|\bacquisitions? of\b|\btaxes\b"
    r"|\bstock\b.*\bshares\b|\battributable\b|\d\s+(?:million\s+|billion\s+)?shares",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"(?<!\d)(?<!\d\s)%|^\W*%|\(%|\bpercent(?:age)?\b|\b(?:tax|interest)\s+rates?\W*$"
    r"|\b(?:discount|coupon|effective|stated)\s+(?:tax\s+|interest\s+)?rates?\b"
    r"|\brate of (?:increase|return)\b",
    re.IGNORECASE,
)
_PLAIN_COUNT = re.compile(
    r"^\W*(?:number|count) of\b|^\W*(?:employees|headcount)\W*$|\bratio\b|\(days\)|\bin years\b"
    r"|\(years\)|\b(?:useful|remaining|average|contractual)\s+(?:\w+\s+)?(?:life|term)\b",
    re.IGNORECASE,
)
_NO_KIND = re.compile(r"\b(?:par|stated) value\b|\d,\d{3},\d{3}", re.IGNORECASE)
_BRACKETED_FIGURES = re.compile(r"\([^()]*\d[^()]*\)")


@dataclass(frozen=True, slots=True)
class Note:
    """What a caption says.

    `scale` and `shares` are powers of ten of money and of share counts (None: as money); `dollars` when it
    names dollars, `per_share` when it speaks of amounts per share.
    """

    scale: int
    shares: int | None
    dollars: bool
    per_share: bool = False


@lru_cache(maxsize=4_096)
def read_note(text: str) -> Note | None:
    """The scale that a caption, heading or sentence states, None if it states none."""
    text = text[-MAX_NOTE:]
    shares = _SHARES_TOO.search(text) or _SHARES.search(text)
    share_scale = _POWERS[shares[1].lower()] if shares else None
    found = _STATED.search(text)
    if found:
        word = next(group for group in found.groups() if group)
        scale = _POWERS[word.lower()]
        if shares and shares.start() <= found.start() and shares.end() >= found.end():
            scale = _other_scale(text[shares.end() :]) or (scale if _SHARES_TOO.search(text) else 0)
    elif _ZEROS.search(text):
        scale = 3
    else:
        return None
    exception = _EXCEPT.search(text)
    if exception and share_scale is None and _EXCEPT_SHARES.search(_without_per_share(exception[1])):
        share_scale = 0
    return Note(scale, share_scale, bool(_DOLLARS.search(text)), bool(_SAYS_PER_SHARE.search(text)))


def _other_scale(text: str) -> int | None:
    found = _STATED.search(text)
    return _POWERS[next(group for group in found.groups() if group).lower()] if found else None


def _without_per_share(text: str) -> str:
    return re.sub(
        r"\bper[\s-]+(?:common\s+|ordinary\s+)?share\b(?:\s+(?:amounts?|data|information))?",
        " ",
        text,
        flags=re.IGNORECASE,
    )


def is_note(text: str) -> bool:
    """True for a heading that says nothing but a scale: "(in millions, except per share data)"."""
    return len(text) < 120 and _ONLY_NOTE.match(text) is not None and read_note(text) is not None


@lru_cache(maxsize=16_384)
def kind_of(label: str) -> str:
    """What a row label or column heading says its numbers are.

    "per share", "shares", "percent", "count", or "" for money or nothing said.
    """
    if is_note(label) or _NO_KIND.search(label):
        return ""
    label = _BRACKETED_FIGURES.sub(" ", label) or label
    if _SHARE_COUNT.search(label) and not _NOT_COUNT.search(label):
        return "shares"
    if _PER_SHARE.search(label):
        return "per share"
    if _PERCENT.search(label):
        return "percent"
    return "count" if _PLAIN_COUNT.search(label) else ""
