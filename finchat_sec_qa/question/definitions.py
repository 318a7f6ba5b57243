"""Definitions that a question gives: from words and signs to an expression over lexicon entries."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finchat_sec_qa.facts.formulas import find_formulas
from finchat_sec_qa.facts.lexicon import find_mentions, words_of
from finchat_sec_qa.question.clauses import Definition

_NOTES = re.compile(
    r"\[[^\]]*\]|\(?\s*\bfrom\s+(?:the\s+)?(?:cash\s+flow\s+statement|statement\s+of\s+cash\s+flows|balance\s+sheet"
    r"|income\s+statement|p\s*&\s*l(?:\s+statement)?|statement\s+of\s+(?:income|financial\s+position))\s*\)?"
    r"|\bunadjusted\b",
    re.IGNORECASE,
)
_OVER = r"\bover\b(?!\s+(?:the\s+)?(?:year|period|last|past|FY|\d))"
_WORDED = (
    (
        re.compile(
            r"\bdivided\s+by\b|÷|\bover\b(?!\s+(?:the\s+)?(?:year|period|last|past|FY|\d))", re.IGNORECASE
        ),
        " / ",
    ),
    (re.compile(r"\b(?:multiplied\s+by|times)\b|×|\bx\b", re.IGNORECASE), " * "),
    (re.compile(r"\b(?:less|minus)\b|(?<=\s)[-–—−](?=\s)", re.IGNORECASE), " ~ "),
    (re.compile(r"\bplus\b", re.IGNORECASE), " + "),
)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?=\s*[*/+~()]|\s*$)|(?P<sign>[-+*/~()])|(?P<words>[^+*/~()]+))"
)
_YEAR = re.compile(r"\b(?:FY|fiscal(?:\s+year)?)?\s*((?:19|20)\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\s*\b(?:between|from|over|of|for|in)\s+(?:FY|fiscal(?:\s+year)?)?\s*(\d{4})\s*(?:and|to|[-–])\s*(?:FY)?\s*(\d{4})",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"^(?:the\s+)?average\s+(?:of\s+)?", re.IGNORECASE)
_CHANGE = re.compile(r"^(?:the\s+)?(?:change|increase)\s+in\s+", re.IGNORECASE)
_FORM = re.compile(
    r",?\s*(?:expressed\s+|given\s+|stated\s+)?(?:in|as\s+an?)\s+(?:percent\w*|%|ratio|days|units\b.*)\s*$",
    re.IGNORECASE,
)
_FILL = frozenset(
    "the total in for of at end year fiscal fy amount a an during as this value opening closing and"
    " beginning ending".split()
)
MAX_DEPTH = 20


class UnreadableError(ValueError):
    """A definition that is not understood whole."""


@dataclass(slots=True)
class _Parser:
    """Reads one expression by recursive descent: sums of products of amounts."""

    tokens: list[tuple[str, str]]
    year: int | None
    known: Mapping[tuple[str, ...], str]
    at: int = 0
    depth: int = field(default=0)

    def whole(self) -> str:
        text = self._sum()
        if self.at < len(self.tokens):
            raise UnreadableError(self.tokens[self.at][1])
        return text

    def _sign(self, signs: str) -> str:
        if (
            self.at < len(self.tokens)
            and self.tokens[self.at][0] == "sign"
            and self.tokens[self.at][1] in signs
        ):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _sum(self) -> str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableError("nested too deep")
        text = self._product()
        while sign := self._sign("+~-"):
            text = f"{text} {'-' if sign in '~-' else '+'} {self._product()}"
        self.depth -= 1
        return text

    def _product(self) -> str:
        text = self._amount()
        while sign := self._sign("*/"):
            text = f"{text} {sign} {self._amount()}"
        return text

    def _amount(self) -> str:
        if self._sign("("):
            inner = self._sum()
            if not self._sign(")"):
                raise UnreadableError("a bracket is not closed")
            return f"({inner})"
        if self.at >= len(self.tokens):
            raise UnreadableError("it ends too early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return text
        if kind != "words":
            raise UnreadableError(text)
        if _AVERAGE.fullmatch(text.strip() + " ") and self._sign("("):
            inner = self._sum()
            self._sign(")")
            return f"average({inner})"
        return self._named(text)

    def _named(self, text: str) -> str:
        """An amount in words, with the years that it is of."""
        span = _SPAN.search(text)
        text = _SPAN.sub(" ", text)
        average, change = _AVERAGE.match(text), _CHANGE.match(text)
        text = _CHANGE.sub("", _AVERAGE.sub("", text))
        year = _YEAR.search(text)
        key = self._key(_YEAR.sub(" ", text))
        if span and self.year is not None and abs(int(span[1]) - int(span[2])) != 1:
            raise UnreadableError(span.group())
        back = self._back(max(int(span[1]), int(span[2])) if span else int(year[1]) if year else None)
        amount = f"prior({key}, {back})" if back else key
        if average:
            return f"average({amount})"
        return f"({amount} - prior({amount}))" if change else amount

    def _back(self, year: int | None) -> int:
        if year is None or self.year is None:
            return 0
        if year > self.year:
            raise UnreadableError(f"{year} is after the year asked for")
        return self.year - year

    def _key(self, text: str) -> str:
        """The expression that words stand for: what the question has defined, an entry, or a formula."""
        words = tuple(word for word in words_of(text) if word not in _FILL)
        if words in self.known:
            return f"({self.known[words]})"
        said = words_of(text)
        mentions = find_mentions(said)
        if len(mentions) == 1 and _covers(said, mentions[0].start, mentions[0].end):
            return mentions[0].entry.key
        formulas = find_formulas(said)
        if len(formulas) == 1 and _covers(said, formulas[0].start, formulas[0].end):
            return f"({formulas[0].formula.expression})"
        raise UnreadableError(text.strip())


def _covers(words: Sequence[str], start: int, end: int) -> bool:
    return all(start <= at < end or word in _FILL for at, word in enumerate(words))


def read_definitions(definitions: Sequence[Definition], year: int | None) -> dict[tuple[str, ...], str]:
    """Expressions by the words that name them; `year` is the fiscal year asked for.

    A definition may use others, in any order. Raises UnreadableError when one is not understood.
    """
    known: dict[tuple[str, ...], str] = {}
    waiting = list(definitions)
    while waiting:
        failed: list[Definition] = []
        problem: UnreadableError | None = None
        for item in waiting:
            try:
                expression = read_expression(item.how, year, known)
            except UnreadableError as error:
                failed.append(item)
                problem = error
                continue
            for name in names_of(item.name):
                known[name] = expression
        if problem is not None and len(failed) == len(waiting):
            raise problem
        waiting = failed
    return known


def names_of(name: str) -> list[tuple[str, ...]]:
    """The word sequences that a defined name stands for: with and without its abbreviation in brackets."""
    plain = _NOTES.sub(" ", re.sub(r"\([^)]*\)", " ", name))
    short = re.findall(r"\(([A-Z&]{2,8})\)", name)
    found = [words_of(plain), *(words_of(text) for text in short)]
    return [tuple(word for word in words if word not in _FILL) for words in found]


def read_expression(how: str, year: int | None, known: Mapping[tuple[str, ...], str]) -> str:
    """The expression of one definition. Raises UnreadableError."""
    text = _FORM.sub("", _NOTES.sub(" ", how).strip(" .;"))
    for pattern, sign in _WORDED:
        text = pattern.sub(sign, text)
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        word = (found[kind] if kind else "").strip()
        if word:
            tokens.append((kind, word))
    return _Parser(tokens, year, known).whole()
