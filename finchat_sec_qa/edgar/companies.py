"""What a ticker, a CIK or a company's name means, from EDGAR's list of tickers and its older names."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finchat_sec_qa.errors import BadBodyError
from finchat_sec_qa.model.accession import padded_cik

_SUFFIXES = frozenset(
    "and ag co com companies company corp corporation inc incorporated limited llc lp ltd nv plc sa"
    " se".split()
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of EDGAR's list of tickers."""

    cik: str
    ticker: str
    title: str


class TickerList:
    """EDGAR's list of companies with tickers, largest first. Immutable."""

    def __init__(self, lines: Sequence[Listed]) -> None:
        self._lines = tuple(lines)
        self._by_ticker: dict[str, str] = {}
        self._by_key: dict[str, dict[str, None]] = {}  # CIKs in the list's order
        for line in lines:
            self._by_ticker.setdefault(ticker_key(line.ticker), line.cik)
            self._by_key.setdefault(name_key(line.title), {})[line.cik] = None

    @classmethod
    def from_json(cls, value: Any, label: str) -> "TickerList":
        """From files/company_tickers.json. Raises BadBodyError."""
        try:
            return cls([_listed(row) for row in value.values()])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadBodyError(f"{label}: not EDGAR's list of tickers ({error!r})") from error

    def by_ticker(self, text: str) -> str | None:
        """The CIK of a ticker, in any case, with "." or "-" before the class of shares."""
        return self._by_ticker.get(ticker_key(text))

    def by_name(self, text: str) -> str | None:
        """The CIK of a name as listed now, or of the only company whose name starts with it."""
        key = name_key(text)
        if not key:
            return None
        if key in self._by_key:
            return next(iter(self._by_key[key]))  # the largest of that name
        started = {cik for other, ciks in self._by_key.items() if other.startswith(f"{key} ") for cik in ciks}
        return started.pop() if len(started) == 1 else None

    def nearest(self, text: str, count: int = 5) -> tuple[Listed, ...]:
        """Companies whose names are most like a text; those that share its first word before others."""
        key = name_key(text)
        first = key.partition(" ")[0]
        keys = [other for other in self._by_key if first and other.partition(" ")[0] == first]
        keys.sort(key=lambda other: not key.startswith(f"{other} "))  # "apple" for "apple computer" first
        keys += [other for other in difflib.get_close_matches(key, self._by_key, count) if other not in keys]
        ciks = dict.fromkeys(cik for other in keys for cik in self._by_key[other])
        chosen = list(ciks)[:count]
        first_lines = {line.cik: line for line in reversed(self._lines) if line.cik in chosen}
        return tuple(first_lines[cik] for cik in chosen)

    def has(self, cik: str) -> bool:
        """True when the company has a ticker."""
        return any(line.cik == cik for line in self._lines)


def _listed(row: Mapping[str, Any]) -> Listed:
    cik = padded_cik(row["cik_str"])
    if cik is None:
        raise ValueError(f"{row['cik_str']!r} is no CIK")
    return Listed(cik, str(row["ticker"]).upper(), str(row["title"]))


def ticker_key(text: str) -> str:
    """A ticker as EDGAR writes it: upper case, "-" before the class of shares."""
    return re.sub(r"[./ ]", "-", text.strip().upper())


def name_key(text: str) -> str:
    """A company's name without case, accents, punctuation, state marks and legal form.

    "COCA COLA CO", "The Coca-Cola Company" and "coca cola" have one key.
    """
    plain = unicodedata.normalize("NFKD", text[:300]).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"/[a-z]{2,4}/?\s*$", " ", plain).replace("&", " and ").replace("'", "")
    words = re.findall(r"[a-z0-9]+", plain)
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return " ".join(words)


def looked_up(body: bytes, text: str) -> tuple[str, ...]:
    """CIKs that ever had a name, from EDGAR's cik-lookup-data.txt ("NAME:CIK:" a line, all names ever)."""
    key = name_key(text)
    first = key.partition(" ")[0].encode().upper()
    if not first:
        return ()
    found: dict[str, None] = {}
    for name, cik in _lookup_lines(body, first):
        padded = padded_cik(cik)
        if padded and name_key(name) == key:
            found[padded] = None
    return tuple(found)


def _lookup_lines(body: bytes, word: bytes) -> Iterator[tuple[str, str]]:
    # A million lines: only those that hold the first word are worth looking at.
    for line in re.finditer(
        rb"^([^\n:]*" + re.escape(word) + rb"[^\n]*):(\d{1,10}):?\r?$", body, re.MULTILINE
    ):
        yield line.group(1).decode("latin-1"), line.group(2).decode()
