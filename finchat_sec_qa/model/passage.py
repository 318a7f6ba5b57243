"""What is searched: passages, the scope of a search, and hits."""

from dataclasses import dataclass
from datetime import date

from finchat_sec_qa.model.period import FiscalPeriodName


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one document that is indexed and quoted as one; it never crosses a page or section.

    `document` is the index in the filing; `page` counts from 1, None where the document has no pages.
    `section` is the label of its Item ("Part I, Item 1A"), "" outside; `heading` the nearest heading path.
    `kind` is "text" or "table".
    """

    document: int
    start: int
    end: int
    page: int | None
    section: str
    heading: str
    kind: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which filings may be used. Empty means any; several fields must all hold.

    companies are keys of `Company` (`Company.key`), filings are filing ids, forms as EDGAR writes them.
    `as_of` leaves out what was filed later; a filing without a date of filing passes.
    """

    companies: tuple[str, ...] = ()
    filings: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    fiscal_periods: tuple[FiscalPeriodName, ...] = ()
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that a search found. Scores compare within one search only; higher is better."""

    filing: str
    passage: Passage
    score: float
