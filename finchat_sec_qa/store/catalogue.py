"""The list of stored filings in memory: which are in a scope, and whose they are."""

import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from finchat_sec_qa.model.filing import Company, Filing
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.store.codec import FILING_COLUMNS, filing_from
from finchat_sec_qa.store.database import meta

_LEGAL_FORMS = frozenset(
    {
        *("inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "llc"),
        *("lp", "nv", "sa", "ag", "se"),
    }
)
_NO_DATE = date.min


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored filing: its number in the tables, and the key of its company."""

    no: int
    company: str
    filing: Filing


class Catalogue:
    """All filings of a store at one moment, by company, period end (newest first), id."""

    def __init__(self, filings: Iterable[tuple[int, Filing]], digest: str, restored: int = 0) -> None:
        """`filings` come with their numbers, which mean the same as long as `restored` does; `digest` names
        their content.
        """
        self.digest = digest
        self.restored = restored
        entries = [Entry(no, company_key(filing), filing) for no, filing in filings]
        names = _latest_names(entries)
        self.entries: tuple[Entry, ...] = tuple(
            sorted(entries, key=lambda entry: _place(entry, names[entry.company]))
        )
        self.by_id = {entry.filing.id: entry for entry in self.entries}
        self.by_no = {entry.no: entry for entry in self.entries}

    def within(self, scope: Scope) -> Sequence[Entry]:
        """The filings that a scope allows, in the catalogue's order."""
        if scope == Scope():
            return self.entries
        return [entry for entry in self.entries if _allows(scope, entry)]

    @cached_property
    def companies(self) -> tuple[Company, ...]:
        """Companies by name, each with what its filings say of it; the newest filing's word comes first."""
        grouped: dict[str, list[Entry]] = {}
        for entry in self.entries:
            grouped.setdefault(entry.company, []).append(entry)
        found = [_company(key, [entry.filing for entry in same]) for key, same in grouped.items()]
        return tuple(sorted(found, key=lambda company: (company.name.casefold(), company.key)))


def load_catalogue(connection: sqlite3.Connection) -> Catalogue:
    """The catalogue of a store as the connection's transaction sees it."""
    query = f"SELECT no, digest, {FILING_COLUMNS} FROM filings ORDER BY id"
    rows = connection.execute(query).fetchall()
    filings = [(row[0], filing_from(row[2:])) for row in rows]
    content = hashlib.sha256()
    for row in rows:
        content.update(f"{row[2]}\n{row[1]}\n".encode())
    return Catalogue(filings, content.hexdigest(), meta(connection, "restored"))


def company_key(filing: Filing) -> str:
    """What `Company.key` and `Scope.companies` hold: the CIK, or the normalised name where none is known."""
    return filing.cik or normal_name(filing.company)


def normal_name(name: str) -> str:
    """A company's name without case, accents, punctuation, legal form or leading "The".

    "The Coca-Cola Company" and "COCA COLA CO /DE/" both give "coca cola".
    """
    plain = unicodedata.normalize("NFKD", re.sub(r"/[^/]*/?\s*$", "", name) or name).casefold()
    words = re.findall(r"[^\W_]+", "".join(char for char in plain if not unicodedata.combining(char)))
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words) or name.strip()


def _allows(scope: Scope, entry: Entry) -> bool:
    filing = entry.filing
    return (
        (not scope.filings or filing.id in scope.filings)
        and (not scope.companies or entry.company in scope.companies)
        and (not scope.forms or filing.form in scope.forms)
        and (not scope.fiscal_years or filing.fiscal_year in scope.fiscal_years)
        and (not scope.fiscal_periods or filing.fiscal_period in scope.fiscal_periods)
        and (scope.as_of is None or filing.filed is None or filing.filed <= scope.as_of)
    )


def _latest_names(entries: Iterable[Entry]) -> dict[str, str]:
    """The name in each company's newest filing."""
    newest: dict[str, Filing] = {}
    for entry in entries:
        known = newest.get(entry.company)
        if known is None or _age(entry.filing) < _age(known):
            newest[entry.company] = entry.filing
    return {key: filing.company for key, filing in newest.items()}


def _place(entry: Entry, company_name: str) -> tuple[str, str, tuple[int, str]]:
    return company_name.casefold(), entry.company, _age(entry.filing)


def _age(filing: Filing) -> tuple[int, str]:
    """Sorts newest first; ids decide between equals."""
    return -(filing.period_end or _NO_DATE).toordinal(), filing.id


def _company(key: str, filings: Sequence[Filing]) -> Company:
    """One company from its filings, newest first."""
    periods = [filing.period_end for filing in filings if filing.period_end]
    names = [filing.company for filing in filings]
    former = [name for filing in filings for name in filing.former_names]
    return Company(
        key=key,
        cik=filings[0].cik,
        name=filings[0].company,
        tickers=tuple(dict.fromkeys(ticker for filing in filings for ticker in filing.tickers)),
        names=tuple(dict.fromkeys(names + former)),
        filings=len(filings),
        first_period=min(periods, default=None),
        last_period=max(periods, default=None),
    )
