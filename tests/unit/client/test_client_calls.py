"""Both clients over a real server give what the library gives; failures are RemoteErrors that explain."""

import asyncio
import inspect
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from finchat_sec_qa.client import AsyncFinChatClient, FinChatClient, Stage, calls
from finchat_sec_qa.errors import NotFoundError, RemoteError, UsageError
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import IngestRequest, ScopeRequest
from tests.api_support.fake_library import STAGES, FakeLibrary
from tests.api_support.live import live

QUESTION = "What was Acme revenue?"
BOLT = ScopeRequest(companies=("BOLT",), fiscal_years=(2024,))
TOKEN = "client-token"  # noqa: S105 - made up
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with live(library, api_token=TOKEN) as found:
        yield found


@pytest.fixture(scope="module", params=["sync", "async"])
def call(request: pytest.FixtureRequest, address: str) -> Iterator[Ask]:
    """Calls a method of the client by name and gives its value."""
    if request.param == "sync":
        with FinChatClient(address, TOKEN) as client:
            yield lambda name, *args, **kwargs: getattr(client, name)(*args, **kwargs)
        return
    with asyncio.Runner() as runner:
        other = AsyncFinChatClient(address, TOKEN)

        async def awaited(name: str, *args: Any, **kwargs: Any) -> Any:
            return await getattr(other, name)(*args, **kwargs)

        yield lambda name, *args, **kwargs: runner.run(awaited(name, *args, **kwargs))
        runner.run(other.aclose())


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("ask", (QUESTION,), {}),
        ("ask", ("zebra", BOLT), {}),
        ("search", ("acme bolts",), {"limit": 1}),
        ("search", ("acme bolts", BOLT), {}),
        ("companies", (), {}),
        ("filings", (), {}),
        ("filings", (BOLT,), {}),
        ("filing", ("bolt_2023",), {}),
        ("sections", ("bolt_2023",), {}),
        ("blocks", ("bolt_2023",), {"start": 5, "limit": 7}),
        ("tables", ("bolt_2023",), {"start": 3, "limit": 1}),
        ("facts", ("bolt_2023",), {}),
        ("facts", ("bolt_2023",), {"concept": "acme:Note", "limit": 5}),
        ("facts", ("bolt_2023",), {"numeric_only": True}),
        ("series", ("ACME", "revenue"), {}),
        ("series", ("ACME", "gross-margin"), {"quarters": 8, "as_of": date(2024, 5, 1)}),
        ("compare", (("ACME", "BOLT"), ("revenue", "R&D"), ("FY2022:FY2024", "FY2020")), {}),
        ("compare", (("ACME",), ("revenue",), ("FY2024",)), {"as_of": date(2024, 5, 1)}),
        ("statement", ("ACME", "Q2 FY2024", "balance"), {}),
        ("statement", ("BOLT", "latest", "cashflow"), {"as_of": date(2024, 5, 1)}),
    ],
)
def test_a_call_gives_what_the_library_gives(
    call: Ask, library: FakeLibrary, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert call(name, *args, **kwargs) == getattr(library, name)(*args, **kwargs)


def test_an_answer_keeps_its_bytes(call: Ask, library: FakeLibrary) -> None:
    answer = call("ask", QUESTION)
    assert answer.to_json() == library.ask(QUESTION).to_json()
    assert call("verify", answer) == library.verify(answer)
    assert call("verify", answer).holds


def test_a_table_is_verified_like_an_answer(call: Ask, library: FakeLibrary) -> None:
    table = call("series", "ACME", "revenue")
    assert table.citations
    assert call("verify", table) == library.verify(table)
    assert call("verify", table).holds
    changed = table.citations[0].model_copy(update={"quote": "no such words"})
    assert not call("verify", table.model_copy(update={"citations": (changed,)})).holds


def test_documents_probes_and_version(call: Ask, library: FakeLibrary) -> None:
    assert call("document", "bolt_2023") == library.original("bolt_2023")[1]
    assert call("health").status == "ok"
    assert call("ready").checks == {"store": "ok"}
    assert call("version").python.startswith("3.")


def test_ingests_of_both_kinds(call: Ask, library: FakeLibrary, tmp_path: Path) -> None:
    path = tmp_path / "c.htm"
    path.write_bytes(b"<p>c</p>")
    named = [path, str(path.with_name("c.htm").rename(path)), ("d.pdf", b"%PDF"), ("e.txt", io.BytesIO(b"e"))]
    job = call("ingest_files", [named[0], *named[2:]])
    report = _finished(call, job.id).report
    assert report
    assert report.stored == ("c", "d", "e")
    assert library.contents["c.htm"] == b"<p>c</p>"
    assert library.contents["e.txt"] == b"e"
    job = call("ingest", IngestRequest(companies=("KO",)))
    assert _finished(call, job.id).state == "done"


def _finished(call: Ask, job_id: str) -> Any:
    for _ in range(500):
        view = call("job", job_id)
        if view.state in {"done", "failed"}:
            return view
        time.sleep(0.01)
    raise AssertionError("the job did not end")


def test_a_stream_gives_stages_then_the_answer(address: str, library: FakeLibrary) -> None:
    with FinChatClient(address, TOKEN) as client:
        *stages, answer = client.ask_stream(QUESTION)
    assert stages == [Stage(stage=name) for name in STAGES]
    assert isinstance(answer, Answer)
    assert answer.to_json() == library.ask(QUESTION).to_json()

    async def story() -> list[Stage | Answer]:
        async with AsyncFinChatClient(address, TOKEN) as other:
            return [each async for each in other.ask_stream(QUESTION)]

    assert asyncio.run(story()) == [*stages, answer]


def test_problems_become_remote_errors_with_their_code(call: Ask) -> None:
    with pytest.raises(
        RemoteError, match=r"no filing 'nope' in the store \(request [0-9a-f]{16}\)"
    ) as caught:
        call("filing", "nope")
    assert (caught.value.status, caught.value.code) == (404, "not_found")
    with pytest.raises(RemoteError, match="no ingest job"):
        call("job", "nope")


def test_a_failed_question_is_a_remote_error_in_a_stream_too() -> None:
    library = FakeLibrary()
    library.break_with()
    with live(library) as address, FinChatClient(address) as client:
        with pytest.raises(RemoteError, match="request id") as caught:
            client.ask(QUESTION)
        assert (caught.value.status, caught.value.code) == (500, "store")
        with pytest.raises(RemoteError) as caught:
            list(client.ask_stream(QUESTION))
        assert (caught.value.status, caught.value.code) == (500, "store")
        assert client.ready().ready is False


def test_a_wrong_token_is_a_remote_error(address: str) -> None:
    with FinChatClient(address, "wrong") as client:
        with pytest.raises(RemoteError, match="bearer token") as caught:
            client.companies()
        assert (caught.value.status, caught.value.code) == (401, "unauthorized")
        with pytest.raises(RemoteError, match="bearer token"):
            list(client.ask_stream(QUESTION))


def test_what_cannot_be_sent_is_a_usage_error(call: Ask) -> None:
    with pytest.raises(UsageError, match=r"question: .*2000"):
        call("ask", "x" * 2001)
    with pytest.raises(UsageError, match="limit"):
        call("search", "x", limit=0)
    with pytest.raises(UsageError, match="companies, forms and fiscal years"):
        call("filings", ScopeRequest(filings=("a",)))
    for name in ("", "..", "a/b"):
        with pytest.raises(NotFoundError):
            call("filing", name)


@pytest.mark.parametrize("name", ["a b", "a?b=c", "a#b", "a%2Fb", "ü"])
def test_ids_stay_one_segment_of_the_path(call: Ask, name: str) -> None:
    with pytest.raises(RemoteError) as caught:
        call("filing", name)
    assert f"no filing {name!r}" in str(caught.value)


def test_no_server_says_where_it_looked() -> None:
    with (
        FinChatClient("http://127.0.0.1:9") as client,
        pytest.raises(RemoteError, match=r"127\.0\.0\.1:9") as caught,
    ):
        client.health()
    assert (caught.value.status, caught.value.code) == (None, "unreachable")


def whole(body: bytes) -> bytes:
    """A reply as it is on the wire."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def giving(*replies: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server whose every connection gets the next of these bytes and ends; the request lines that came."""
    came: list[bytes] = []

    def serve() -> None:
        for reply in replies:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            with connection, connection.makefile("rb") as told:
                came.append(told.readline())
                length = 0
                while line := told.readline().strip():
                    name, _, value = line.lower().partition(b":")
                    length = int(value) if name == b"content-length" else length
                told.read(length)
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve)
        server.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.join()


