"""Questions that take too long, too many at once, and what happens to the work nobody waits for."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from api.problems import ProblemError
from api.workers import Workers
from finchat_sec_qa.telemetry.logs import request_id
from tests.api_support.fake_library import STAGES, FakeLibrary
from tests.api_support.live import live


def post(address: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/ask", json={"question": "Acme?"}, headers=headers, trust_env=False)


def test_a_question_beyond_its_time_is_a_504_and_stops_at_its_next_stage() -> None:
    library = FakeLibrary(seconds=0.3)
    with live(library, api_timeout=0.4) as address:
        response = post(address)
        assert (response.status_code, response.json()["code"]) == (504, "timeout")
        assert "FINCHAT_API_TIMEOUT" in response.json()["detail"]
        assert (
            'finchat_questions_total{reason="",status="timeout"} 1.0' in httpx.get(f"{address}/metrics").text
        )
        time.sleep(0.8)
    assert library.stages_run < len(STAGES)


def test_a_stream_beyond_its_time_ends_with_an_error_event() -> None:
    with live(FakeLibrary(seconds=0.3), api_timeout=0.4) as address:
        response = post(address, Accept="text/event-stream")
    assert response.status_code == 200
    assert "event: error" in response.text
    assert '"code":"timeout"' in response.text
    assert "event: answer" not in response.text


def test_a_stream_that_nobody_reads_stops_its_question() -> None:
    library = FakeLibrary(seconds=0.2)
    with live(library) as address:
        request = {"json": {"question": "Acme?"}, "headers": {"Accept": "text/event-stream"}}
        with httpx.stream("POST", f"{address}/v1/ask", trust_env=False, **request) as response:  # type: ignore[arg-type]
            next(response.iter_bytes())
        time.sleep(1)
        assert library.stages_run < len(STAGES)


def test_a_slow_question_does_not_hold_up_health() -> None:
    with live(FakeLibrary(seconds=0.2)) as address, ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(post, address) for _ in range(4)]
        time.sleep(0.1)
        started = time.monotonic()
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
        assert time.monotonic() - started < 0.3
        assert [each.result().status_code for each in asked] == [200] * 4


def test_a_broken_store_is_a_500_without_internals_and_a_503_of_ready() -> None:
    library = FakeLibrary()
    library.break_with()
    with live(library) as address:
        response = post(address)
        assert (response.status_code, response.json()["code"]) == (500, "store")
        ready = httpx.get(f"{address}/ready", trust_env=False)
        assert ready.status_code == 503
        assert ready.json()["ready"] is False
        assert "cannot be read" in ready.json()["checks"]["store"]
        metrics = httpx.get(f"{address}/metrics", trust_env=False)
        assert metrics.status_code == 200
        assert "finchat_store_readable 0.0" in metrics.text
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
    assert "/secret" not in response.text + ready.text + metrics.text


def test_an_unknown_failure_is_a_500_without_internals() -> None:
    library = FakeLibrary()
    library.break_with(ZeroDivisionError("in /secret/path"))
    with live(library) as address:
        response = post(address)
        stream = post(address, Accept="text/event-stream")
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert '"code":"internal"' in stream.text
    assert "secret" not in response.text + stream.text


def test_too_many_calls_at_once_are_refused_and_the_place_comes_back() -> None:
    async def story() -> None:
        workers, gate = Workers(5, threads=1, waiting=1), threading.Event()
        held = [asyncio.create_task(workers.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(ProblemError, match="Too many") as caught:
            await workers.run(gate.wait)
        assert caught.value.status_code == 503
        assert caught.value.headers == {"Retry-After": "1"}
        gate.set()
        assert await asyncio.gather(*held) == [True, True]
        assert await workers.run(lambda: "free again") == "free again"
        workers.close()

    asyncio.run(story())


def test_a_call_that_outlives_its_time_keeps_its_place_until_it_ends() -> None:
    async def story() -> None:
        workers, gate = Workers(0.05, threads=1, waiting=0), threading.Event()
        with pytest.raises(ProblemError) as late:
            await workers.run(gate.wait)
        assert late.value.status_code == 504
        with pytest.raises(ProblemError) as busy:
            await workers.run(gate.wait)
        assert busy.value.status_code == 503
        gate.set()
        await asyncio.sleep(0.05)
        assert await workers.run(lambda: 7) == 7
        workers.close()

    asyncio.run(story())


def test_a_calls_own_timeout_error_is_not_taken_for_ours() -> None:
    def fails() -> None:
        raise TimeoutError("of the call")

    async def story() -> None:
        workers = Workers(5)
        with pytest.raises(TimeoutError, match="of the call"):
            await workers.run(fails)
        workers.close()

    asyncio.run(story())


def test_a_call_knows_its_request() -> None:
    async def story() -> None:
        workers = Workers(5)
        request_id.set("r-1")
        assert await workers.run(request_id.get) == "r-1"
        workers.close()

    asyncio.run(story())
