"""EDGAR's lists of a company's filings: submissions/CIK##########.json and the older pages it names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from finchat_sec_qa.errors import BadBodyError
from finchat_sec_qa.model.accession import is_accession, padded_cik
from finchat_sec_qa.ports import FilingQuery

_PAGE = re.compile(r"CIK\d{10}-submissions-\d{3,6}\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class Registrant:
    """A company as EDGAR knows it; former names newest first."""

    cik: str
    name: str
    tickers: tuple[str, ...]
    former_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedFiling:
    """One line of a list of filings; `document` is the main document's name, "" where there is none.

    `filed` is None where the list leaves it out, as some mirrors' lists do.
    """

    accession: str
    form: str
    filed: date | None
    period: date | None
    document: str


@dataclass(frozen=True, slots=True)
class OlderPage:
    """A further list and the dates of filing that it spans."""

    name: str
    first: date
    last: date


def registrant(value: Any, label: str) -> Registrant:
    """Who the filings are of. Raises BadBodyError."""
    try:
        cik = padded_cik(value["cik"])
        names = [str(former["name"]) for former in value.get("formerNames") or ()]
        tickers = [str(ticker).upper() for ticker in value.get("tickers") or ()]
        name = str(value["name"])
    except (AttributeError, KeyError, TypeError) as error:
        raise _bad(label, error) from error
    if cik is None:
        raise BadBodyError(f"{label}: {value['cik']!r} is no CIK")
    others = [former for former in dict.fromkeys(names) if former.lower() != name.lower()]
    return Registrant(cik, name, tuple(dict.fromkeys(tickers)), tuple(others))


def older_pages(value: Any, label: str) -> tuple[OlderPage, ...]:
    """The further lists that the first one names, newest first. Raises BadBodyError."""
    try:
        pages = [_page(row) for row in value["filings"].get("files") or ()]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _bad(label, error) from error
    return tuple(sorted(pages, key=lambda page: page.last, reverse=True))


def _page(row: Mapping[str, Any]) -> OlderPage:
    name = str(row["name"])
    if not _PAGE.fullmatch(name):
        raise ValueError(f"{name!r} is no list of filings")
    return OlderPage(name, date.fromisoformat(row["filingFrom"]), date.fromisoformat(row["filingTo"]))


def listed_filings(value: Any, label: str) -> Iterator[ListedFiling]:
    """The filings of the first list (`filings.recent`) or of an older page. Raises BadBodyError."""
    try:
        columns = value["filings"]["recent"] if "filings" in value else value
        wanted = [columns[name] for name in ("accessionNumber", "form", "filingDate", "reportDate")]
        documents = columns.get("primaryDocument") or [""] * len(wanted[0])
        for row in zip(*wanted, documents, strict=True):
            yield _line(*row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _bad(label, error) from error


def _line(accession: str, form: str, filed: str, period: str, document: str) -> ListedFiling:
    if not is_accession(accession):
        raise ValueError(f"{accession!r} is no accession")
    return ListedFiling(
        accession,
        form.strip().upper(),
        date.fromisoformat(filed) if filed else None,
        date.fromisoformat(period) if period else None,
        # EDGAR names forms 3 to 5 by their rendering, folder and all; the document itself is the last part
        document.rpartition("/")[2],
    )


class Choice:
    """Collects the filings that fit a query, up to its limit for each form.

    Forms must be named exactly. A filing without a date of filing is in time.
    """

    def __init__(self, query: FilingQuery) -> None:
        self._query = query
        self._forms = tuple(dict.fromkeys(form.strip().upper() for form in query.forms))
        self._fitting: dict[str, ListedFiling] = {}

    def add(self, filings: Iterator[ListedFiling]) -> None:
        """Take from one list what fits."""
        for filing in filings:
            in_time = filing.filed is None or self._in_time(filing.filed, filing.filed)
            if filing.form in self._forms and in_time:
                self._fitting.setdefault(filing.accession, filing)

    def wants(self, page: OlderPage) -> bool:
        """True when an older list could hold filings that still fit."""
        counts = [sum(filing.form == form for filing in self._fitting.values()) for form in self._forms]
        return any(count < self._query.limit for count in counts) and self._in_time(page.first, page.last)

    def chosen(self) -> tuple[ListedFiling, ...]:
        """What fits, newest first."""
        newest = sorted(self._fitting.values(), key=_moment, reverse=True)
        kept: list[ListedFiling] = []
        for filing in newest:
            if sum(other.form == filing.form for other in kept) < self._query.limit:
                kept.append(filing)
        return tuple(kept)

    def _in_time(self, first: date, last: date) -> bool:
        """True when the days from `first` to `last` touch the query's."""
        since, until = self._query.since, self._query.until
        return (since is None or last >= since) and (until is None or first <= until)


def _moment(filing: ListedFiling) -> date:
    return filing.filed or filing.period or date.min


def _bad(label: str, error: Exception) -> BadBodyError:
    return BadBodyError(f"{label}: not a list of filings as EDGAR writes it ({error!r})")