def made(kind: str, address: str, name: str, *args: Any) -> Any:
    """What the call `name` of that kind of client gives."""
    if kind == "sync":
        with FinChatClient(address) as client:
            return getattr(client, name)(*args)

    async def awaited() -> Any:
        async with AsyncFinChatClient(address) as client:
            return await getattr(client, name)(*args)

    return asyncio.run(awaited())


COMPANIES = whole(b'{"companies": []}')


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("cut", [b"", COMPANIES[:20], COMPANIES[:-1]])
def test_what_only_reads_is_sent_again_when_the_connection_ends_before_the_reply(
    kind: str, cut: bytes
) -> None:
    with giving(cut, COMPANIES) as (address, came):
        assert made(kind, address, "companies") == ()
    assert len(came) == 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_it_is_sent_twice_and_no_more(kind: str) -> None:
    with giving(b"", b"", COMPANIES) as (address, came):
        with pytest.raises(RemoteError) as caught:
            made(kind, address, "companies")
        assert (caught.value.code, len(came)) == ("unreachable", 2)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_ingest_is_never_sent_twice(kind: str) -> None:
    with giving(b"", b"") as (address, came):
        with pytest.raises(RemoteError):
            made(kind, address, "ingest_files", [("a.htm", b"<html></html>")])
        assert len(came) == 1


