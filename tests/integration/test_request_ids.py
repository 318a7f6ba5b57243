"""One id for a request through the pages and the API, in every log line and every problem: real servers."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.patience import ends
from tests.ports import unused_port

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
REVENUE = "What was Apple's revenue in fiscal 2024?"


class Server:
    """A program of ours with its log in a file."""

    def __init__(self, port: int, log: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._log = log

    def lines(self, request: str | None = None) -> list[dict[str, Any]]:
        """What it has logged, each line as JSON; of one request if named."""
        found = [json.loads(line) for line in self._log.read_text("utf-8").splitlines()]
        return [line for line in found if request in (None, line.get("request_id"))]


@contextmanager
def running(module: str, port: int, log: Path, **settings: str) -> Iterator[Server]:
    """`python -m module` until the block ends."""
    environment = {**os.environ, **{f"FINCHAT_{name}": value for name, value in settings.items()}}
    server = Server(port, log)
    with (
        log.open("wb") as stream,
        subprocess.Popen([sys.executable, "-m", module], env=environment, stderr=stream) as process,
    ):
        try:
            with ends():
                while not answers(f"{server.address}/health"):
                    assert process.poll() is None, log.read_text("utf-8")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)


def answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def servers(
    sample_store: Path, tmp_path_factory: pytest.TempPathFactory, free_port: int
) -> Iterator[tuple[Server, Server]]:
    folder = tmp_path_factory.mktemp("ids")
    shutil.copytree(sample_store, folder / "store")
    port, log = free_port, folder / "api.log"
    settings = {"STORE": str(folder / "store"), "API_PORT": str(port)}
    with (
        running("api", port, log, **settings) as api,
        running(
            "webapp", port + 1, folder / "webapp.log", API_URL=api.address, WEB_PORT=str(port + 1)
        ) as webapp,
    ):
        yield api, webapp


def test_a_question_has_one_id_in_both_logs_and_in_the_reply(servers: tuple[Server, Server]) -> None:
    api, webapp = servers
    headers = {"X-Request-ID": "from-the-proxy-1", "traceparent": TRACE}
    reply = httpx.get(
        f"{webapp.address}/ask", params={"q": REVENUE}, headers=headers, trust_env=False, timeout=60
    )
    assert (reply.status_code, reply.headers["X-Request-ID"]) == (200, "from-the-proxy-1")
    (line,) = webapp.lines("from-the-proxy-1")
    assert (line["logger"], line["path"], line["status"]) == ("webapp.access", "/ask", 200)
    routes = [line["route"] for line in api.lines("from-the-proxy-1")]
    assert routes[0] == "/v1/ask"
    assert len(routes) > 1  # the page also reads the cited place


@pytest.mark.parametrize("given", ["two words", "x" * 65, "a/b"])
def test_an_id_that_is_not_well_formed_is_replaced_for_both(
    servers: tuple[Server, Server], given: str
) -> None:
    api, webapp = servers
    reply = httpx.get(
        f"{webapp.address}/companies", headers={"X-Request-ID": given}, trust_env=False, timeout=60
    )
    made = reply.headers["X-Request-ID"]
    assert made != given
    assert [line["path"] for line in webapp.lines(made)] == ["/companies"]
    read = httpx.get(
        f"{webapp.address}/filings/none-of-that", headers={"X-Request-ID": given}, trust_env=False
    )
    assert [line["status"] for line in api.lines(read.headers["X-Request-ID"])] == [404]
    assert not [line for line in (*api.lines(), *webapp.lines()) if given == line.get("request_id")]


def test_two_requests_have_two_ids(servers: tuple[Server, Server]) -> None:
    _, webapp = servers
    ids = {
        httpx.get(f"{webapp.address}/companies", trust_env=False).headers["X-Request-ID"] for _ in range(5)
    }
    assert len(ids) == 5


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/filings/none-of-that", None, 404),
        ("GET", "/no/such/route", None, 404),
        ("PUT", "/v1/ask", {}, 405),
        ("POST", "/v1/ask", {"question": ""}, 422),
        ("POST", "/v1/ask", {"question": "x", "scope": {"companies": ["NONE OF THAT NAME"]}}, 400),
    ],
)
def test_every_problem_of_the_api_names_the_request(
    servers: tuple[Server, Server], method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    api, _ = servers
    headers = {"X-Request-ID": f"problem-{status}"}
    reply = httpx.request(method, f"{api.address}{path}", json=body, headers=headers, trust_env=False)
    assert reply.status_code == status
    assert reply.json()["request_id"] == reply.headers["X-Request-ID"] == f"problem-{status}"


def test_a_page_that_could_not_be_made_names_the_request(tmp_path: Path) -> None:
    port = unused_port()
    nowhere = "http://127.0.0.1:1"
    with running("webapp", port, tmp_path / "log", API_URL=nowhere, WEB_PORT=str(port)) as webapp:
        headers = {"X-Request-ID": "lost-1"}
        reply = httpx.get(f"{webapp.address}/companies", headers=headers, trust_env=False)
        assert reply.status_code >= 500
        assert "<code>lost-1</code>" in reply.text
        assert {line["level"] for line in webapp.lines("lost-1")} == {"INFO", "WARNING"}


def test_every_line_of_a_request_has_its_id(servers: tuple[Server, Server]) -> None:
    """What is left without one is said outside of requests: starts, stops, workers."""
    for server in servers:
        without = {line["logger"] for line in server.lines() if "request_id" not in line}
        assert without <= {"api.serve", "webapp", "gunicorn.error", "uvicorn.error"}
