"""Number questions with words that no part of the company explains: a product nobody reports, "adjusted".

Passages that merely use such a word are no answer. What is quoted gives an amount with all of the words: a
row of a table that is named so, or a sentence that names the figure as well. Else the answer is a refusal.
"""

import re
from collections.abc import Iterator, Sequence

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import from_quotes, refuse
from finchat_sec_qa.answer.extract import LONGEST, Quote
from finchat_sec_qa.answer.findings import Company, Miss, worded
from finchat_sec_qa.cite.sentences import quotable_spans
from finchat_sec_qa.facts.labels import listed
from finchat_sec_qa.facts.lexicon import Entry, entries, find_mentions, words_of
from finchat_sec_qa.facts.members import KIND_WORDS, part_of
from finchat_sec_qa.facts.ranking import name_of
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.passage import PassageHit
from finchat_sec_qa.question.wish import narrow, wish_of
from finchat_sec_qa.retrieve.query import query_terms
from finchat_sec_qa.retrieve.search import find_passages

CANDIDATES = 40
MAX_QUOTES = 3
USUAL = "revenue"  # what a table of parts gives where its rows do not say
FORM = frozenset("total net revenue revenues sales and of the from in".split())
BESIDE = 2  # other words of a row's name
BETWEEN = 4  # words that may stand between a figure's name and what it is of
SHOWN = 12  # parts that a refusal names
CELL = " | "
MONEY = re.compile(
    r"[$€£¥]\s?\d|\d{1,3}(?:,\d{3})+|\d(?:\.\d+)?\s*(?:million|billion|trillion|thousand)\b", re.IGNORECASE
)
AMOUNT = re.compile(
    r"[$€£¥]?\s?\(?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3})\)?"
)  # a cell; no rates, no percents
NUMBER = re.compile(r"\d")


def answer_unexplained(case: Case, miss: Miss) -> Answer | None:
    """Rows and sentences that give the amount, or a refusal that says what is reported instead.

    None where the filings of the period carry no XBRL facts: there only passages can tell.
    """
    entry = entries()[case.plan.entry]
    scope = narrow(case.scope, case.plan)
    hits = find_passages(case.store, query_terms(case.plan.words), scope, wish_of(case.plan), CANDIDATES)
    quotes = sorted(
        {quote for hit in hits for quote in _telling(case, hit, entry)},
        key=lambda quote: (-quote.score, quote.filing, quote.document, quote.start),
    )
    if quotes:
        case.stage("compose")
        return from_quotes(case.frame, case.sources, quotes[:MAX_QUOTES])
    return _refuse(case, entry, miss) if miss.reported else None


def tells(text: str, entry: Entry, member: Sequence[str]) -> bool:
    """Whether a row or sentence gives an amount of an entry for what the words name."""
    wanted = set(member) - KIND_WORDS or set(member)
    label, cell, values = text.partition(CELL)
    if cell:
        said = words_of(label)
        named = entry.key == USUAL or bool(_mentioned(said, entry))
        told = named and wanted <= set(said) and len(set(said) - wanted - FORM) <= BESIDE
        if not told or any(word.isdigit() for word in wanted):  # a row of models looks like amounts
            return False
        return any(AMOUNT.fullmatch(one.strip()) for one in values.split(CELL.strip()))
    return _says_amount(text, entry, wanted)


def _says_amount(text: str, entry: Entry, wanted: set[str]) -> bool:
    """Whether a sentence names the figure, all of the words close to it, and an amount after it."""
    amount = MONEY if entry.unit == "USD" else NUMBER
    said = words_of(text)
    reach = len(wanted) + BETWEEN
    for start, end in _mentioned(said, entry):
        beside = {*said[max(0, start - reach) : start], *said[end : end + reach]}
        if wanted <= beside and amount.search(text, _after(text, said[start:end], start)):
            return True
    return False


def _after(text: str, name: Sequence[str], count: int) -> int:
    """Where a name ends that `count` words stand before; the end of the text where it is not found."""
    for found in re.finditer(r"\W+".join(map(re.escape, name)), text, re.IGNORECASE):
        if len(words_of(text[: found.start()])) == count:
            return found.end()
    return len(text)


def _mentioned(said: Sequence[str], entry: Entry) -> list[tuple[int, int]]:
    """Where words name the entry, and no other whose name only begins alike."""
    return [(found.start, found.end) for found in find_mentions(said) if found.entry == entry]


def _telling(case: Case, hit: PassageHit, entry: Entry) -> Iterator[Quote]:
    passage = hit.passage
    source = case.sources.get(hit.filing, passage.document)
    for start, end in quotable_spans(source.text, source.blocks, passage.start, passage.end):
        if end - start <= LONGEST and tells(source.text[start:end], entry, case.plan.member):
            yield Quote(hit.filing, passage.document, start, end, round(hit.score, 6))


def _refuse(case: Case, entry: Entry, miss: Miss) -> Answer:
    """The refusal, with the parts that the amount is reported for."""
    company = Company(case.store, case.plan.subjects[0], case.scope)
    target = company.calendar.target(case.asked)
    reported = [fact for _, fact in company.facts(entry) if target is None or target.fits(fact)]
    parts = list(dict.fromkeys(name_of(fact) for fact in reported if part_of(fact) is not None))
    whole = ["the whole company"] if any(not fact.dimensions for fact in reported) else []
    message = (
        f"The filings of {company.subject.name} here give no {entry.label} with the words "
        f"“{' '.join(case.plan.member)}”: no part is called so, and no row or sentence gives such an amount."
    )
    given = [*whole, *parts[:SHOWN], *(["others"] if len(parts) > SHOWN else [])]
    if given:
        message += f" For {worded(case.asked)} it is reported for {listed(given)}."
    return refuse(case.frame, "not_disclosed", message, miss.searched)
