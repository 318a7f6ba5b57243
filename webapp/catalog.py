"""What the store holds, as the pages need it: companies, filings, years and forms."""

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.model.views import CompanyView, FilingView

KEPT_SECONDS = 5.0  # an ingest shows after this long at most; a page costs no listing of a large store
_SUFFIX = re.compile(
    r"[,\s]+(inc|incorporated|corp|corporation|co|company|companies|ltd|plc|llc|lp|n\.?v|s\.?a|platforms|holdings?|group"
    r"|/[a-z]{2}/)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The store's companies and filings, newest filing first."""

    companies: tuple[CompanyView, ...]
    filings: tuple[FilingView, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Fiscal years with filings, latest first."""
        return tuple(sorted({f.fiscal_year for f in self.filings if f.fiscal_year is not None}, reverse=True))

    @property
    def forms(self) -> tuple[str, ...]:
        """Forms in the store, most frequent first."""
        names = [f.form for f in self.filings if f.form]
        return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))

    @property
    def samples(self) -> int:
        """How many filings are the samples that ship with the program."""
        return sum(f.sample for f in self.filings)


class CatalogReader:
    """Reads the catalog from the API and keeps it for a few seconds. Safe to use from several threads."""

    def __init__(self, client: FinChatClient, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, Catalog] | None = None

    def read(self) -> Catalog:
        """The catalog, at most KEPT_SECONDS old. Raises RemoteError; errors are not kept."""
        with self._lock:
            if self._kept is not None and self._clock() - self._kept[0] < KEPT_SECONDS:
                return self._kept[1]
            catalog = Catalog(tuple(self._client.companies()), newest_first(self._client.filings()))
            self._kept = (self._clock(), catalog)
            return catalog


def newest_first(filings: Iterable[FilingView]) -> tuple[FilingView, ...]:
    """Filings by the day they were filed, else by the end of their period; the latest first."""

    def key(filing: FilingView) -> tuple[str, str]:
        when = filing.filed or filing.period_end
        return (when.isoformat() if when else "", filing.id)

    return tuple(sorted(filings, key=key, reverse=True))


def short_name(company: str) -> str:
    """A company's name as people say it: "Apple Inc." -> "Apple", "NVIDIA CORP" -> "NVIDIA"."""
    name = company.strip()
    for _ in range(3):
        shorter = _SUFFIX.sub("", name).strip(" ,&")
        if not shorter or shorter == name:
            break
        name = shorter
    if name.isupper() and len(name) > 6:
        name = name.title()
    return name


def whose(company: str) -> str:
    """The company's name as an owner: "Apple’s", "Acme Instruments’"."""
    name = short_name(company)
    return name + ("’" if name.casefold().endswith("s") else "’s")