def test_a_slow_server_is_a_timeout() -> None:
    library = FakeLibrary()
    library.gate.clear()
    with live(library) as address, FinChatClient(address, timeout=0.1) as client:
        with pytest.raises(RemoteError, match=r"did not answer within 0.1 s") as caught:
            client.ask(QUESTION)
        library.gate.set()
    assert caught.value.code == "timeout"


def replying(status: int, body: bytes, **headers: str) -> FinChatClient:
    """A client of a server that always says this."""
    return FinChatClient(
        "http://api",
        transport=httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers)),
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"companies": [{"key": 1}]}', b"\xff"])
def test_a_strange_reply_is_a_remote_error(body: bytes) -> None:
    with replying(200, body) as client, pytest.raises(RemoteError, match="/v1/companies") as caught:
        client.companies()
    assert caught.value.code == "bad_reply"


@pytest.mark.parametrize("status", [301, 400, 502])
def test_a_failure_without_a_problem_is_not_quoted(status: int) -> None:
    with replying(status, b"<html>secret</html>") as client, pytest.raises(RemoteError) as caught:
        client.companies()
    assert caught.value.status == status
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "without an answer"),
        (b'event: stage\ndata: {"stage":"plan"}\n\n', "without an answer"),
        (b"event: answer\ndata: {}\n\n", "not what this version understands"),
        (b"event: stage\ndata: 7\n\n", "not what this version understands"),
        (b"event: error\ndata: oops\n\n", "no explanation"),
    ],
)
def test_a_broken_stream_is_a_remote_error(body: bytes, message: str) -> None:
    with replying(200, body) as client, pytest.raises(RemoteError, match=message):
        list(client.ask_stream(QUESTION))


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_") and name not in {"close", "aclose"}}

    assert public(FinChatClient) == public(AsyncFinChatClient)
    with FinChatClient() as client:
        for name in public(FinChatClient) - {"send", "ask_stream"}:
            assert inspect.signature(getattr(client, name)) == inspect.signature(getattr(calls, name))
            assert getattr(client, name).__doc__


def test_the_environments_proxies_are_not_used(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FinChatClient(address, TOKEN) as client:
        assert client.health().status == "ok"


HEAVY = (
    "lxml",
    "tantivy",
    "pypdfium2",
    "sqlite3",
    "fastapi",
    "starlette",
    "uvicorn",
    "Stemmer",
)


def test_the_client_needs_only_httpx_and_pydantic() -> None:
    program = (
        "import sys, json; import finchat_sec_qa.client; from finchat_sec_qa import FinChatClient;"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_an_abandoned_async_stream_closes_its_connection(address: str) -> None:
    async def story() -> None:
        async with AsyncFinChatClient(address, TOKEN) as client:
            stream = client.ask_stream(QUESTION)
            assert isinstance(stream, AsyncIterator)
            assert await anext(stream) == Stage(stage="plan")
            await stream.aclose()  # type: ignore[attr-defined]
            assert (await client.health()).status == "ok"

    asyncio.run(story())
