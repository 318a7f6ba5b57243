"""The lexicon: analysts' words and the XBRL concepts that answer them (data in lexicon.toml)."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from finchat_sec_qa.facts.spans import longest_apart
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact

WORD = re.compile(r"[a-z0-9&]+")
POSSESSIVE = re.compile(r"(?<=[\w.)])'s\b|(?<=s)'(?=\s|$)")
KNOWN = frozenset(
    "label kind unit terms concepts never printed otherwise own change_of within lines parts".split()
)
PREFIXES = ("us-gaap", "dei", "ifrs-full", "srt")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be asked for.

    `concepts` are local names, most fitting first; `printed` are keys of entries whose printed rows answer
    it where there are no XBRL facts, its own first. `otherwise` are expressions over other entries that
    give it where a company does not report it, `own` is a pattern of companies' own tags; `change_of` is the
    balance whose change of a period it is. `within` is the total whose lines of these `concepts` and `lines`
    make it in a formula, `parts` are entries that do where none of its lines stands there.
    """

    key: str
    label: str
    kind: Literal["flow", "instant"]
    unit: str
    terms: tuple[tuple[str, ...], ...]
    concepts: tuple[str, ...]
    never: tuple[tuple[str, ...], ...]
    printed: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    own: str = ""
    change_of: str = ""
    within: str = ""
    lines: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All concepts that answer it, with their prefixes."""
        tagged = (f"{prefix}:{name}" for prefix in PREFIXES for name in self.concepts)
        return (*tagged, *(f"{PRINTED}:{key}" for key in self.printed))

    def place(self, concept: str) -> int | None:
        """How well a concept with its prefix fits: 0 is best, None not at all; printed rows come last."""
        prefix, _, local = concept.partition(":")
        if prefix == PRINTED and local in self.printed:
            return len(self.concepts) + self.printed.index(local)
        if prefix in PREFIXES:
            return self.concepts.index(local) if local in self.concepts else None
        return len(self.concepts) + len(self.printed) if self.names_own(concept) else None

    def names_own(self, concept: str) -> bool:
        """Whether a concept is a company's own tag for it."""
        prefix, _, local = concept.partition(":")
        standard = prefix in PREFIXES or prefix in (PRINTED, PRINTED_ROW)
        return bool(self.own) and not standard and re.fullmatch(self.own, local) is not None

    def lists(self, concept: str) -> bool:
        """Whether a line of that concept under `within` is part of it."""
        prefix, _, local = concept.partition(":")
        return prefix in PREFIXES and (local in self.concepts or local in self.lines)


@dataclass(frozen=True, slots=True)
class Mention:
    """An entry found in words [start, end) of a question."""

    entry: Entry
    start: int
    end: int


def words_of(text: str) -> tuple[str, ...]:
    """Lower-case words for matching: possessives and hyphens dropped, "R&D" kept together."""
    plain = POSSESSIVE.sub("", text.lower().replace("’", "'"))
    return tuple(WORD.findall(plain.replace(" & ", " and ")))


@cache
def entries() -> dict[str, Entry]:
    """The lexicon by key, in the order of the file."""
    data = tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))
    return {key: _entry(key, fields) for key, fields in data.items()}


def find_mentions(words: Sequence[str]) -> list[Mention]:
    """Entries named in `words`, left to right; where terms overlap the longest wins."""
    known, longest = _by_term()
    found = [
        Mention(entry, at, at + size)
        for at in range(len(words))
        for size in range(1, min(longest, len(words) - at) + 1)
        for entry in known.get(tuple(words[at : at + size]), ())
        if not _barred(entry, words, at, at + size)
    ]
    return longest_apart(found)


def rank(entry: Entry, fact: Fact) -> int | None:
    """How well a fact's concept fits an entry: 0 is best, None not at all. Units must agree."""
    return entry.place(fact.concept) if _unit_fits(entry.unit, fact.unit) else None


def _unit_fits(wanted: str, unit: str | None) -> bool:
    """Dollars in the lexicon stand for the company's reporting currency."""
    if unit is None:
        return False
    if wanted == "USD":
        return re.fullmatch(r"[A-Z]{3}", unit) is not None
    if wanted == "USD/shares":
        return unit.endswith("/shares")
    return unit == wanted


@cache
def _by_term() -> tuple[dict[tuple[str, ...], list[Entry]], int]:
    """Entries by each of their terms, and the length in words of the longest term."""
    known: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries().values():
        for term in entry.terms:
            known.setdefault(term, []).append(entry)
    return known, max(map(len, known))


def _barred(entry: Entry, words: Sequence[str], start: int, end: int) -> bool:
    """Whether [start, end) is part of a phrase that means something else."""
    for phrase in entry.never:
        for at in range(max(0, end - len(phrase)), start + 1):
            if tuple(words[at : at + len(phrase)]) == phrase:
                return True
    return False


def _entry(key: str, fields: dict[str, object]) -> Entry:
    if unknown := set(fields) - KNOWN:
        raise ValueError(f"lexicon.toml [{key}]: unknown {sorted(unknown)}; known are {sorted(KNOWN)}")
    return Entry(
        key=key,
        label=str(fields["label"]),
        kind="instant" if fields["kind"] == "instant" else "flow",
        unit=str(fields["unit"]),
        terms=_phrases(fields["terms"]),
        concepts=tuple(_strings(fields["concepts"])),
        never=_phrases(fields.get("never", [])),
        printed=(key, *_strings(fields.get("printed", []))),
        otherwise=tuple(_strings(fields.get("otherwise", []))),
        own=str(fields.get("own", "")),
        change_of=str(fields.get("change_of", "")),
        within=str(fields.get("within", "")),
        lines=tuple(_strings(fields.get("lines", []))),
        parts=tuple(_strings(fields.get("parts", []))),
    )


def _phrases(value: object) -> tuple[tuple[str, ...], ...]:
    return tuple(words_of(term) for term in _strings(value))


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"lexicon.toml: expected a list, found {value!r}")
    return [str(item) for item in value]
