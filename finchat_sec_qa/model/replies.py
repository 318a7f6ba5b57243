"""Bodies of the HTTP API that are not values of their own: lists under a name, errors, what a server is."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from finchat_sec_qa.model.answer import Contract
from finchat_sec_qa.model.views import CompanyView, FactView, FilingView, SearchHit, SectionView, TableView


class SearchReply(Contract):
    """Passages, best first."""

    hits: tuple[SearchHit, ...]


class CompaniesReply(Contract):
    """Companies by name."""

    companies: tuple[CompanyView, ...]


class FilingsReply(Contract):
    """Filings by company, then newest period first."""

    filings: tuple[FilingView, ...]


class SectionsReply(Contract):
    """A filing's Items in order."""

    sections: tuple[SectionView, ...]


class TablesReply(Contract):
    """Tables of one document in order."""

    tables: tuple[TableView, ...]


class FactsReply(Contract):
    """Facts in the order of the filing's documents."""

    facts: tuple[FactView, ...]


class Stage(Contract):
    """A step that a streamed question has reached: "plan", "search", "compose", "verify"."""

    stage: str


class Health(Contract):
    """The server runs. Says nothing about its store."""

    status: Literal["ok"] = "ok"


class Readiness(Contract):
    """What the server depends on: "ok", or what is wrong, by name."""

    ready: bool
    checks: dict[str, str]


class VersionReply(Contract):
    """Which program answers. `revision` is the commit it was built from, "" if unknown."""

    version: str
    revision: str
    python: str


class FieldProblem(BaseModel):
    """One part of a request that is not allowed: where it stands and why."""

    model_config = ConfigDict(frozen=True)

    where: str
    message: str


class Problem(BaseModel):
    """An error as RFC 9457 describes it. `code` is stable; `request_id` finds the server's log lines.

    Unknown members are ignored, as the RFC asks of clients.
    """

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: tuple[FieldProblem, ...] = ()
