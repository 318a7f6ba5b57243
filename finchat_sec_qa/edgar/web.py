"""One polite request to EDGAR: paced, repeated when that may help, checked before anyone uses it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from finchat_sec_qa.edgar.bodies import (
    Kind,
    is_missing_object,
    is_threshold_page,
    is_undeclared_page,
    problem,
    unzipped,
)
from finchat_sec_qa.edgar.pace import shared_pace
from finchat_sec_qa.errors import BadBodyError, ContactRequiredError, SourceBlockedError, SourceError
from finchat_sec_qa.ports import Clock

ATTEMPTS = 12  # with two in five answers bad, one request in 50,000 fails
CONNECT_ATTEMPTS = 4  # a host that cannot be reached at all is given up sooner
BLOCKS = 3  # blocks waited out for one request
REDIRECTS = 5
SLOWEST = 10  # a body may take so many times the timeout
_CONTACT_HELP = 'set FINCHAT_EDGAR_CONTACT to who you are, such as "Example Corp jane@example.com"'
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A checked answer. `body` is None when EDGAR has no such object, or has nothing newer (`unchanged`)."""

    body: bytes | None
    unchanged: bool = False
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class _Received:
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class _AgainError(Exception):
    """Worth another attempt; `final` is what the caller gets when there is none left."""

    def __init__(self, final: SourceError, attempts: int = ATTEMPTS) -> None:
        super().__init__(str(final))
        self.final = final
        self.attempts = attempts


