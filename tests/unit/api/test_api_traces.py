"""Traces: sent to a collector's stand-in on loopback, without what was asked, never in an answer's way."""

import gzip
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import live
from tests.receiver import Receiver, receiver

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
QUESTION = "What was Acme revenue, as nobody else shall know?"


@dataclass(frozen=True)
class Collector:
    """What is sent to it, decoded; `heard` is what was read so far, as it came."""

    received: Receiver
    heard: list[bytes]

    @property
    def address(self) -> str:
        return f"{self.received.address}/v1/traces"

    def spans(self, *names: str) -> dict[str, Span]:
        """Spans by name, once all of these have come."""
        found: dict[str, Span] = {}
        while not set(names) <= set(found):
            for resource in self.next().resource_spans:
                for scope in resource.scope_spans:
                    found.update((span.name, span) for span in scope.spans)
        return found

    def next(self) -> ExportTraceServiceRequest:
        post = self.received.next()
        assert post.path == "/v1/traces"
        assert post.headers["Content-Type"] == "application/x-protobuf"
        packed = post.headers["Content-Encoding"] == "gzip"
        self.heard.append(gzip.decompress(post.body) if packed else post.body)
        return ExportTraceServiceRequest.FromString(self.heard[-1])


@pytest.fixture
def collector() -> Iterator[Collector]:
    with receiver() as received:
        yield Collector(received, [])


def attributes(span: Span) -> dict[str, Any]:
    kinds = ("string_value", "int_value", "bool_value", "double_value")
    return {
        each.key: next(getattr(each.value, kind) for kind in kinds if each.value.HasField(kind))
        for each in span.attributes
    }


def ask(address: str, question: str = QUESTION, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{address}/v1/ask", json={"question": question}, headers=headers, trust_env=False, timeout=30
    )


def test_a_question_is_a_tree_of_spans_in_the_callers_trace(collector: Collector) -> None:
    with live(FakeLibrary(), traces_url=collector.address) as address:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "mine-1"}
        assert ask(address, **headers).status_code == 200
        spans = collector.spans("POST /v1/ask", "ask", "plan", "lookup", "compose", "verify")
    request = spans["POST /v1/ask"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/v1/ask",
        "http.response.status_code": 200,
        "finchat.request_id": "mine-1",
    }
    assert spans["ask"].parent_span_id == request.span_id
    assert attributes(spans["ask"]) == {"finchat.status": "answered", "finchat.citations": 1}
    before = spans["ask"].start_time_unix_nano
    for stage in ("plan", "lookup", "compose", "verify"):
        assert spans[stage].parent_span_id == spans["ask"].span_id
        assert spans[stage].trace_id.hex() == TRACE
        assert before <= spans[stage].start_time_unix_nano <= spans[stage].end_time_unix_nano
        before = spans[stage].end_time_unix_nano
    assert before <= spans["ask"].end_time_unix_nano <= request.end_time_unix_nano


def test_what_was_asked_is_in_no_span(collector: Collector) -> None:
    library = FakeLibrary()
    with live(library, traces_url=collector.address) as address:
        ask(address)
        httpx.get(f"{address}/v1/facts?company=nobody-else&metric=revenue", trust_env=False)
        library.break_with(ZeroDivisionError(QUESTION))
        assert ask(address).status_code == 500
        ask(address, "nobody else" * 500)
        collector.spans("POST /v1/ask", "GET /v1/facts")
    while not collector.received.posts.empty():
        collector.next()
    assert collector.heard
    assert not [each for each in collector.heard if b"nobody" in each or b"Acme" in each]


def test_a_failure_is_told_by_its_kind(collector: Collector) -> None:
    library = FakeLibrary()
    library.break_with(ZeroDivisionError("the cause"))
    with live(library, traces_url=collector.address) as address:
        assert ask(address).status_code == 500
        spans = collector.spans("POST /v1/ask", "ask")
    assert spans["ask"].status.code == spans["POST /v1/ask"].status.code == 2  # STATUS_CODE_ERROR
    assert attributes(spans["ask"])["error.type"] == "ZeroDivisionError"
    assert attributes(spans["POST /v1/ask"])["error.type"] == "500"
    assert not spans["ask"].events


def test_an_ingest_is_part_of_the_trace_that_asked_for_it(collector: Collector) -> None:
    with live(FakeLibrary(), traces_url=collector.address) as address:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        files = [("files", ("a.htm", b"good")), ("files", ("b.htm", b"bad"))]
        reply = httpx.post(f"{address}/v1/ingest", files=files, headers=headers, trust_env=False, timeout=30)
        assert reply.status_code == 202
        spans = collector.spans("POST /v1/ingest", "ingest")
    assert spans["ingest"].trace_id.hex() == TRACE
    assert spans["ingest"].parent_span_id == spans["POST /v1/ingest"].span_id
    found = attributes(spans["ingest"])
    assert found.pop("finchat.job") == reply.json()["id"]
    assert found == {"finchat.state": "done", "finchat.done": 2, "finchat.stored": 1, "finchat.failed": 1}


def test_a_stream_is_traced_too(collector: Collector) -> None:
    with live(FakeLibrary(), traces_url=collector.address) as address:
        assert ask(address, Accept="text/event-stream").status_code == 200
        spans = collector.spans("POST /v1/ask", "ask", "verify")
    assert spans["ask"].parent_span_id == spans["POST /v1/ask"].span_id


@pytest.fixture
def silent() -> Iterator[str]:
    """A collector that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/traces"


@pytest.mark.parametrize("down", ["refuses", "silent"])
def test_no_answer_waits_for_a_collector(down: str, silent: str) -> None:
    """More spans than the queue holds, and a stop, while nobody takes them: all answered, none by waiting."""
    address_of_collector = silent if down == "silent" else "http://127.0.0.1:1/v1/traces"
    with (
        live(FakeLibrary(), traces_url=address_of_collector) as address,
        httpx.Client(trust_env=False) as client,
    ):
        for _ in range(2_200):
            assert client.get(f"{address}/health").status_code == 200
        for _ in range(20):
            assert client.post(f"{address}/v1/ask", json={"question": QUESTION}).status_code == 200


def test_without_a_collector_no_library_for_it_is_loaded() -> None:
    program = (
        "import sys; from api.app import create_app; from finchat_sec_qa.config import Settings; "
        "create_app(Settings()); unwanted = ('opentelemetry.sdk', 'opentelemetry.exporter', 'requests.'); "
        "print([name for name in sys.modules if name.startswith(unwanted)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pages_import_nothing_of_it() -> None:
    program = "import sys, webapp.serve; print([n for n in sys.modules if n.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
