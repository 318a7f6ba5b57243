"""Around every request: its id, its metrics, and one log line without the question that was asked."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.web import WebMetrics

REQUEST_ID = "X-Request-ID"
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
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
    given = request.headers.get(REQUEST_ID, "")
    g.started = time.perf_counter()
    g.request_id = given if _SAFE_ID.fullmatch(given) else secrets.token_hex(8)
    g.token = request_id.set(g.request_id)


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
