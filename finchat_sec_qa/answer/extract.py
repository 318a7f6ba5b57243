"""The few sentences of the best passages that bear on a question, and whether they bear on it at all."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.cite.sentences import quotable_spans
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.model.passage import PassageHit
from finchat_sec_qa.retrieve.query import own_terms, query_terms

MAX_SENTENCES = 4
MAX_PER_PASSAGE = 2
SHORTEST, LONGEST = 30, 700  # characters of a quote that reads well
SHORTEST_POINT = 80  # characters of a list item that says something by itself
LEAST_COVERAGE = 0.5  # share of a long question's terms that one passage must speak of
SHORT_QUESTION = 2  # terms; one passage must speak of all of so few
MIN_WORDS = 6
LEAST_SHARE = 0.6  # of the best quote's score that another must have
COUNTING = re.compile(r"\bhow (?:many|much)\b|\bnumber of\b|\bamount\b", re.IGNORECASE)
# Sentences that only say where else to read.
POINTER = re.compile(
    r"\brefer to\b|\bsee (?:note|item|part|further|also|“)|\bincorporated (?:herein )?by reference\b"
    r"|\bset forth (?:in|under)\b|\bfollowing table\b",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d[\d,.]*\d|\$\d")
PROPER = re.compile(r"(?<=[a-z,;:'’\"(] )(?:[A-Z][A-Za-z&'’-]+)(?:\s+[A-Z][A-Za-z&'’-]+)*")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence, or a row of a table, to be cited."""

    filing: str
    document: int
    start: int
    end: int
    score: float


def pick(
    question: str, words: str, hits: Sequence[PassageHit], source_of: Callable[[str, int], Source]
) -> tuple[Quote, ...]:
    """The sentences to quote, most telling first; empty when the passages do not speak of the question.

    `words` is the question without companies and periods; `source_of` gives a document of a filing.
    """
    sources = [source_of(hit.filing, hit.passage.document) for hit in hits]
    bags = [
        set(terms(f"{hit.passage.heading} {source.text[hit.passage.start : hit.passage.end]}"))
        for hit, source in zip(hits, sources, strict=True)
    ]
    weights = _weights(own_terms(words), bags)
    if not hits or unknown_names(question, words, bags) or _coverage(weights, bags) < LEAST_COVERAGE:
        return ()
    hints = {term: weight for term, weight in query_terms(words) if weight < 1.0}
    wanted = _Wanted(weights, hints, max(hit.score for hit in hits), COUNTING.search(question) is not None)
    found: list[Quote] = []
    for hit, source in zip(hits, sources, strict=True):
        found.extend(_quotes(hit, source, wanted))
    return _spread(found, lambda quote: source_of(quote.filing, quote.document).text[quote.start : quote.end])


def unknown_names(question: str, words: str, bags: Sequence[set[str]]) -> list[str]:
    """Names in the question that no passage found speaks of: a question built on them has no support."""
    known = set().union(*bags) if bags else set()
    asked = set(terms(words))
    missing = []
    for match in PROPER.finditer(question):
        named = [term for term in terms(match[0]) if term in asked]
        if named and not any(term in known for term in named):
            missing.append(match[0])
    return missing


def _weights(asked: Sequence[str], bags: Sequence[set[str]]) -> dict[str, float]:
    """How much each term of the question tells: the rarer among the passages found, the more."""
    seen = Counter(term for bag in bags for term in bag)
    return {term: math.log(1 + len(bags) / (0.5 + seen[term])) for term in asked}


def _coverage(weights: Mapping[str, float], bags: Sequence[set[str]]) -> float:
    """Share of the question's terms, alike in weight, that the best single passage speaks of."""
    if not weights:
        return 1.0
    best = max((len(bag & weights.keys()) / len(weights) for bag in bags), default=0.0)
    return best if len(weights) > SHORT_QUESTION or best == 1.0 else 0.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What makes a sentence worth quoting: its terms, terms of its field, a good passage, a number."""

    weights: Mapping[str, float]
    hints: Mapping[str, float]
    best: float
    counting: bool

    def score(self, sentence: str, heading: set[str], passage_score: float) -> float:
        """Higher is better; 0 for a sentence that shares no term with the question."""
        bag = set(terms(sentence))
        own = sum(weight for term, weight in self.weights.items() if term in bag)
        if own == 0:
            return 0.0
        own += 0.3 * sum(weight for term, weight in self.weights.items() if term in heading - bag)
        hinted = sum(weight for term, weight in self.hints.items() if term in bag)
        length = 1 + 0.15 * max(0.0, (len(sentence) - 300) / 300)
        number = 1.0 if self.counting and DIGITS.search(sentence) else 0.0
        share = own / sum(self.weights.values())
        score = (3 * share + 0.1 * hinted + number) / length + passage_score / self.best
        return score / 2 if POINTER.search(sentence) else score


def _quotes(hit: PassageHit, source: Source, wanted: _Wanted) -> Iterator[Quote]:
    passage = hit.passage
    heading = set(terms(passage.heading))
    for start, end in quotable_spans(source.text, source.blocks, passage.start, passage.end):
        sentence = source.text[start:end]
        score = wanted.score(sentence, heading, hit.score) if _reads_well(sentence) else 0.0
        if score > 0:
            yield Quote(hit.filing, passage.document, start, end, round(score, 6))


def _reads_well(sentence: str) -> bool:
    """A whole sentence or a table row that is worth quoting, no fragment, list of names or bare title."""
    if not SHORTEST <= len(sentence) <= LONGEST or len(sentence.split()) < MIN_WORDS:
        return False
    if " | " in sentence:
        return any(char.isdigit() for char in sentence)
    if sentence[0] == "•" and len(sentence) < SHORTEST_POINT:
        return False
    opens = sentence[0].isupper() or sentence[0] in '“"•$('
    return opens and sentence[-1] in '.;:!?”")'


def _spread(quotes: Sequence[Quote], text_of: Callable[[Quote], str]) -> tuple[Quote, ...]:
    """The best quotes, none said twice, not all from one place."""
    ranked = sorted(quotes, key=lambda quote: (-quote.score, quote.filing, quote.document, quote.start))
    kept: list[Quote] = []
    said: set[str] = set()
    for quote in ranked:
        words = " ".join(text_of(quote).lower().split())
        near = sum(
            quote.filing == other.filing
            and quote.document == other.document
            and abs(quote.start - other.start) < 2_000
            for other in kept
        )
        if words in said or near >= MAX_PER_PASSAGE:
            continue
        if kept and quote.score < LEAST_SHARE * kept[0].score:
            break
        kept.append(quote)
        said.add(words)
        if len(kept) == MAX_SENTENCES:
            break
    return tuple(kept)
