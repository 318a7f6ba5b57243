"""What callers send: questions, searches, ingests. The HTTP API and JSON-lines files use the same."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from finchat_sec_qa.model.answer import Answer, Contract
from finchat_sec_qa.model.figure_table import FigureTable

MAX_QUESTION = 2_000  # characters; FinanceBench's longest question has 560


class ScopeRequest(Contract):
    """Which filings may be used; empty means any. Companies are tickers, CIKs or names."""

    companies: tuple[str, ...] = ()
    filings: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    as_of: date | None = None


class AskRequest(Contract):
    """A question in plain words, and where to look."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    scope: ScopeRequest = ScopeRequest()


class SearchRequest(Contract):
    """Words to search for, and where to look."""

    query: str = Field(min_length=1, max_length=MAX_QUESTION)
    scope: ScopeRequest = ScopeRequest()
    limit: int = Field(default=10, ge=1, le=100)


class IngestRequest(Contract):
    """Filings to fetch from EDGAR: companies by ticker, CIK or name; `limit` counts per company and form.

    `since` is the first date of filing that counts.
    """

    companies: tuple[str, ...] = Field(min_length=1, max_length=50)
    forms: tuple[str, ...] = ("10-K", "10-Q")
    limit: int = Field(default=4, ge=1, le=100)
    since: date | None = None


class VerifyRequest(Contract):
    """An answer or a table to check against the store: one of the two."""

    answer: Answer | None = None
    table: FigureTable | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.answer is None) == (self.table is None):
            raise ValueError("give an answer or a table, one of the two")
        return self

    @property
    def checked(self) -> Answer | FigureTable:
        """What is to be checked."""
        (given,) = (each for each in (self.answer, self.table) if each is not None)
        return given
