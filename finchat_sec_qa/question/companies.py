"""Which companies a question names, by name, ticker, CIK, former name or common name."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from finchat_sec_qa.facts.lexicon import entries, words_of
from finchat_sec_qa.facts.spans import longest_apart
from finchat_sec_qa.model.filing import Company, Filing
from finchat_sec_qa.model.plan import Subject

LEGAL_FORMS = frozenset(
    "inc incorporated corp corporation co company companies plc ltd limited llc lp nv sa ag se the de "
    "new holdings holding group com".split()
)
# Those of them that stand behind a name however the registrant writes it: "Amazon.com", "Coca-Cola Co".
SUFFIXES = LEGAL_FORMS - {"se", "the", "de", "new", "holding", "group", "companies"}
# First words that say too little to stand for the company alone.
COMMON_FIRST = frozenset(
    "advanced american applied bank best block capital central chase community consolidated digital "
    "dollar eastern energy enterprise express federal financial first foot general global great health "
    "home industrial international key life micro mid motors national net new north northern old one "
    "pacific phillips public quest regions republic rock royal school service sirius solar southern "
    "southwest standard state summit super target texas total tractor tri union united universal us "
    "valley virgin waste water western world".split()
)
CIK_DIGITS = re.compile(r"[0-9]{1,10}")
CIK = re.compile(r"\bCIK\s*#?\s*0*(\d{1,10})\b", re.IGNORECASE)
TICKER = re.compile(r"(?<![A-Za-z0-9&])\$?([A-Z]{1,5}(?:[.-][A-Z])?)(?=$|[^A-Za-z0-9&])")
# Upper-case words of finance questions that are tickers too.
NOT_TICKERS = frozenset(
    "A I K Q FY EPS USD US CEO CFO COO GAAP SEC EBIT EBITDA FCF ROA ROE ROI DPO DSO DIO CCC COGS PPE AR "
    "AP AGM IT AI AND OR OF IN ON TO BY AT IS IF DO BE GO IP UK EU NET ALL ANY ARE CAN HAS FOR FX OCI "
    "RD LIFO FIFO SGA SG PP CAGR YOY QOQ TTM LTM CAPEX OPEX".split()
)


@dataclass(frozen=True, slots=True)
class Named:
    """A company that the question names at words [start, end) of `words_of(question)`; -1 for a CIK."""

    subject: Subject
    start: int
    end: int


@lru_cache(maxsize=20_000)
def core_name(name: str) -> str:
    """The name without its legal form: "The Coca-Cola Company" gives "coca cola"."""
    words = list(words_of(name.partition("/")[0]))
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words)


@dataclass(frozen=True)
class Directory:
    """The names of a store's companies, made once for each set of companies."""

    companies: tuple[Company, ...]

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """One subject for all companies that share a name, a former name or a ticker.

        A PDF brings no CIK, so that one company may be stored under its CIK and under its name.
        """
        groups: list[tuple[set[str], list[Company]]] = []
        for company in self.companies:
            marks = {core_name(name) for name in (company.name, *company.names)} | set(company.tickers)
            same = [item for item in groups if item[0] & marks]
            groups = [item for item in groups if not item[0] & marks]
            members = [other for _, others in same for other in others]
            groups.append((marks.union(*(known for known, _ in same)), [*members, company]))
        return tuple(
            Subject(max(same, key=lambda company: company.filings).name, tuple(item.key for item in same))
            for _, same in groups
        )

    @cached_property
    def by_key(self) -> dict[str, Subject]:
        """Subjects by the store's keys."""
        return {key: subject for subject in self.subjects for key in subject.keys}

    @cached_property
    def by_alias(self) -> dict[tuple[str, ...], Subject]:
        """Subjects by every word sequence that stands for them."""
        cores = {core_name(company.name) for company in self.companies}
        firsts = Counter(core.split()[0] for core in cores if core)
        return {
            alias: self.by_key[company.key]
            for company in self.companies
            for alias in sorted(_aliases(company, firsts))
        }

    @cached_property
    def by_ticker(self) -> dict[str, Subject]:
        """Subjects by ticker, BRK.B as BRK-B."""
        return {
            ticker.replace(".", "-"): self.by_key[company.key]
            for company in self.companies
            for ticker in company.tickers
        }

    @cached_property
    def longest(self) -> int:
        """Words of the longest alias."""
        return max(map(len, self.by_alias), default=0)


@lru_cache(maxsize=8)
def directory(companies: tuple[Company, ...]) -> Directory:
    """The directory of these companies."""
    return Directory(companies)


