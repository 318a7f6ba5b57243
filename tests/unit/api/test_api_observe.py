"""One log line a request, with its id and without what a client must not make us write."""

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from finchat_sec_qa.telemetry.logs import JsonLines, Redactor
from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import live

TOKEN = "s3cret-token-of-the-test"  # noqa: S105 - made up


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the API logs, as JSON objects."""
    found: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(JsonLines(Redactor((TOKEN,))))
    logger = logging.getLogger("api")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_request_is_one_line(lines: list[dict[str, Any]]) -> None:
    with live(FakeLibrary(), api_token=TOKEN) as address:
        headers = {"X-Request-ID": "mine-1", "Authorization": f"Bearer {TOKEN}"}
        httpx.get(f"{address}/v1/filings/bolt_2023?q={TOKEN}", headers=headers, trust_env=False)
        httpx.get(f"{address}/v1/filings/bolt_2023", trust_env=False)
    first, second = (line for line in lines if line["logger"] == "api.access")
    assert first.pop("ms") > 0
    assert first.pop("time")
    assert first == {
        "level": "INFO",
        "logger": "api.access",
        "message": "request",
        "method": "GET",
        "path": "/v1/filings/bolt_2023",
        "route": "/v1/filings/{filing_id}",
        "status": 200,
        "client": "127.0.0.1",
        "request_id": "mine-1",
    }
    assert (second["status"], second["route"]) == (401, None)
    assert TOKEN not in json.dumps(lines)


def test_an_unknown_failure_is_logged_with_its_cause_under_the_request(lines: list[dict[str, Any]]) -> None:
    library = FakeLibrary()
    library.break_with(ZeroDivisionError("the cause"))
    with live(library) as address:
        response = httpx.post(f"{address}/v1/search", json={"query": "a"}, trust_env=False)
    (line,) = (line for line in lines if line["level"] == "ERROR")
    assert "ZeroDivisionError: the cause" in line["exception"]
    assert line["request_id"] == response.json()["request_id"]
    access = [line for line in lines if line["logger"] == "api.access"]
    assert [each["status"] for each in access] == [500]


def test_a_stream_is_one_line_with_its_whole_time(lines: list[dict[str, Any]]) -> None:
    library = FakeLibrary()
    library.gate.clear()
    with live(library) as address, ThreadPoolExecutor(1) as pool:
        headers = {"Accept": "text/event-stream"}
        request = pool.submit(
            httpx.post, f"{address}/v1/ask", json={"question": "Acme?"}, headers=headers, trust_env=False
        )
        assert library.asked.acquire(timeout=10)
        time.sleep(0.1)
        library.gate.set()
        assert request.result().status_code == 200
    (line,) = (line for line in lines if line["logger"] == "api.access")
    assert line["ms"] >= 100
