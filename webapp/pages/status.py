"""Whether the pages run, and whether the API behind them does."""

from flask import Blueprint, Response, jsonify

from finchat_sec_qa.errors import RemoteError
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