def group(companies: Sequence[Company]) -> tuple[Subject, ...]:
    """The subjects that a store's companies are."""
    return directory(tuple(companies)).subjects


def subject_of(filing: Filing, companies: Sequence[Company]) -> Subject | None:
    """The subject that a stored filing belongs to; None for a filing that is not in the store."""
    core = core_name(filing.company)
    for company in companies:
        by_name = company.cik is None and core in {core_name(name) for name in company.names}
        if company.cik == filing.cik if filing.cik else by_name:
            return directory(tuple(companies)).by_key[company.key]
    return None


def find_companies(question: str, companies: Sequence[Company]) -> list[Named]:
    """Companies of the store that the question names, in its order, each once; longer names win."""
    words = words_of(question)
    known = directory(tuple(companies))
    found = [*_by_cik(question, known), *_by_name(words, known), *_by_ticker(question, known)]
    if not found:
        found = _by_word(words, known)
    return longest_apart(_with_suffix(item, words) for item in found)


def _with_suffix(item: Named, words: Sequence[str]) -> Named:
    """The name with the words of a legal form behind it."""
    end = item.end
    while 0 < end < len(words) and words[end] in SUFFIXES:
        end += 1
    return replace(item, end=end)


def resolve_company(text: str, companies: Sequence[Company]) -> Subject | None:
    """The company that a scope names by key, CIK, ticker or name; None if it is none of the store's."""
    known = directory(tuple(companies))
    if text in known.by_key:
        return known.by_key[text]
    if CIK_DIGITS.fullmatch(text):
        return next((known.by_key[c.key] for c in companies if c.cik and int(c.cik) == int(text)), None)
    ticker = text.upper().replace(".", "-")
    if ticker in known.by_ticker:
        return known.by_ticker[ticker]
    alias = tuple(words_of(text))
    if alias in known.by_alias:
        return known.by_alias[alias]
    named = {item.subject for item in find_companies(text, companies)}
    return named.pop() if len(named) == 1 else None


def _by_cik(question: str, known: Directory) -> list[Named]:
    asked = {int(match[1]) for match in CIK.finditer(question)}
    return [Named(known.by_key[c.key], -1, -1) for c in known.companies if c.cik and int(c.cik) in asked]


def _by_name(words: Sequence[str], known: Directory) -> list[Named]:
    return [
        Named(known.by_alias[tuple(words[at : at + size])], at, at + size)
        for at in range(len(words))
        for size in range(1, min(known.longest, len(words) - at) + 1)
        if tuple(words[at : at + size]) in known.by_alias
    ]


def _by_ticker(question: str, known: Directory) -> list[Named]:
    found = []
    for match in TICKER.finditer(question):
        ticker = match[1].replace(".", "-")
        plain_word = ticker in NOT_TICKERS or len(ticker) == 1
        if ticker not in known.by_ticker or (plain_word and not match[0].startswith("$")):
            continue
        at = len(words_of(question[: match.start()]))
        found.append(Named(known.by_ticker[ticker], at, at + len(words_of(match[1]))))
    return found


def _by_word(words: Sequence[str], known: Directory) -> list[Named]:
    """Tickers in small letters, where nothing else names a company and the word means nothing else."""
    return [
        Named(known.by_ticker[word.upper()], at, at + 1)
        for at, word in enumerate(words)
        if len(word) > 2 and word.upper() in known.by_ticker and word not in _field_words()
    ]


@cache
def _field_words() -> frozenset[str]:
    """Words of finance that are tickers too: "cost" is not Costco."""
    terms = [term for entry in entries().values() for term in entry.terms]
    return frozenset(word for term in terms for word in term) | {name.lower() for name in NOT_TICKERS}


def _aliases(company: Company, firsts: Mapping[str, int]) -> set[tuple[str, ...]]:
    """Word sequences that stand for a company. A first word alone does if it is telling and unique."""
    aliases: set[tuple[str, ...]] = set()
    for name in (company.name, *company.names):
        core = core_name(name)
        words = tuple(core.split())
        if not words:
            continue
        aliases.update({tuple(words_of(name)), words})
        aliases.update(tuple(words_of(other)) for other in _common_names().get(core, ()))
        if len(words) > 1:
            aliases.add(("".join(words),))
            first = words[0]
            if len(first) > 3 and first not in COMMON_FIRST and firsts.get(first, 1) == 1:
                aliases.add((first,))
        if len(words) > 2:
            aliases.add(("".join(word[0] for word in words),))
    return {alias for alias in aliases if alias and len("".join(alias)) > 1}


@cache
def _common_names() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