class Web:
    """HTTP to EDGAR's hosts and no others. Thread-safe; close it.

    Times are seconds. Raises ContactRequiredError, SourceBlockedError, BadBodyError, SourceError.
    """

    def __init__(
        self,
        *,
        contact: str,
        origins: tuple[str, ...],
        rate: float,
        timeout: float,
        block_wait: float,
        max_bytes: int,
        backoff: float,
        clock: Clock,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._contact = contact
        self._origins = frozenset(_origin(httpx.URL(url)) for url in origins)
        self._timeout = timeout
        self._block_wait = block_wait
        self._max_bytes = max_bytes
        self._backoff = backoff
        self._clock = clock
        self._pace = shared_pace(self._origins, rate, clock)
        self._client = httpx.Client(
            transport=transport, timeout=timeout, follow_redirects=False, headers={"Accept-Encoding": "gzip"}
        )

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def get(self, url: str, kind: Kind, *, etag: str = "", last_modified: str = "") -> Reply:
        """Ask for a URL until there is a sound answer; the validators make the question conditional."""
        headers = {"User-Agent": self._user_agent()}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            stop=_no_attempt_left,
            wait=wait_random_exponential(multiplier=self._backoff, max=60),
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return retrying(self._ask, url, kind, headers)
        except _AgainError as error:
            raise error.final from error

    def _user_agent(self) -> str:
        contact = self._contact.strip()
        if "@" not in contact:
            raise ContactRequiredError(f"EDGAR answers only those who name a contact: {_CONTACT_HELP}")
        if not (contact.isascii() and contact.isprintable()):
            raise ContactRequiredError(f"the contact holds characters that HTTP cannot send: {_CONTACT_HELP}")
        return contact

    def _ask(self, url: str, kind: Kind, headers: Mapping[str, str]) -> Reply:
        """One attempt: blocks are waited out, redirects followed."""
        blocks = hops = 0
        target = url
        while True:
            with self._pace.turn():
                received = self._receive(target, headers)
            if _is_block(received):
                blocks += 1
                self._pause(target, received.status, blocks)
            elif received.status in {301, 302, 303, 307, 308}:
                hops += 1
                target = self._next_hop(received, hops)
            else:
                return _judged(received, kind)

    def _pause(self, url: str, status: int, blocks: int) -> None:
        """Stop all requests of the process for the time of a block."""
        _log.warning("EDGAR has blocked us (status %d for %s): pausing %g s", status, url, self._block_wait)
        self._pace.block(self._block_wait)
        if self._block_wait == 0 or blocks > BLOCKS:
            raise SourceBlockedError(
                f"EDGAR has blocked us (status {status} for {url}); wait ten minutes before the next attempt,"
                " and lower FINCHAT_EDGAR_RATE if other programs here ask EDGAR too"
            )

    def _next_hop(self, received: _Received, hops: int) -> str:
        target = received.headers.get("location", "")
        try:
            target = urljoin(received.url, target)
            inside = _origin(httpx.URL(target)) in self._origins
        except (httpx.InvalidURL, ValueError):
            inside = False
        if not inside:
            raise SourceError(
                f"{received.url} leads to {target!r}, which is not on EDGAR's hosts: not followed"
            )
        if hops > REDIRECTS:
            raise SourceError(f"{received.url}: more than {REDIRECTS} redirects")
        return target

    def _receive(self, url: str, headers: Mapping[str, str]) -> _Received:
        try:
            with self._client.stream("GET", url, headers=dict(headers)) as response:
                raw = self._read(url, response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            final = SourceError(f"{url}: cannot connect: {error}; check the network and FINCHAT_EDGAR_*_URL")
            raise _AgainError(final, CONNECT_ATTEMPTS) from error
        except httpx.TimeoutException as error:
            final = SourceError(f"{url}: no answer within {self._timeout:g} s (FINCHAT_EDGAR_TIMEOUT)")
            raise _AgainError(final) from error
        except httpx.TransportError as error:
            raise _AgainError(SourceError(f"{url}: {error}")) from error
        encoding = response.headers.get("content-encoding", "").lower()
        try:
            body = unzipped(raw, self._max_bytes) if encoding == "gzip" else raw
        except BadBodyError as error:
            raise _AgainError(BadBodyError(f"{url}: {error}")) from error
        if encoding not in {"", "gzip", "identity"}:
            raise _AgainError(BadBodyError(f"{url}: content encoding {encoding!r} was not asked for"))
        return _Received(url, response.status_code, response.headers, body)

    def _read(self, url: str, response: httpx.Response) -> bytes:
        """The body's bytes as sent, bounded in size and time."""
        end = self._clock.monotonic() + SLOWEST * self._timeout
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            size += len(part)
            if size > self._max_bytes:
                raise BadBodyError(f"{url}: larger than {self._max_bytes:,} bytes, the most that is fetched")
            if self._clock.monotonic() > end:
                raise _AgainError(SourceError(f"{url}: the body took over {SLOWEST * self._timeout:g} s"))
            parts.append(part)
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) != size and response.status_code != 304:
            raise _AgainError(BadBodyError(f"{url}: {size} bytes came where {declared} were declared"))
        return b"".join(parts)


def _judged(received: _Received, kind: Kind) -> Reply:
    """The answer in a word; raises when there is no use in it."""
    status, body, url = received.status, received.body, received.url
    if status == 304:
        return Reply(None, unchanged=True)
    if status == 200:
        content_type = received.headers.get("content-type", "")
        wrong = problem(body, content_type, kind)
        if wrong:
            raise _AgainError(BadBodyError(f"{url}: {wrong}"))
        etag, modified = received.headers.get("etag", ""), received.headers.get("last-modified", "")
        return Reply(body, etag=etag, last_modified=modified, content_type=content_type)
    if status in {404, 410} or (status == 403 and is_missing_object(body)):
        return Reply(None)
    if status == 403 and is_undeclared_page(body):
        raise ContactRequiredError(f"EDGAR does not accept the contact that was given: {_CONTACT_HELP}")
    if status >= 500 or status == 408:
        raise _AgainError(SourceError(f"{url}: EDGAR answers with status {status}"))
    raise SourceError(f"{url}: EDGAR answers with status {status}, which was not expected")


def _is_block(received: _Received) -> bool:
    """True for the threshold page under any status, and for a refusal that nothing else explains."""
    if received.status == 429 or is_threshold_page(received.body):
        return True
    explained = is_missing_object(received.body) or is_undeclared_page(received.body)
    return received.status == 403 and not explained


def _no_attempt_left(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, _AgainError) and state.attempt_number >= error.attempts


def _origin(url: httpx.URL) -> str:
    port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    return f"{url.scheme}://{url.host}:{port}"
