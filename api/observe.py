"""Around every request: its id, one log line, its metrics, headers that every response carries, and the
last place where an exception can end: a problem without internals.
"""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.traces import RequestSpan, Traces
from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.telemetry.trail import REQUEST_ID, TRACEPARENT, id_of, trace_of

_EVERY_RESPONSE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_CLOSED_BY_CLIENT = 499  # as proxies log it: nobody was there to take the response
_log = logging.getLogger("api.access")


class Observe:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces) -> None:
        self.app = app
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = request_id.set(id_of(headers.get(REQUEST_ID)))
        try:
            with self._traces.request(scope["method"], trace_of(headers.get(TRACEPARENT))) as span:
                await self._request(scope, receive, send, span)
        finally:
            request_id.reset(token)

    async def _request(self, scope: Scope, receive: Receive, send: Send, span: RequestSpan) -> None:
        started, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - nothing above could answer; of_error logs it
            found = problems.of_error(error)
            if status == 0:
                await problems.reply(found)(scope, receive, sending)
        finally:
            status = status or _CLOSED_BY_CLIENT
            route = getattr(scope.get("route"), "path", None)
            span.answered(route, status)
            self._note(scope, route, status, time.perf_counter() - started)

    def _note(self, scope: Scope, route: str | None, status: int, seconds: float) -> None:
        self._metrics.request(route, scope["method"], status, seconds)
        client = scope.get("client")
        _log.info(
            "request",
            extra={
                "method": scope["method"],
                "path": scope["path"],
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "client": client[0] if client else None,
            },
        )


def _add_headers(headers: MutableHeaders) -> None:
    headers[REQUEST_ID] = request_id.get()
    for name, value in _EVERY_RESPONSE.items():
        headers.setdefault(name, value)
