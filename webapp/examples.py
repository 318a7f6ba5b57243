"""Questions to begin with: made for the store's own filings, and asked before they are shown."""

import threading
from collections.abc import Callable, Iterator

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.model.views import FilingView
from webapp.catalog import Catalog, whose

SHOWN = 4
TRIED = 12  # questions asked at most for a new catalog; each takes some 50 ms
SECONDS = 2.0  # after this no further example is tried: the first page must not wait for them
_ANNUAL = (
    "What was {whose} revenue in fiscal {year}?",
    "What was {whose} net income in fiscal {year}?",
    "What are {whose} main supply risks?",
    "What were {whose} total assets at the end of fiscal {year}?",
    "What was {whose} operating income in fiscal {year}?",
    "What are {whose} main risks from competition?",
)
_QUARTERS = {"Q1": "first", "Q2": "second", "Q3": "third"}


class Examples:
    """Keeps the examples of a catalog until its filings change. Safe to use from several threads."""

    def __init__(self, client: FinChatClient, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def of(self, catalog: Catalog) -> tuple[str, ...]:
        """Up to SHOWN questions that the API has answered; none where it fails, the page goes without."""
        filings = tuple(filing.id for filing in catalog.filings)
        with self._lock:
            if self._kept[0] != filings:
                try:
                    self._kept = (filings, tuple(self._answered(catalog)))
                except RemoteError:
                    return ()
            return self._kept[1]

    def _answered(self, catalog: Catalog) -> Iterator[str]:
        end = self._clock() + SECONDS
        found = 0
        for tried, question in enumerate(candidates(catalog)):
            if found == SHOWN or tried == TRIED or self._clock() > end:
                return
            if self._client.ask(question).status == "answered":
                found += 1
                yield question


def candidates(catalog: Catalog) -> Iterator[str]:
    """Questions that the filings should answer, of one company after the other; the likeliest first."""
    annual = _latest(catalog, "10-K")
    quarterly = [f for f in _latest(catalog, "10-Q") if f.fiscal_period in _QUARTERS]
    for number, template in enumerate(_ANNUAL):
        if annual:
            filing = annual[number % len(annual)]
            yield template.format(whose=whose(filing.company), year=filing.fiscal_year)
        if quarterly and (number == 2 or not annual):
            filing = quarterly[number % len(quarterly)]
            quarter = _QUARTERS[filing.fiscal_period or ""]
            when = f"the {quarter} quarter of fiscal {filing.fiscal_year}"
            yield f"What was {whose(filing.company)} revenue in {when}?"


def _latest(catalog: Catalog, form: str) -> list[FilingView]:
    """The latest filing of that form of each company, in the order of the companies' names."""
    found: dict[str, FilingView] = {}
    for filing in catalog.filings:  # newest first
        if filing.form == form and filing.fiscal_year is not None and filing.company:
            found.setdefault(filing.company, filing)
    return [found[name] for name in sorted(found)]
