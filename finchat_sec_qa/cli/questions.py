"""Example questions that work on what a store holds: each was asked before it is shown."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import FilingView

if TYPE_CHECKING:
    from finchat_sec_qa.wiring import Library

TRIED = 24  # questions asked at most; each takes some 50 ms
FIGURES = ("revenue", "net income", "total assets", "operating income")
_LEGAL_FORM = re.compile(
    r",?\s+(incorporated|inc|corporation|corp|company|co|plc|ltd|limited|l\.?p|llc|n\.?v|s\.?a|holdings?|/[a-z]{2}/?)\.?$",
    re.IGNORECASE,
)


def example_questions(library: "Library", count: int = 3) -> list[str]:
    """Up to `count` questions that this store answers, of different companies where it has several."""
    found: list[str] = []
    for tried, question in enumerate(_candidates(library.filings(ScopeRequest())), start=1):
        if len(found) == count or tried > TRIED:
            break
        if _is_answered(library, question):
            found.append(question)
    return found


def short_name(company: str) -> str:
    """How people call a company: "NIKE, Inc." is "NIKE", "Coca-Cola Co" is "Coca-Cola"."""
    name = " ".join(company.split())
    while (shorter := _LEGAL_FORM.sub("", name)) != name and shorter:
        name = shorter
    return name


def _candidates(filings: tuple[FilingView, ...]) -> Iterator[str]:
    """A figure of an annual report, one of a quarterly report, one in words; then more of each."""
    annual = _newest_of_each(filings, "10-K")
    quarterly = _newest_of_each(filings, "10-Q")
    for round_ in range(len(FIGURES)):
        if annual:
            one = annual[round_ % len(annual)]
            yield f"What was {_possessive(one)} {FIGURES[round_]} in fiscal {one.fiscal_year}?"
        if quarterly:
            one = quarterly[(round_ + 1) % len(quarterly)]
            yield (
                f"What was {_possessive(one)} diluted earnings per share "
                f"in {one.fiscal_period} of fiscal {one.fiscal_year}?"
            )
        if annual:
            one = annual[(round_ + 2) % len(annual)]
            topic = (
                "main supply risks",
                "main risks from competition",
                "main sources of liquidity",
                "main products",
            )
            yield f"What are {_possessive(one)} {topic[round_]}?"
    for one in annual:
        yield from (
            f"What was {_possessive(one)} {figure} in fiscal {one.fiscal_year}?" for figure in FIGURES
        )


def _newest_of_each(filings: tuple[FilingView, ...], form: str) -> list[FilingView]:
    """The newest filing of that form of each company; filings come newest first."""
    newest: dict[str, FilingView] = {}
    for one in filings:
        if one.form == form and one.fiscal_year is not None:
            newest.setdefault(one.company, one)
    return list(newest.values())


def _possessive(filing: FilingView) -> str:
    name = short_name(filing.company)
    return f"{name}'" if name.lower().endswith("s") else f"{name}'s"


def _is_answered(library: "Library", question: str) -> bool:
    try:
        return library.ask(question).status == "answered"
    except FinChatError:
        return False
