"""Filings, the files they come as, and the companies that filed them."""

from dataclasses import dataclass, field
from datetime import date

from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.model.period import FiscalPeriodName


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as the store knows it.

    id            the accession ("0000320193-24-000123"), or the file's stem where there is none
    cik           ten digits, None where unknown (a PDF)
    company       the registrant's name as the filing gives it
    tickers       upper case, as the filing or EDGAR gives them
    former_names  other names the registrant had, newest first
    form          "10-K", "10-Q", "8-K", "10-K/A", …; "" where the document does not say
    period_end    end of the period reported on, None where the document does not say
    fiscal_year   the company's own name for the year (dei:DocumentFiscalYearFocus), None if unknown
    fiscal_year_end  "MM-DD", "" if unknown
    filed         date of filing, None where unknown
    url           address of the main document on EDGAR, None for a file with no accession
    sample        True for the filings that ship with the program
    """

    id: str
    accession: str | None
    cik: str | None
    company: str
    tickers: tuple[str, ...]
    former_names: tuple[str, ...]
    form: str
    period_end: date | None
    fiscal_year: int | None
    fiscal_period: FiscalPeriodName | None
    fiscal_year_end: str
    filed: date | None
    url: str | None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of a stored filing, without its text. `index` is its place in the filing."""

    filing: str
    index: int
    name: str
    kind: str
    role: str
    sha256: str
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class ParsedFiling:
    """Everything that one filing puts into the store, in one transaction.

    `originals` maps each document's sha256 to the bytes as they came, the wrapper of a full submission
    included; every document's sha256 is a key of it. `digest` (hex) names the content: equal digests mean
    that nothing needs to be stored again.
    """

    filing: Filing
    documents: tuple[ParsedDocument, ...]
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    originals: dict[str, bytes] = field(repr=False)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a filing as it came from a disk or from EDGAR. `role` is EDGAR's type, "" if unknown."""

    name: str
    content: bytes = field(repr=False)
    role: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFiling:
    """The files of one filing and what is known about it from outside; unknown values are None or "".

    `label` is what messages call it (a path or an address). `id` is the accession or the file's stem.
    The main document is first.
    """

    label: str
    id: str
    accession: str | None
    cik: str | None
    files: tuple[SourceFile, ...]
    company: str = ""
    tickers: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    form: str = ""
    period_end: date | None = None
    filed: date | None = None
    url: str | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A company with filings in the store. `key` is its CIK, or its normalised name where none is known."""

    key: str
    cik: str | None
    name: str
    tickers: tuple[str, ...]
    names: tuple[str, ...]
    filings: int
    first_period: date | None
    last_period: date | None
