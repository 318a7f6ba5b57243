"""Whether the pages run, whether the API behind them does, and what was counted."""

import hmac

from flask import Blueprint, Response, jsonify, request

from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.requests import CONTENT_TYPE
from webapp.context import context

pages = Blueprint("status", __name__)


@pages.get("/health")
def health() -> Response:
    """Cheap: this process answers. It asks nobody else."""
    return jsonify(status="ok")


@pages.get("/ready")
def ready() -> tuple[Response, int]:
    """Whether the API answers too; 503 with the reason when it does not."""
    try:
        readiness = context().client.ready()
    except RemoteError as error:
        return jsonify(ready=False, checks={"api": str(error)}), 503
    return jsonify(
        ready=readiness.ready, checks={"api": "ok", **readiness.checks}
    ), 200 if readiness.ready else 503


@pages.get("/metrics")
def metrics() -> Response:
    """Latencies by route and failures of the API, of all workers. Needs the API's token, if it has one."""
    token = context().settings.api_token.get_secret_value()
    given = request.headers.get("Authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        said = "Send the header Authorization: Bearer with the token of FINCHAT_API_TOKEN.\n"
        return Response(said, 401, {"WWW-Authenticate": "Bearer"}, content_type="text/plain; charset=utf-8")
    return Response(context().metrics.render(), content_type=CONTENT_TYPE)
