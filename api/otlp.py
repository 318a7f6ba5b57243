"""Traces by OTLP over HTTP. Loaded only when a collector is named.

Spans wait in a bounded queue for a thread that sends them. A collector that is slow or away costs the spans
that do not fit into it, and never an answer or its time.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import requests
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from api.traces import Value, known
from finchat_sec_qa.telemetry.build import program_version
from finchat_sec_qa.telemetry.logs import request_id

SEND_SECONDS = 5  # for one batch
WAIT_MS = 1_000  # until what is there is sent
QUEUE = 2_048  # spans; what comes on top is lost
# Of our own, beside OpenTelemetry's: the framework sets that one too, to where a header says we are.
_around: ContextVar[Context | None] = ContextVar("around", default=None)


class OtlpSpan:
    """A span that is sent when it ends."""

    def __init__(self, span: trace.Span, name: str) -> None:
        self._span = span
        self._name = name

    def note(self, **attributes: Value | None) -> None:
        """Add attributes, under "finchat."."""
        self._span.set_attributes(known(attributes))

    def failed(self, code: str) -> None:
        """Say that it failed."""
        self._span.set_attribute("error.type", code)
        self._span.set_status(StatusCode.ERROR, code)

    def answered(self, route: str | None, status: int) -> None:
        """Name it by its route's template, and say what became of it."""
        if route is not None:
            self._span.set_attribute("http.route", route)
            self._span.update_name(f"{self._name} {route}")
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self.failed(str(status))


class OtlpTraces:
    """Traces to the collector at an address such as http://collector:4318/v1/traces."""

    def __init__(self, url: str, revision: str = "") -> None:
        session = requests.Session()
        session.trust_env = False  # proxies and .netrc of the environment are for other servers
        exporter = OTLPSpanExporter(url, timeout=SEND_SECONDS, session=session)
        about = {"service.name": "finchat-api", "service.version": program_version(), "vcs.ref": revision}
        self._provider = TracerProvider(resource=Resource(about), shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=QUEUE, schedule_delay_millis=WAIT_MS)
        )
        self._tracer = self._provider.get_tracer("finchat")

    @contextmanager
    def request(self, method: str, traceparent: str) -> Iterator[OtlpSpan]:
        """The span of a request; part of the trace that its header names."""
        parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
        with self._open(method, parent, SpanKind.SERVER) as span:
            span.set_attributes({"http.request.method": method, "finchat.request_id": request_id.get()})
            yield OtlpSpan(span, method)

    @contextmanager
    def span(self, name: str) -> Iterator[OtlpSpan]:
        """The span of a piece of work, part of the one around it."""
        with self._open(name, _around.get() or Context(), SpanKind.INTERNAL) as span:
            yield OtlpSpan(span, name)

    def close(self, seconds: float) -> None:
        """Send what is left, for that long at most: a collector that is away must not keep a server."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(seconds)

    @contextmanager
    def _open(self, name: str, parent: Context, kind: SpanKind) -> Iterator[trace.Span]:
        span = self._tracer.start_span(name, parent, kind)
        token = _around.set(trace.set_span_in_context(span, parent))
        try:
            yield span
        except BaseException as error:
            # Its type only: a message may repeat what was asked.
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            _around.reset(token)
            span.end()
