"""Every error as application/problem+json (RFC 9457), with a stable code and the request's id.

What went wrong inside the server is written to its log under that id and never sent.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.replies import FieldProblem, Problem
from finchat_sec_qa.telemetry.logs import request_id

MEDIA_TYPE = "application/problem+json"
_INTERNAL = "The server failed; its log says why under this request id."
_MOST_FIELDS = 20  # a hostile body can be wrong in a million places
_log = logging.getLogger(__name__)

_DETAILS = {
    401: "This API needs a bearer token: send the header Authorization: Bearer <token>.",
    404: "No such route; GET /openapi.json lists them.",
    405: "This route does not know that method; GET /openapi.json lists what it knows.",
    413: "The body is larger than allowed.",
}


class ProblemError(HTTPException):
    """A request that the API itself refuses. Passes through the framework's body parsing unchanged."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status_code=status, detail=detail, headers=dict(headers or {}))
        self.code = code


def problem(status: int, code: str, detail: str, errors: Sequence[FieldProblem] = ()) -> Problem:
    """The problem as a value, under the current request's id."""
    return Problem(
        type=f"urn:finchat:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=request_id.get(),
        errors=tuple(errors),
    )


def reply(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response."""
    body = found.model_dump_json(exclude=None if found.errors else {"errors"})
    return Response(body, found.status, headers, MEDIA_TYPE)


def of_error(error: BaseException) -> Problem:
    """The problem that an exception of the core or the API becomes; logs what must not be sent."""
    if isinstance(error, ProblemError):
        return problem(error.status_code, error.code, error.detail)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, FinChatError) and error.http_status != HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(error.http_status, error.code, str(error))
    code = error.code if isinstance(error, FinChatError) else "internal"
    _log.error("request failed", exc_info=error, extra={"code": code})
    return problem(500, code, _INTERNAL)


def _of_http(error: HTTPException) -> Problem:
    status = error.status_code
    code = HTTPStatus(status).name.lower()
    known = status in _DETAILS and error.detail == HTTPStatus(status).phrase
    return problem(status, code, _DETAILS[status] if known else error.detail)


def install(app: FastAPI) -> None:
    """Answer with problems wherever a route or the framework raises."""
    for kind in (FinChatError, HTTPException):
        app.add_exception_handler(kind, _handle)
    app.add_exception_handler(RequestValidationError, _handle_invalid)


async def _handle(_: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return reply(of_error(error), headers)


async def _handle_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    fields = [_field(each) for each in error.errors()[:_MOST_FIELDS]]
    return reply(problem(422, "invalid_request", "The request is not as the API describes it.", fields))


def _field(error: Mapping[str, Any]) -> FieldProblem:
    """Where and why; never the value itself, which may be large or secret."""
    where = ".".join(str(part) for part in error["loc"])
    return FieldProblem(where=where[:200], message=str(error["msg"])[:500])
