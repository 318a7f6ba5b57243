"""What the core asks of the outside world. Adapters in store/ and edgar/ implement these; tests bring fakes.

A port raises only errors of `finchat_sec_qa.errors`; foreign exceptions are translated by the adapter.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from finchat_sec_qa.model.document import Block, Page, Section, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Company, Filing, ParsedFiling, SourceFiling, StoredDocument
from finchat_sec_qa.model.passage import PassageHit, Scope
from finchat_sec_qa.model.views import StoreCheck, StoreInfo


class Clock(ABC):
    """Time, so that tests need not wait for it."""

    @abstractmethod
    def now(self) -> datetime:
        """The current moment, with its time zone (UTC)."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds from some fixed moment; never goes back."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""


@dataclass(frozen=True, slots=True)
class FilingQuery:
    """Which filings of one company to fetch. `limit` counts per form; dates are of filing, both included.

    `company` is a ticker, CIK or name, former names included.
    """

    company: str
    forms: tuple[str, ...] = ("10-K", "10-Q")
    limit: int = 4
    since: date | None = None
    until: date | None = None


class FilingSource(ABC):
    """A place that filings come from."""

    @abstractmethod
    def find(self, query: FilingQuery) -> Sequence[SourceFiling]:
        """The filings that fit, newest first, with no files yet.

        Raises SourceNotFoundError for an unknown company (with the nearest names), other SourceErrors.
        """

    @abstractmethod
    def fetch(self, filing: SourceFiling) -> SourceFiling:
        """The same filing with its files, main document first. Raises SourceError."""


@dataclass(frozen=True, slots=True)
class FactQuery:
    """Which facts to read; empty fields do not restrict. Dimensions: None any, () only the whole."""

    filings: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    dimensions: tuple[tuple[str, str], ...] | None = None
    numeric_only: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much one filing put into the store."""

    facts: int
    passages: int


class StoreReader(ABC):
    """Reads of a store. Every read sees whole filings only; reads work while another process writes."""

    @abstractmethod
    def filings(self, scope: Scope = Scope()) -> Sequence[Filing]:
        """Filings in scope, by company, period end (newest first), id."""

    @abstractmethod
    def filing(self, filing: str) -> Filing:
        """One filing. Raises NotFoundError."""

    @abstractmethod
    def companies(self) -> Sequence[Company]:
        """Companies with filings here, by name."""

    @abstractmethod
    def documents(self, filing: str) -> Sequence[StoredDocument]:
        """The filing's documents, main one first. Raises NotFoundError."""

    @abstractmethod
    def text(self, filing: str, document: int) -> str:
        """The whole text of one document. Raises NotFoundError."""

    @abstractmethod
    def sections(self, filing: str, document: int) -> Sequence[Section]:
        """The Items of one document in order."""

    @abstractmethod
    def pages(self, filing: str, document: int) -> Sequence[Page]:
        """The pages of one document in order; empty where it has none."""

    @abstractmethod
    def blocks(self, filing: str, document: int) -> Sequence[Block]:
        """The blocks of one document in order."""

    @abstractmethod
    def tables(self, filing: str, document: int) -> Sequence[Table]:
        """The tables of one document in order."""

    @abstractmethod
    def warnings(self, filing: str) -> Sequence[str]:
        """What the parsers found doubtful in the filing."""

    @abstractmethod
    def counts(self, filing: str) -> Counts:
        """How many facts and passages the filing has. Raises NotFoundError."""

    @abstractmethod
    def facts(self, query: FactQuery) -> Iterator[tuple[str, Fact]]:
        """(filing id, fact) in the order of the filings' documents."""

    @abstractmethod
    def original(self, sha256: str) -> bytes:
        """The bytes of a stored document as they came. Raises NotFoundError, StoreCorruptError."""

    @abstractmethod
    def search(self, terms: Sequence[tuple[str, float]], scope: Scope, limit: int) -> Sequence[PassageHit]:
        """The best passages for weighted index terms (see index.tokens), best first.

        Ties go by filing id, document and offset, so that equal stores give equal order.
        """

    @abstractmethod
    def info(self) -> StoreInfo:
        """How much the store holds."""

    @abstractmethod
    def digest(self) -> str:
        """A hash (hex) of what is stored: filing ids and the digests of their content."""

    @abstractmethod
    def check(self) -> StoreCheck:
        """Re-reads everything: hashes of originals, text lengths, the index against the tables."""

    @abstractmethod
    def close(self) -> None:
        """Release files. Further calls are errors."""


class StoreWriter(StoreReader):
    """A store that can be written to; one process at a time holds it."""

    @abstractmethod
    def has(self, filing: str, digest: str) -> bool:
        """True when exactly this content is stored under that id."""

    @abstractmethod
    def put(self, parsed: ParsedFiling) -> None:
        """Store one filing in one transaction, in place of an older one of that id.

        Searchable after the next `flush` at the latest. Raises StoreLockedError, StoreError.
        """

    @abstractmethod
    def flush(self) -> None:
        """Make everything that was put searchable and durable."""

    @abstractmethod
    def remove(self, filings: Iterable[str]) -> int:
        """Take filings out; returns how many there were."""

    @abstractmethod
    def rebuild(self) -> int:
        """Make the lexical index anew from the tables; returns the number of passages."""
