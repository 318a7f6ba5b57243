"""Text to index terms. Passages and questions go through the same function, whatever engine stores them."""

import re
import threading
import unicodedata
from collections.abc import Callable

import Stemmer

ANALYSIS = 1
"""Raise when `terms` changes its mind about any text: stores then make their index anew."""

LONGEST_TERM = 40
"""Terms are cut to this many characters; only junk is longer."""

_STOP_TEXT = """
a about above after again all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he her
here hers him his how i if in into is it its itself just me more most my no nor not of off on once only
or other our ours out over own same shall she should so some such than that the their theirs them then
there these they this those through to too under until up upon us very was we were what when where which
while who whom whose why will with would you your yours
"""

STOP_WORDS = frozenset(_STOP_TEXT.split())
"""Words that stand in every filing and tell none from another; `terms` drops them."""

_CACHE_LIMIT = 200_000
_RUN = re.compile(r"[^\W_]+(?:[-'&.,][^\W_]+)*")
_FORM = re.compile(r"(6|8|10|20|40)-?([kqf])")
_KEPT = re.compile(r"[a-z](?:\.[a-z])+|[a-z]{1,4}(?:&[a-z]{1,4})+")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_PART = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![^\W_])|\d+\.\d+(?![^\W_])|[^\W_]+")
_ENDING = re.compile(r"(?:n't|'[a-z]{1,2})(?![^\W_])")  # company's, don't, we've
_UNITED_STATES = frozenset({"usa", "u.s", "u.s.a"})


class _Words(dict[str, str]):
    """Remembers the terms of every word between blanks, since filings repeat themselves; bounded."""

    def __init__(self, analyse: Callable[[str], str]) -> None:
        self._analyse = analyse

    def __missing__(self, word: str) -> str:
        found = self._analyse(word)
        if len(word) <= LONGEST_TERM:
            if len(self) >= _CACHE_LIMIT:
                self.clear()
            self[word] = found
        return found


_stemmer = Stemmer.Stemmer("english")
_stemmer_lock = threading.Lock()  # a Stemmer keeps state while it works


def terms(text: str) -> list[str]:
    """The index terms of a text, in order, repeats included.

    Lower-case English stems without accents and stop words. "10-K", "R&D" and "U.S." stay whole ("US" in
    capitals counts as "U.S."); numbers lose their commas and signs; other compounds are split.
    """
    return term_line(text).split()


def term_line(text: str) -> str:
    """The terms of a text with blanks between them, as an engine that splits at blanks wants them."""
    return " ".join(map(_words.__getitem__, text.split()))


def _analyse(word: str) -> str:
    """The terms of one word between blanks, with whatever punctuation sticks to it."""
    plain = word if word.isascii() else _fold(word)
    return " ".join(term[:LONGEST_TERM] for run in _RUN.findall(plain) for term in _run_terms(run))


def _fold(word: str) -> str:
    """ASCII letters for accented ones, ligatures, full-width forms; straight apostrophes."""
    spread = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(char for char in spread if not unicodedata.combining(char))


def _run_terms(run: str) -> tuple[str, ...]:
    """The terms of letters and digits with single marks between them."""
    low = _ENDING.sub("", run.lower())
    if low.isalpha() and run != "US" and low != "usa":
        return () if low in STOP_WORDS else (_part_term(low),)
    if _NUMBER.fullmatch(low):
        return (low.replace(",", ""),)
    if run == "US" or low in _UNITED_STATES:
        return ("u.s",)
    form = _FORM.fullmatch(low)
    if form:
        return (f"{form[1]}-{form[2]}",)
    if _KEPT.fullmatch(low):
        return (low,)
    parts = _PART.findall(low)
    return tuple(_part_term(part) for part in parts if part not in STOP_WORDS)


def _part_term(part: str) -> str:
    if part[0].isdigit():
        return part.replace(",", "")
    with _stemmer_lock:
        stem: str = _stemmer.stemWord(part[:LONGEST_TERM])
    return stem


_words = _Words(_analyse)
