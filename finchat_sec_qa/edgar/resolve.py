"""From a ticker, CIK or name to the company, asking EDGAR for as little as the question needs."""

import re
import threading
from collections.abc import Callable
from typing import Any

from finchat_sec_qa.edgar.companies import TickerList, looked_up, name_key
from finchat_sec_qa.edgar.listing import Registrant, registrant
from finchat_sec_qa.edgar.objects import Objects
from finchat_sec_qa.errors import SourceNotFoundError
from finchat_sec_qa.model.accession import padded_cik
from finchat_sec_qa.ports import Clock

LIST_SECONDS = 3_600.0  # the list of tickers changes once a day
LONGEST_TICKER = 5
_TICKERS = "files/company_tickers.json"
_ALL_NAMES = "Archives/edgar/cik-lookup-data.txt"


class Resolver:
    """Finds companies. Methods raise SourceNotFoundError for an unknown one, and other SourceErrors."""

    def __init__(self, objects: Objects, www: str, data: str, clock: Clock) -> None:
        self._objects = objects
        self._www = www
        self._data = data
        self._clock = clock
        self._lock = threading.Lock()
        self._list: tuple[float, TickerList] | None = None

    def submissions(self, cik: str) -> tuple[Any, str]:
        """(the JSON of a company's filings, its address)."""
        url = f"{self._data}/submissions/CIK{cik}.json"
        value = self._objects.current_json(url)
        if value is None:
            raise SourceNotFoundError(f"EDGAR has no company with CIK {cik} ({url})")
        return value, url

    def resolve(self, text: str) -> str:
        """The CIK, ten digits, of a ticker, CIK or name; an error names the nearest companies."""
        asked = text.strip()
        number = re.fullmatch(r"(?:CIK)?\s*(\d{1,10})", asked, re.IGNORECASE | re.ASCII)
        if number:
            cik = padded_cik(number.group(1))
            if cik is None:
                raise SourceNotFoundError(f"{asked!r} is no CIK")
            return cik
        tickers = self._tickers()
        # "FORD" is meant as a ticker and "Ford" as a name, where both exist.
        steps: list[Callable[[str], str | None]] = [tickers.by_name, tickers.by_ticker]
        if asked == asked.upper():
            steps.reverse()
        found = next((cik for step in steps if (cik := step(asked))), None)
        found = found or self._by_former_name(asked, tickers)
        if found is None:
            names = "; ".join(f"{line.title} ({line.ticker})" for line in tickers.nearest(asked))
            advice = f"the nearest are: {names}" if names else "give a ticker or a CIK"
            raise SourceNotFoundError(f"EDGAR lists no company {asked!r}; {advice}")
        return found

    def _by_former_name(self, text: str, tickers: TickerList) -> str | None:
        """By the older names of companies that are called alike, then by EDGAR's list of all names ever."""
        if not name_key(text):
            return None
        for line in tickers.nearest(text):
            company = self._registrant(line.cik)
            if company and name_key(text) in {name_key(name) for name in company.former_names}:
                return line.cik
        if text.isupper() and len(text) <= LONGEST_TICKER:
            return None  # a mistyped ticker is not worth fetching all names
        body = self._objects.current(f"{self._www}/{_ALL_NAMES}", "text")
        ciks = looked_up(body, text) if body is not None else ()
        listed = [cik for cik in ciks if tickers.has(cik)] or list(ciks)
        if len(listed) > 1:
            raise SourceNotFoundError(
                f"several companies had the name {text!r}; give the CIK of one: {', '.join(listed[:10])}"
            )
        return listed[0] if listed else None

    def _registrant(self, cik: str) -> Registrant | None:
        try:
            return registrant(*self.submissions(cik))
        except SourceNotFoundError:
            return None

    def _tickers(self) -> TickerList:
        with self._lock:  # of many threads that need it at once, one asks
            now = self._clock.monotonic()
            if self._list is None or now - self._list[0] > LIST_SECONDS:
                self._list = (now, self._fetched_tickers())
            return self._list[1]

    def _fetched_tickers(self) -> TickerList:
        url = f"{self._www}/{_TICKERS}"
        value = self._objects.current_json(url)
        if value is None:
            raise SourceNotFoundError(f"{url}: EDGAR has no list of tickers there; give a CIK instead")
        return TickerList.from_json(value, url)
