"""Real child processes: a server of a few lines in place of the API and the web pages."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa.cli.services import Service, ServiceError, Services, usable_port
from finchat_sec_qa.errors import UsageError

STEADY = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: (open(os.environ["LOG"], "a").write("stopped\\n"), os._exit(0)))
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Healthy).serve_forever()
"""
STUBBORN = STEADY.replace(
    "signal.signal(signal.SIGTERM, lambda", "signal.signal(signal.SIGUSR1, lambda"
).replace("class Healthy", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nclass Healthy")


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    for name, text in (
        ("steady", STEADY),
        ("stubborn", STUBBORN),
        ("brief", "raise SystemExit(7)"),
        ("silent", "import time\ntime.sleep(60)"),
    ):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


@pytest.fixture
def port() -> int:
    return usable_port("127.0.0.1", 0, option="--api-port")


@pytest.fixture
def services() -> Iterator[Services]:
    with Services(lambda: False) as running:
        yield running


def environment(folder: Path, port: int) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), "PORT": str(port), "LOG": str(folder / "log")}


def test_a_server_is_waited_for_and_stopped(modules: Path, port: int, services: Services) -> None:
    services.start(Service("API", "steady", "127.0.0.1", port), environment(modules, port))
    assert services.wait_until_healthy(20)
    services.stop()
    assert (modules / "log").read_text() == "stopped\n"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_one_that_ends_by_itself_is_named(modules: Path, port: int, services: Services) -> None:
    services.start(Service("web UI", "brief", "127.0.0.1", port), environment(modules, port))
    with pytest.raises(ServiceError, match="the web UI ended with exit code 7"):
        services.wait_until_healthy(20)


def test_one_that_is_killed_is_named_while_watched(modules: Path, port: int, services: Services) -> None:
    services.start(Service("API", "silent", "127.0.0.1", port), environment(modules, port))
    services._running[0][1].kill()
    with pytest.raises(ServiceError, match="the API was ended by SIGKILL"):
        services.watch()


def test_one_that_never_answers_is_given_up(modules: Path, port: int, services: Services) -> None:
    services.start(Service("API", "silent", "127.0.0.1", port), environment(modules, port))
    with pytest.raises(
        ServiceError, match=f"the API did not answer within 0.3 seconds at http://127.0.0.1:{port}"
    ):
        services.wait_until_healthy(0.3)


def test_one_that_will_not_stop_is_ended(modules: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finchat_sec_qa.cli.services.GRACE", 0.3)
    with Services(lambda: False) as services:
        services.start(Service("API", "stubborn", "127.0.0.1", port), environment(modules, port))
        assert services.wait_until_healthy(20)
        child = services._running[0][1]
    assert child.returncode == -signal.SIGKILL


def test_waiting_ends_when_the_user_asks_to_stop(modules: Path, port: int) -> None:
    with Services(lambda: True) as services:
        services.start(Service("API", "silent", "127.0.0.1", port), environment(modules, port))
        assert not services.wait_until_healthy(20)
        services.watch()


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"port {port}: .* choose another with --web-port"):
            usable_port("127.0.0.1", port, option="--web-port")


def test_a_host_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"no\.such\.host\.invalid: not an address"):
        usable_port("no.such.host.invalid", 0, option="--api-port")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - only spoken of
        ("::", "http://[::1]:80"),
        ("box.example", "http://box.example:80"),
    ],
)
def test_a_server_is_reached_from_here(host: str, url: str) -> None:
    assert Service("API", "api", host, 80).url == url
