"""A clock that never waits, and a small EDGAR in memory that answers as the real one does."""

import gzip
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from finchat_sec_qa.edgar import Edgar
from finchat_sec_qa.ports import Clock

WWW = "https://www.edgar.test"
DATA = "https://data.edgar.test"
UNDECLARED = (
    b"<html><title>SEC.gov | Undeclared Automated Tool</title><h1>Undeclared Automated Tool</h1></html>"
)
THRESHOLD = b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>"
ACCESS_DENIED = (
    b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
NO_SUCH_KEY = b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>'
TYPES = {"json": "application/json", "htm": "text/html", "html": "text/html", "xml": "application/xml"}


class FakeClock(Clock):
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.seconds += seconds


@dataclass(frozen=True)
class Raw:
    """An answer as it goes over the wire; a body that can be sent again and again."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> httpx.Response:
        headers = {"content-length": str(len(self.body)), **self.headers}
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(self.body))


Answer = Raw | Exception | Callable[[], httpx.Response]


class FakeSite:
    """Serves `objects` (path without host -> body); `script` answers come first, in order.

    `asked` holds (moment, path, status) of every request.
    """

    def __init__(self, clock: Clock, objects: Mapping[str, bytes | Any] | None = None) -> None:
        self.clock = clock
        self.objects: dict[str, bytes] = {}
        for path, body in (objects or {}).items():
            self.objects[path] = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.script: deque[Answer] = deque()
        self.asked: list[tuple[float, str, int]] = []
        self.hosts: set[str] = set()

    def paths(self, status: int | None = None) -> list[str]:
        return [path for _, path, got in self.asked if status in (None, got)]

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.hosts.add(request.url.host)
        moment, path = self.clock.monotonic(), request.url.path.lstrip("/")
        try:
            response = self._scripted() if self.script else self._served(request, path).response()
        except Exception:
            self.asked.append((moment, path, 0))
            raise
        self.asked.append((moment, path, response.status_code))
        return response

    def _scripted(self) -> httpx.Response:
        answer = self.script.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer.response() if isinstance(answer, Raw) else answer()

    def _served(self, request: httpx.Request, path: str) -> Raw:
        if "@" not in request.headers["user-agent"]:
            return Raw(403, UNDECLARED, {"content-type": "text/html"})
        body = self.objects.get(path)
        if body is None and path.startswith("Archives/"):
            return Raw(403, ACCESS_DENIED)
        if body is None:
            return Raw(404, NO_SUCH_KEY)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Raw(304)
        headers = {
            "content-type": TYPES.get(path.rpartition(".")[2], "text/plain"),
            "etag": etag,
            "content-encoding": "gzip",
        }
        return Raw(200, gzip.compress(body), headers)


def open_edgar(site: FakeSite, folder: Path, **changes: Any) -> Edgar:
    """An `Edgar` that talks to the site, with its cache in the folder."""
    settings: dict[str, Any] = {
        "contact": "Example Corp jane@example.com",
        "www_url": WWW,
        "data_url": DATA,
        "rate": 10.0,
        "timeout": 10.0,
        "block_wait": 600.0,
        "cache_dir": folder,
        "clock": site.clock,
        "transport": site.transport(),
    }
    return Edgar(**{**settings, **changes})


TICKERS = {
    "0": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."},
    "1": {"cik_str": 1067983, "ticker": "BRK-B", "title": "BERKSHIRE HATHAWAY INC"},
    "2": {"cik_str": 1067983, "ticker": "BRK-A", "title": "BERKSHIRE HATHAWAY INC"},
    "3": {"cik_str": 1049792, "ticker": "BHLB", "title": "BERKSHIRE HILLS BANCORP INC"},
    "4": {"cik_str": 1418121, "ticker": "APLE", "title": "Apple Hospitality REIT, Inc."},
    "5": {"cik_str": 21344, "ticker": "KO", "title": "COCA COLA CO"},
    "6": {"cik_str": 1326801, "ticker": "META", "title": "Meta Platforms, Inc."},
    "7": {"cik_str": 37996, "ticker": "F", "title": "FORD MOTOR CO"},
    "8": {"cik_str": 38264, "ticker": "FORD", "title": "FORWARD INDUSTRIES, INC."},
}


def submissions(
    cik: int,
    name: str,
    filings: list[tuple[str, str, str, str, str]],
    *,
    former: tuple[str, ...] = (),
    files: list[dict[str, Any]] | None = None,
    tickers: tuple[str, ...] = (),
) -> dict[str, Any]:
    """JSON of a company's filings: (accession, form, filed, period, document) each."""
    return {
        "cik": f"{cik:010d}",
        "name": name,
        "tickers": list(tickers),
        "formerNames": [{"name": old, "from": "", "to": ""} for old in former],
        "filings": {"recent": columns(filings), "files": files or []},
    }


def columns(filings: list[tuple[str, str, str, str, str]]) -> dict[str, list[str]]:
    """A list of filings as EDGAR writes it: one array per column."""
    names = ("accessionNumber", "form", "filingDate", "reportDate", "primaryDocument")
    return {name: [row[place] for row in filings] for place, name in enumerate(names)}


def index_page(documents: list[tuple[str, str, bool]]) -> bytes:
    """A filing's index page: (name, type, inline XBRL) for each document."""
    rows = "".join(
        f'<tr><td scope="row">{place}</td><td scope="row">{role}</td><td scope="row">'
        f'<a href="{"/ix?doc=" if inline else ""}/Archives/edgar/data/1/{name}">{name}</a></td>'
        f'<td scope="row">{role}</td><td scope="row">1</td></tr>'
        for place, (name, role, inline) in enumerate(documents, start=1)
    )
    return (
        "<html><title>EDGAR Filing Documents for 1</title>"
        f'<table class="tableFile"><tr><th>Seq</th></tr>{rows}</table></html>'
    ).encode()
