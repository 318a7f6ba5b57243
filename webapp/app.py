"""Builds the web application: its client, pages, error pages and response headers."""

import hashlib
import logging
import time
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from finchat_sec_qa import config
from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.config import LOOPBACK, Settings
from finchat_sec_qa.errors import FinChatError, NotFoundError, RemoteError, UsageError
from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.web import WebMetrics
from webapp import figures
from webapp.advice import Problem, missing_page, own_fault, remote_problem, wrong_usage
from webapp.catalog import CatalogReader, short_name
from webapp.context import Context, context, set_context
from webapp.examples import Examples
from webapp.observe import observe
from webapp.pages import ask, browse, read, status, tables
from webapp.security import add_headers, refuse_other_names, sec_link
from webapp.text import segments
from webapp.upstream import CountedClient

MAX_BODY = 2 * 1024 * 1024  # an answer to verify; the longest are some 50 kB
STATIC_SECONDS = 365 * 24 * 3600  # addresses of static files name their content
_log = logging.getLogger("webapp")


def create_app(
    settings: Settings | None = None, client: FinChatClient | None = None, metrics: WebMetrics | None = None
) -> Flask:
    """The application. Without `settings` the environment's; without `client` one for the API they name,
    whose failures are counted; without `metrics` those of one process.
    """
    settings = config.load() if settings is None else settings
    metrics = WebMetrics(settings.revision) if metrics is None else metrics
    client = CountedClient(settings, metrics.call_failed) if client is None else client
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=10)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    observe(app, metrics)
    if settings.web_host in LOOPBACK:
        app.before_request(refuse_other_names)
    set_context(
        app,
        Context(
            client, settings, CatalogReader(client, time.monotonic), Examples(client, time.monotonic), metrics
        ),
    )
    for module in (ask, browse, read, status, tables):
        app.register_blueprint(module.pages)
    _set_templates(app)
    _set_errors(app)
    app.after_request(add_headers)
    return app


def _set_templates(app: Flask) -> None:
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(
        amount=figures.amount, fiscal_name=figures.fiscal_name, span=figures.span, plural=figures.plural
    )
    app.jinja_env.filters.update(
        day=figures.day,
        sec_link=sec_link,
        size=figures.size,
        segments=segments,
        short_name=short_name,
        member_name=figures.member_name,
    )
    app.jinja_env.globals["filing_period"] = figures.filing_period
    app.jinja_env.globals["stamp"] = _stamp(Path(app.static_folder or ""))


def _stamp(folder: Path) -> str:
    """Names the content of the static files, so that browsers fetch them anew when they change."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _set_errors(app: Flask) -> None:
    app.register_error_handler(FinChatError, _finchat_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def _finchat_error(error: FinChatError) -> Any:
    if isinstance(error, RemoteError):
        problem = remote_problem(error, context().settings.api_url)
        if problem.status >= 500:
            _log.warning("%s %s: %s", request.method, request.path, error)
        return _show(problem)
    if isinstance(error, NotFoundError):
        return _show(Problem(404, "Not in the store", str(error), missing_page().steps))
    if isinstance(error, UsageError):
        return _show(wrong_usage(str(error)))
    return _unforeseen(error)


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404:
        return _show(missing_page())
    problem = Problem(error.code, error.name, error.description or "", wrong_usage("").steps)
    shown, _ = _show(problem)
    kept = [(name, value) for name, value in error.get_headers() if name.lower() == "allow"]
    return shown, error.code, kept


def _unforeseen(error: Exception) -> Any:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _show(own_fault())


def _show(problem: Problem) -> tuple[str, int]:
    return render_template("problem.html", problem=problem, request_id=request_id.get()), problem.status
