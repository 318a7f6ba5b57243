"""Around every request: its id, its metrics, and one log line without the question that was asked."""

import logging
import time

from flask import Flask, Response, g, request

from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.trail import REQUEST_ID, TRACEPARENT, id_of, trace_of, traceparent
from finchat_sec_qa.telemetry.web import WebMetrics

_log = logging.getLogger("webapp.access")


def observe(app: Flask, metrics: WebMetrics) -> None:
    """Give the app's requests their id and their log line, and count them."""

    def count(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else None
        metrics.request(rule, request.method, response.status_code, time.perf_counter() - g.started)
        return response

    app.before_request(_begin)
    app.after_request(count)
    app.after_request(_note)
    app.teardown_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = id_of(request.headers.get(REQUEST_ID))
    g.token = request_id.set(g.request_id)
    g.trace_token = traceparent.set(trace_of(request.headers.get(TRACEPARENT)))


def _note(response: Response) -> Response:
    response.headers[REQUEST_ID] = g.request_id
    if request.endpoint != "static":
        took = time.perf_counter() - g.started
        fields = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "ms": round(took * 1000, 2),
            "client": request.remote_addr,
        }
        _log.info("request", extra=fields)
    return response


def _end(_: BaseException | None) -> None:
    if "token" in g:
        request_id.reset(g.pop("token"))
    if "trace_token" in g:
        traceparent.reset(g.pop("trace_token"))
