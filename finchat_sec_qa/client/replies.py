"""What came back, as a value or a RemoteError that says what to do."""

from typing import TypeVar

import httpx
from pydantic import ValidationError

from finchat_sec_qa.client.calls import Call
from finchat_sec_qa.client.events import Event
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.replies import Problem, Stage

T = TypeVar("T")


def value(call: Call[T], status: int, body: bytes) -> T:
    """The reply's value. Raises RemoteError."""
    if status not in call.expected:
        raise refused(status, body)
    try:
        return call.read(body)
    except ValueError as error:  # pydantic's ValidationError is one
        raise _strange(call.path, error) from error


def event_value(call: Call[Answer], event: Event) -> Stage | Answer | None:
    """A stage, the answer, or None for an event that means nothing here. Raises RemoteError."""
    try:
        if event.name == "stage":
            return Stage.model_validate_json(event.data)
        if event.name == "answer":
            return call.read(event.data.encode())
    except ValueError as error:
        raise _strange(call.path, error) from error
    if event.name == "error":
        problem = _problem(event.data.encode())
        raise refused(problem.status if problem else 500, event.data.encode())
    return None


def refused(status: int, body: bytes) -> RemoteError:
    """The error that a problem's body becomes; any other body is not quoted at length."""
    problem = _problem(body)
    if problem is None:
        return RemoteError(f"the server answered with status {status} and no explanation", status)
    fields = "".join(f"; {each.where}: {each.message}" for each in problem.errors)
    request = f" (request {problem.request_id})" if problem.request_id else ""
    return RemoteError(f"{problem.detail}{fields}{request}", status, problem.code)


def ended_early(path: str) -> RemoteError:
    """A stream ended without its answer."""
    return RemoteError(f"the server ended the stream of {path} without an answer", code="incomplete")


def unreachable(base_url: str, timeout: float, error: httpx.HTTPError) -> RemoteError:
    """No answer at all."""
    if isinstance(error, httpx.TimeoutException):
        return RemoteError(f"{base_url} did not answer within {timeout:g} s", code="timeout")
    return RemoteError(
        f"cannot reach the FinChat API at {base_url} ({error or type(error).__name__}); "
        "is it running, and is FINCHAT_API_URL right?",
        code="unreachable",
    )


def _problem(body: bytes) -> Problem | None:
    try:
        return Problem.model_validate_json(body)
    except ValidationError:
        return None


def _strange(path: str, error: ValueError) -> RemoteError:
    why = str(error).splitlines()[0][:200]
    return RemoteError(f"the reply to {path} is not what this version understands: {why}", code="bad_reply")
