"""Questions that take too long, too many at once, and what happens to the work nobody waits for."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
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


@pytest.fixture
def shut() -> Iterator[FakeLibrary]:
    """A library whose questions take until its gate is opened; at the end it is, for threads that wait."""
    library = FakeLibrary()
    library.gate.clear()
    yield library
    library.gate.set()


def metric(address: str, line: str) -> bool:
    return line in httpx.get(f"{address}/metrics", trust_env=False).text


def eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_question_beyond_its_time_is_a_504_and_stops_at_its_next_stage(shut: FakeLibrary) -> None:
    with live(shut, api_timeout=0.2) as address:
        response = post(address)
        assert (response.status_code, response.json()["code"]) == (504, "timeout")
        assert "FINCHAT_API_TIMEOUT" in response.json()["detail"]
        assert metric(address, 'finchat_questions_total{reason="",status="timeout"} 1.0')
        shut.gate.set()
        eventually(lambda: shut.stages_run > 0)
        assert post(address).status_code == 200  # the thread is free again
    assert shut.stages_run == 1 + len(STAGES)


def test_a_stream_beyond_its_time_ends_with_an_error_event(shut: FakeLibrary) -> None:
    with live(shut, api_timeout=0.2) as address:
        response = post(address, Accept="text/event-stream")
        shut.gate.set()
    assert response.status_code == 200
    assert "event: error" in response.text
    assert '"code":"timeout"' in response.text
    assert "event: answer" not in response.text


def test_a_stream_that_nobody_reads_stops_its_question(shut: FakeLibrary) -> None:
    with live(shut) as address:
        request = {"json": {"question": "Acme?"}, "headers": {"Accept": "text/event-stream"}}
        with httpx.stream("POST", f"{address}/v1/ask", trust_env=False, **request) as response:  # type: ignore[arg-type]
            next(response.iter_bytes())
        ended = 'finchat_http_request_seconds_count{method="POST",route="/v1/ask",status="2xx"} 1.0'
        eventually(lambda: metric(address, ended))
        shut.gate.set()
        assert post(address).status_code == 200
    assert shut.stages_run == 1 + len(STAGES)


def test_a_slow_question_does_not_hold_up_others(shut: FakeLibrary) -> None:
    with live(shut) as address, ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(post, address) for _ in range(4)]
        assert all(shut.asked.acquire(timeout=10) for _ in asked)
        for path in ("/health", "/ready", "/v1/companies"):
            assert httpx.get(f"{address}{path}", trust_env=False).status_code == 200
        assert not any(each.done() for each in asked)
        shut.gate.set()
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


def test_requests_of_some_seconds_wait_while_the_machine_stands_still() -> None:
    async def story() -> None:
        workers, gate = Workers(30), threading.Event()
        held = [asyncio.create_task(workers.run(gate.wait)) for _ in range(300)]
        await asyncio.sleep(0.05)
        gate.set()
        assert all(await asyncio.gather(*held))
        workers.close()

    asyncio.run(story())


async def freed(workers: Workers) -> int:
    """7, once there is a place again."""
    for _ in range(1_000):
        try:
            return await workers.run(lambda: 7)
        except ProblemError:
            await asyncio.sleep(0.01)
    raise AssertionError("no place came back")


def test_a_call_that_outlives_its_time_keeps_its_place_until_it_ends() -> None:
    async def story() -> None:
        workers, gate = Workers(0.3, threads=1, waiting=0), threading.Event()
        with pytest.raises(ProblemError) as late:
            await workers.run(gate.wait)
        assert late.value.status_code == 504
        with pytest.raises(ProblemError) as busy:
            await workers.run(gate.wait)
        assert busy.value.status_code == 503
        gate.set()
        assert await freed(workers) == 7
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
