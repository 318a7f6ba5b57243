"""`Edgar`: the port's adapter. Companies, lists of filings, documents and facts, each asked for once."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from finchat_sec_qa.edgar.bodies import Kind, kind_of
from finchat_sec_qa.edgar.cache import RawCache
from finchat_sec_qa.edgar.folder import wanted_documents
from finchat_sec_qa.edgar.listing import (
    Choice,
    ListedFiling,
    Registrant,
    listed_filings,
    older_pages,
    registrant,
)
from finchat_sec_qa.edgar.objects import Objects
from finchat_sec_qa.edgar.resolve import Resolver
from finchat_sec_qa.edgar.web import Web
from finchat_sec_qa.errors import SourceError, SourceNotFoundError
from finchat_sec_qa.model import companyfacts
from finchat_sec_qa.model.accession import (
    EDGAR_WWW,
    document_url,
    folder_path,
    is_accession,
    is_document_name,
    padded_cik,
)
from finchat_sec_qa.model.filing import SourceFile, SourceFiling
from finchat_sec_qa.ports import Clock, FilingQuery, FilingSource

MAX_BYTES = 200 * 1024 * 1024
ASK_AGAIN = timedelta(days=1)  # a filing whose index was not there yet is asked for again after that
_log = logging.getLogger(__name__)


class Edgar(FilingSource):
    """EDGAR, or a mirror of it. Thread-safe; close it, or use it in a `with` statement.

    `rate` is requests a second for the whole process, `timeout` and `block_wait` are seconds (`block_wait`
    0: fail at once when blocked), `backoff` the first wait before another attempt, `max_bytes` the largest
    body. What was fetched stays in `cache_dir`: documents for ever, lists until EDGAR has newer ones.
    """

    def __init__(
        self,
        *,
        contact: str,
        www_url: str,
        data_url: str,
        rate: float,
        timeout: float,
        block_wait: float,
        cache_dir: Path,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        max_bytes: int = MAX_BYTES,
        backoff: float = 0.5,
    ) -> None:
        self._www = www_url.rstrip("/")
        self._data = data_url.rstrip("/")
        self._clock = clock
        self._cache = RawCache(cache_dir)
        self._web = Web(
            contact=contact,
            origins=(self._www, self._data),
            rate=rate,
            timeout=timeout,
            block_wait=block_wait,
            max_bytes=max_bytes,
            backoff=backoff,
            clock=clock,
            transport=transport,
        )
        self._objects = Objects(self._web, self._cache, clock)
        self._resolver = Resolver(self._objects, self._www, self._data, clock)

    def close(self) -> None:
        """Close connections. Further calls are errors."""
        self._web.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, query: FilingQuery) -> Sequence[SourceFiling]:
        """The filings that fit, newest first, with no files yet; see the port."""
        cik = self.resolve(query.company)
        first, label = self._resolver.submissions(cik)
        company = registrant(first, label)
        forms = tuple(form for form in query.forms if form.strip().upper() != companyfacts.FORM)
        facts = (_facts_source(company, self._data),) if len(forms) < len(query.forms) else ()
        if facts and not forms:
            return facts
        query = replace(query, forms=forms)
        choice = Choice(query)
        choice.add(listed_filings(first, label))
        for page in older_pages(first, label):
            if choice.wants(page):
                url = f"{self._data}/submissions/{page.name}"
                value = self._objects.current_json(url)
                if value is None:
                    _log.warning("%s: EDGAR names this list of older filings but does not have it", url)
                    continue
                choice.add(listed_filings(value, url))
        return (*(_source_filing(company, filing) for filing in choice.chosen()), *facts)

    def fetch(self, filing: SourceFiling) -> SourceFiling:
        """The same filing with its files, main document first; see the port.

        The files are those of the filing's index page; the full submission where some of those are missing;
        else the main document alone.
        """
        cik, accession = filing.cik or "", filing.accession or ""
        if filing.form == companyfacts.FORM:
            name = companyfacts.file_name(cik)
            file = SourceFile(name, self.companyfacts(cik), url=companyfacts.url_of(name))
            return replace(filing, files=(file,))
        if not is_accession(accession) or padded_cik(cik) is None:
            raise SourceError(
                f"{filing.label}: EDGAR is asked by CIK and accession; got {cik!r}, {accession!r}"
            )
        files = self._remembered(cik, accession)
        if not files:
            files, whole = self._gathered(filing, cik, accession)
            self._remember(cik, accession, files, whole=whole)
        return replace(filing, files=files, url=files[0].url)

    def companyfacts(self, cik: str) -> bytes:
        """EDGAR's facts of a company, the JSON as EDGAR has it now.

        Raises SourceNotFoundError for a company without facts, other SourceErrors.
        """
        padded = padded_cik(cik)
        if padded is None:
            raise SourceNotFoundError(f"{cik!r} is no CIK")
        address = f"{self._data}/api/xbrl/companyfacts/{companyfacts.file_name(padded)}"
        body = self._objects.current(address, "json")
        if body is None:
            raise SourceNotFoundError(f"EDGAR has no company facts for CIK {padded} ({address})")
        return body

    def company(self, text: str) -> Registrant:
        """The company that a ticker, CIK or name (former ones included) means.

        Raises SourceNotFoundError naming the nearest companies, other SourceErrors.
        """
        return registrant(*self._resolver.submissions(self.resolve(text)))

    def resolve(self, text: str) -> str:
        """The CIK, ten digits, of a ticker, CIK or name; raises as `company` does."""
        return self._resolver.resolve(text)

    def _gathered(
        self, filing: SourceFiling, cik: str, accession: str
    ) -> tuple[tuple[SourceFile, ...], bool]:
        """(files, whether they are all that the filing has)."""
        folder = folder_path(cik, accession)
        index = self._document(f"{folder.rpartition('/')[0]}/{accession}-index.html", "index")
        listed = wanted_documents(index, f"{accession}-index.html") if index is not None else ()
        files = [self._file(cik, accession, document.name, document.role) for document in listed]
        there = tuple(file for file in files if file is not None)
        if files and len(there) == len(files):
            return there, True
        submission = self._file(cik, accession, f"{accession}.txt", "", "submission")
        if submission is not None:
            return (submission,), True
        if there and files[0] is not None:
            return there, False
        return self._main_document(filing, cik, accession), False

    def _main_document(self, filing: SourceFiling, cik: str, accession: str) -> tuple[SourceFile, ...]:
        """The main document alone, else the XBRL instance that EDGAR made of it, which has its facts."""
        name = (filing.url or "").rpartition("/")[2]
        stem = name.rpartition(".")[0]
        for candidate in (name, f"{stem}_htm.xml"):
            if stem and is_document_name(candidate):
                file = self._file(cik, accession, candidate, filing.form)
                if file is not None:
                    return (file,)
        raise SourceNotFoundError(
            f"EDGAR has no documents of {filing.form} {accession}: {EDGAR_WWW}/{folder_path(cik, accession)}/"
        )

    def _file(
        self, cik: str, accession: str, name: str, role: str, kind: Kind | None = None
    ) -> SourceFile | None:
        body = self._document(f"{folder_path(cik, accession)}/{name}", kind or kind_of(name))
        if body is None:
            return None
        return SourceFile(name=name, content=body, role=role, url=document_url(cik, accession, name))

    def _remembered(self, cik: str, accession: str) -> tuple[SourceFile, ...]:
        """What an earlier `fetch` found, so that nothing is asked again; empty when that is not known."""
        note = self._cache.note(self._note_key(cik, accession))
        try:
            recent = self._clock.now() - datetime.fromisoformat(note["made"]) < ASK_AGAIN
            names = (
                [(str(name), str(role)) for name, role in note["files"]] if note["whole"] or recent else []
            )
        except (KeyError, TypeError, ValueError):
            return ()
        files: list[SourceFile] = []
        for name, role in names:
            body = self._objects.cached(f"{self._www}/{folder_path(cik, accession)}/{name}")
            if body is None or not is_document_name(name):
                return ()
            files.append(
                SourceFile(name=name, content=body, role=role, url=document_url(cik, accession, name))
            )
        return tuple(files)

    def _remember(self, cik: str, accession: str, files: Sequence[SourceFile], *, whole: bool) -> None:
        note = {
            "files": [(file.name, file.role) for file in files],
            "whole": whole,
            "made": self._clock.now().isoformat(),
        }
        self._cache.put_note(self._note_key(cik, accession), note)

    def _note_key(self, cik: str, accession: str) -> str:
        return f"{self._www}/{folder_path(cik, accession)}"

    def _document(self, path: str, kind: Kind) -> bytes | None:
        return self._objects.unchanging(f"{self._www}/{path}", kind)


def _facts_source(company: Registrant, data_url: str) -> SourceFiling:
    """The source of a company's companyfacts, which ingest takes apart into reports."""
    name = companyfacts.file_name(company.cik)
    return SourceFiling(
        label=f"{data_url}/api/xbrl/companyfacts/{name}",
        id=name.partition(".")[0],
        accession=None,
        cik=company.cik,
        files=(),
        company=company.name,
        tickers=company.tickers,
        former_names=company.former_names,
        form=companyfacts.FORM,
        url=companyfacts.url_of(name),
    )


def _source_filing(company: Registrant, filing: ListedFiling) -> SourceFiling:
    folder = f"{EDGAR_WWW}/{folder_path(company.cik, filing.accession)}/"
    named = is_document_name(filing.document)
    url = document_url(company.cik, filing.accession, filing.document) if named else None
    return SourceFiling(
        label=url or folder,
        id=filing.accession,
        accession=filing.accession,
        cik=company.cik,
        files=(),
        company=company.name,
        tickers=company.tickers,
        former_names=company.former_names,
        form=filing.form,
        period_end=filing.period,
        filed=filing.filed,
        url=url,
    )
