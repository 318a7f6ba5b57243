"""GET /metrics of the web pages: what is counted, who may see it, and that all workers count together."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from finchat_sec_qa.config import Settings
from tests.patience import ends
from tests.unit.webapp.fake_api import FakeApi
from webapp.app import create_app

CLOSED = "http://127.0.0.1:1"  # nobody listens there


def counted(text: str, route: str, status: str = "2xx") -> float:
    labels = re.escape(f'{{method="GET",route="{route}",status="{status}"}}')
    found = re.search(rf"^finchat_http_request_seconds_count{labels} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def failures(text: str, reason: str) -> float:
    found = re.search(rf'^finchat_api_call_failures_total{{reason="{reason}"}} (\S+)$', text, re.MULTILINE)
    assert found, text
    return float(found[1])


def test_requests_are_counted_by_route_and_status(web: FlaskClient) -> None:
    web.get("/ask", query_string={"q": "What was revenue?"})
    web.get("/filings/evil-2023")
    web.get("/filings/none-of-that-name")
    web.get("/no/such/page")
    reply = web.get("/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    assert counted(reply.text, "/ask") == 1
    assert counted(reply.text, "/filings/<filing_id>") == 1
    assert counted(reply.text, "/filings/<filing_id>", "4xx") == 1
    assert counted(reply.text, "unmatched", "4xx") == 1


def test_nothing_that_a_reader_sends_becomes_a_label(web: FlaskClient) -> None:
    web.get("/ask", query_string={"q": "a-question-of-mine"})
    web.get("/a-path-of-mine")
    web.open("/", method="BREW")
    text = web.get("/metrics").text
    assert "of-mine" not in text
    assert "BREW" not in text


def test_an_own_fault_counts_as_5xx(web: FlaskClient, api: FakeApi) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise ValueError

    api.fault = broken
    assert web.get("/companies").status_code == 500
    assert counted(web.get("/metrics").text, "/companies", "5xx") == 1


@pytest.fixture
def failing() -> Iterator[str]:
    """A server that answers everything with 503."""

    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_failures_of_the_api_are_counted_on_every_page(failing: str) -> None:
    for address, reason in ((failing, "5xx"), (CLOSED, "unreachable")):
        pages = create_app(Settings(api_url=address)).test_client()
        assert pages.get("/companies").status_code >= 500
        assert pages.get("/search?q=sensors").status_code >= 500
        text = pages.get("/metrics").text
        assert (failures(text, reason), failures(text, "timeout")) == (2, 0)


def test_with_a_token_only_its_holder_sees_them(api: FakeApi) -> None:
    pages = create_app(Settings(api_token=SecretStr("a-token")), api.client()).test_client()
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": "a-tokén"}):
        refused = pages.get("/metrics", headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "finchat_" not in refused.text
    assert (
        counted(pages.get("/metrics", headers={"Authorization": "Bearer a-token"}).text, "/metrics", "4xx")
        == 3
    )
    assert pages.get("/health").status_code == 200


@pytest.fixture
def process(tmp_path: Path, free_port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m webapp` with three workers; nothing of it is left in the folder for temporary files."""
    settings = {"FINCHAT_WEB_PORT": str(free_port), "FINCHAT_WEB_WORKERS": "3", "FINCHAT_API_URL": CLOSED}
    environ = {**os.environ, **settings, "TMPDIR": str(tmp_path)}
    address = f"http://127.0.0.1:{free_port}"
    with subprocess.Popen([sys.executable, "-m", "webapp"], env=environ) as process:
        try:
            wait_for(address, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def served(process: "subprocess.Popen[bytes]", free_port: int) -> str:
    """Its address."""
    return f"http://127.0.0.1:{free_port}"


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the listening socket takes a request; all workers share it."""
    while process.poll() is None:
        try:
            httpx.get(f"{address}/metrics", trust_env=False, timeout=30)
        except httpx.ConnectError:
            continue
        return
    pytest.fail(f"webapp ended with {process.returncode}")


def test_any_worker_tells_what_all_have_counted(served: str) -> None:
    for _ in range(30):  # each over a connection of its own, so that it goes to whichever worker is free
        assert httpx.get(f"{served}/health", trust_env=False, timeout=30).status_code == 200
    told = [
        counted(httpx.get(f"{served}/metrics", trust_env=False, timeout=30).text, "/health")
        for _ in range(10)
    ]
    assert told == [30] * 10


def closing_client() -> httpx.Client:
    """Asks over a connection of its own each time, so that any worker may answer."""
    return httpx.Client(headers={"Connection": "close"}, trust_env=False, timeout=30)


def workers_of(process: "subprocess.Popen[bytes]") -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
    return {int(pid) for pid in children.split()}


def replaced(process: "subprocess.Popen[bytes]", killed: int) -> bool:
    """Whether a worker that was killed has been waited for, and there are three again."""
    found = workers_of(process)
    return killed not in found and len(found) == 3


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the workers in Linux' /proc")
def test_counts_outlive_workers_that_are_killed_and_files_stay_few(
    process: "subprocess.Popen[bytes]", served: str, tmp_path: Path
) -> None:
    asked = 0
    with closing_client() as client:
        for _ in range(25):
            for _ in range(6):
                assert client.get(f"{served}/health").status_code == 200
                asked += 1
            killed = min(workers_of(process))
            os.kill(killed, signal.SIGKILL)
            with ends():
                while not replaced(process, killed):
                    time.sleep(0.02)
            assert counted(client.get(f"{served}/metrics").text, "/health") == asked
    (folder,) = tmp_path.glob("finchat-web-*")
    # At most a counter's and a histogram's of each of the four processes, of all that ended, and of one that
    # was killed while somebody read.
    assert len(list(folder.glob("*.db"))) <= 12


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the workers in Linux' /proc")
def test_no_count_is_lost_or_doubled_while_workers_are_killed_under_load(
    process: "subprocess.Popen[bytes]", served: str
) -> None:
    """A request may have been counted and its answer lost with the worker; no answered one is missing."""
    answered, told = 0, [0.0]
    with ends(), closing_client() as client:
        for number in range(80):
            try:
                answered += client.get(f"{served}/health").status_code == 200
                if number % 8 == 4:
                    told.append(counted(client.get(f"{served}/metrics").text, "/health"))
            except httpx.TransportError:
                continue  # its worker was killed
            if number % 8 == 0:
                os.kill(min(workers_of(process)), signal.SIGKILL)
        text = client.get(f"{served}/metrics").text
    assert told == sorted(told)  # a counter that falls would be read as a restart
    assert answered <= counted(text, "/health") <= 80
