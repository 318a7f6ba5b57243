"""FinChatClient and AsyncFinChatClient: the calls of `calls.py`, bound to a server.

A method is declared once, as the call it makes; `Method` and `AsyncMethod` give it the right type.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import update_wrapper
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Generic, ParamSpec, Self, TypeVar

import httpx
from pydantic import ValidationError

from finchat_sec_qa.client import calls, replies
from finchat_sec_qa.client.calls import Call, Upload
from finchat_sec_qa.client.events import EventReader
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.replies import Stage
from finchat_sec_qa.model.request import ScopeRequest

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_TIMEOUT = 60.0  # seconds; longer than the API gives one question
# The connection ended before the reply did: its server or proxy is gone, and another may be there.
LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
P = ParamSpec("P")
T = TypeVar("T")


class Method(Generic[P, T]):
    """A call as a method that returns its value. Raises RemoteError, UsageError before anything is sent."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __get__(self, client: "FinChatClient", owner: type | None = None) -> Callable[P, T]:
        def method(*args: P.args, **kwargs: P.kwargs) -> T:
            return client.send(_built(self._build, *args, **kwargs))

        return update_wrapper(method, self._build)


class AsyncMethod(Generic[P, T]):
    """A call as a method whose value is awaited. Raises as `Method`."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __get__(self, client: "AsyncFinChatClient", owner: type | None = None) -> Callable[P, Awaitable[T]]:
        def method(*args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
            return client.send(_built(self._build, *args, **kwargs))

        return update_wrapper(method, self._build)


class FinChatClient:
    """A FinChat API as Python methods. Close it, or use it in a `with` statement.

    A call that only reads is sent a second time when its connection ends before its reply, streams excepted.
    `timeout` is in seconds, for each wait (connect, send, receive). One client serves many threads.
    `transport` is for callers that bring their own httpx transport; `carried` gives headers that a request
    carries besides, and is called for each, in its thread.
    """

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        carried: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.base_url = (base_url or DEFAULT_URL).rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(transport=transport, **_options(token, timeout))
        if carried is not None:
            self._http.event_hooks["request"] = [lambda request: request.headers.update(carried())]

    ask = Method(calls.ask)
    search = Method(calls.search)
    verify = Method(calls.verify)
    companies = Method(calls.companies)
    filings = Method(calls.filings)
    filing = Method(calls.filing)
    sections = Method(calls.sections)
    blocks = Method(calls.blocks)
    tables = Method(calls.tables)
    facts = Method(calls.facts)
    series = Method(calls.series)
    compare = Method(calls.compare)
    statement = Method(calls.statement)
    document = Method(calls.document)
    ingest = Method(calls.ingest)
    ingest_files = Method(calls.ingest_files)
    job = Method(calls.job)
    health = Method(calls.health)
    ready = Method(calls.ready)
    version = Method(calls.version)

    def send(self, call: Call[T]) -> T:
        """Make a call. Raises RemoteError."""
        with ExitStack() as opened:
            request = _request(self.base_url, call, opened)
            try:
                try:
                    response = self._http.request(**request)
                except LOST:
                    if not call.only_reads:
                        raise
                    response = self._http.request(**request)
            except httpx.HTTPError as error:
                raise replies.unreachable(self.base_url, self._timeout, error) from error
        return replies.value(call, response.status_code, response.content)

    def ask_stream(self, question: str, scope: ScopeRequest = ScopeRequest()) -> Iterator[Stage | Answer]:
        """Each stage when it is reached, then the answer. Raises RemoteError."""
        call, reader = _built(calls.ask_stream, question, scope), EventReader()
        request = _request(self.base_url, call, None)
        try:
            with self._http.stream(**request) as response:
                if response.status_code not in call.expected:
                    raise replies.refused(response.status_code, response.read())
                for event in (event for piece in response.iter_bytes() for event in reader.feed(piece)):
                    found = replies.event_value(call, event)
                    if found is not None:
                        yield found
                    if isinstance(found, Answer):
                        return
        except httpx.HTTPError as error:
            raise replies.unreachable(self.base_url, self._timeout, error) from error
        raise replies.ended_early(call.path)

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncFinChatClient:
    """The same as `FinChatClient`, awaited. Close it with `aclose`, or use it in an `async with`."""

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = (base_url or DEFAULT_URL).rstrip("/")
        self._timeout = timeout
        self._http = httpx.AsyncClient(transport=transport, **_options(token, timeout))

    ask = AsyncMethod(calls.ask)
    search = AsyncMethod(calls.search)
    verify = AsyncMethod(calls.verify)
    companies = AsyncMethod(calls.companies)
    filings = AsyncMethod(calls.filings)
    filing = AsyncMethod(calls.filing)
    sections = AsyncMethod(calls.sections)
    blocks = AsyncMethod(calls.blocks)
    tables = AsyncMethod(calls.tables)
    facts = AsyncMethod(calls.facts)
    series = AsyncMethod(calls.series)
    compare = AsyncMethod(calls.compare)
    statement = AsyncMethod(calls.statement)
    document = AsyncMethod(calls.document)
    ingest = AsyncMethod(calls.ingest)
    ingest_files = AsyncMethod(calls.ingest_files)
    job = AsyncMethod(calls.job)
    health = AsyncMethod(calls.health)
    ready = AsyncMethod(calls.ready)
    version = AsyncMethod(calls.version)

    async def send(self, call: Call[T]) -> T:
        """Make a call. Raises RemoteError."""
        with ExitStack() as opened:
            request = _request(self.base_url, call, opened)
            try:
                try:
                    response = await self._http.request(**request)
                except LOST:
                    if not call.only_reads:
                        raise
                    response = await self._http.request(**request)
            except httpx.HTTPError as error:
                raise replies.unreachable(self.base_url, self._timeout, error) from error
        return replies.value(call, response.status_code, response.content)

    async def ask_stream(
        self, question: str, scope: ScopeRequest = ScopeRequest()
    ) -> AsyncIterator[Stage | Answer]:
        """Each stage when it is reached, then the answer. Raises RemoteError."""
        call, reader = _built(calls.ask_stream, question, scope), EventReader()
        request = _request(self.base_url, call, None)
        try:
            async with self._http.stream(**request) as response:
                if response.status_code not in call.expected:
                    raise replies.refused(response.status_code, await response.aread())
                async for piece in response.aiter_bytes():
                    for event in reader.feed(piece):
                        found = replies.event_value(call, event)
                        if found is not None:
                            yield found
                        if isinstance(found, Answer):
                            return
        except httpx.HTTPError as error:
            raise replies.unreachable(self.base_url, self._timeout, error) from error
        raise replies.ended_early(call.path)

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _built(build: Callable[P, Call[T]], *args: P.args, **kwargs: P.kwargs) -> Call[T]:
    """The call. Raises UsageError for values that the API would refuse."""
    try:
        return build(*args, **kwargs)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}: {first['msg']}") from error


def _options(token: str | None, timeout: float) -> dict[str, Any]:
    """How both clients are set up. Proxies and .netrc of the environment are for other servers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {"headers": headers, "timeout": timeout, "trust_env": False, "follow_redirects": False}


def _request(base_url: str, call: Call[Any], opened: ExitStack | None) -> dict[str, Any]:
    """The arguments that httpx needs for a call; files that it opens are closed with `opened`."""
    headers = {"Accept": call.accept}
    if call.body is not None:
        headers["Content-Type"] = calls.JSON
    request: dict[str, Any] = {
        "method": call.method,
        "url": base_url + call.path,
        "params": call.params,
        "headers": headers,
        "content": call.body,
    }
    if call.files and opened is not None:
        request["files"] = [("files", _file(file, opened)) for file in call.files]
    return request


def _file(file: Upload, opened: ExitStack) -> tuple[str, bytes | IO[bytes]]:
    if isinstance(file, tuple):
        return file
    path = Path(file)
    return path.name, opened.enter_context(path.open("rb"))
