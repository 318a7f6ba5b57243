"""A question's words as weighted index terms: instructions dropped, terms of the field added."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from finchat_sec_qa.index.tokens import terms

WORD = re.compile(r"[a-z0-9&]+(?:-[a-z0-9]+)*")
# Sentences that tell how to answer, not what is asked.
INSTRUCTION = re.compile(
    r"\b(?:please|round|respond|give a response|provide a response|answer (?:in|the question)"
    r"|address the question|base your|basing your|by relying|by utilizing|by assuming|perspective of)\b",
    re.IGNORECASE,
)
# "If that is not a useful metric, then state that and explain why.": what to say where there is no answer.
CONTINGENCY = re.compile(
    r"(?:^|(?<=[.?!;])\s)\s*(?:and\s+|but\s+|otherwise,?\s+)?if\b[^.?!;]*(?:\bnot\b|\bnever\b|\bno\b|n[’']t\b)[^.?!;]*"
    r"\b(?:state|say|explain|mention|answer|indicate|respond|reply|write|note)\b[^?!]*?(?:[.!](?=\s|$)|$)",
    re.IGNORECASE,
)
AFTER_SENTENCE = re.compile(r"(?<=[.?!])")
LONG = 120  # characters; shorter questions bring no instructions
# Words of questions that stand in no passage for their own sake.
ASKING = frozenset(
    terms(
        "main key major primary what which how much many tell give please fiscal year company report reported"
        " filing question answer describe explain list mention mentioned state stated according based"
        " regarding concerning say says said give tell find information done"
    )
)


@dataclass(frozen=True, slots=True)
class Route:
    """Words that call for other words: see routes.toml."""

    when: tuple[tuple[str, ...], ...]
    add: tuple[str, ...]
    weight: float


def without_contingencies(question: str) -> str:
    """The question without what to say if it has no answer; as it stands where nothing else is left."""
    return " ".join(CONTINGENCY.sub(" ", question).rstrip("; ").split()) or question


def query_terms(text: str) -> list[tuple[str, float]]:
    """Weighted terms for search, in a stable order; the question's own weigh 1, added ones less."""
    text = without_contingencies(text)
    own = [term for term in terms(_asked(text)) if term not in ASKING] or terms(text)
    weights = dict.fromkeys(own, 1.0)
    words = tuple(WORD.findall(text.lower()))
    for route in routes():
        if any(_contains(words, phrase) for phrase in route.when):
            for term in route.add:
                weights[term] = max(weights.get(term, 0.0), route.weight)
    return list(weights.items())


def own_terms(text: str) -> list[str]:
    """The terms that carry the question's meaning, each once, in order; none added."""
    asked = _asked(without_contingencies(text))
    return list(dict.fromkeys(term for term in terms(asked) if term not in ASKING))


@cache
def routes() -> tuple[Route, ...]:
    """The routes in the order of the file."""
    data = tomllib.loads(files(__package__).joinpath("routes.toml").read_text(encoding="utf-8"))
    return tuple(
        Route(
            when=tuple(tuple(WORD.findall(phrase)) for phrase in fields["when"]),
            add=tuple(dict.fromkeys(terms(fields["add"]))),
            weight=float(fields["weight"]),
        )
        for fields in data.values()
    )


def _asked(text: str) -> str:
    """A long question without its sentences that tell how to answer."""
    if len(text) <= LONG:
        return text
    sentences = AFTER_SENTENCE.split(text)
    return " ".join(s for s in sentences if s[-1:] not in (".", "?", "!") or not INSTRUCTION.search(s))


def _contains(words: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(tuple(words[at : at + size]) == tuple(phrase) for at in range(len(words) - size + 1))
