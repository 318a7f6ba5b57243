"""POST /v1/ask: one question, as JSON or as a stream of its stages."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from threading import Event

from fastapi import APIRouter, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.responses import Response

from api import examples, problems
from api.replies import JSON
from api.service import Service, TheService
from api.traces import stages
from api.workers import AbandonedError
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.replies import Stage
from finchat_sec_qa.model.request import AskRequest

router = APIRouter(tags=["questions"])
STREAM = "text/event-stream"
_LINE_END = "\n"
OnStage = Callable[[str], None]


@router.post(
    "/v1/ask",
    summary="Ask a question",
    response_model=Answer,
    responses={200: {"content": {STREAM: {"example": examples.STREAM}}}},
)
async def ask(body: AskRequest, request: Request, service: TheService) -> Response:
    """Answers or refuses; both are status 200 and a refusal says why.

    With `Accept: text/event-stream` the reply is a stream: an event `stage` for each step, then one event
    `answer` with the same JSON, or `error` with a problem.
    """
    if STREAM in request.headers.get("accept", ""):
        return EventSourceResponse(_events(body, service), sep=_LINE_END)
    answer = await answered(service, body)
    return Response(answer.to_json(), media_type=JSON)


async def answered(service: Service, body: AskRequest, on_stage: OnStage | None = None) -> Answer:
    """The answer, counted in the metrics. Raises FinChatError, ProblemError."""
    given_up = Event()

    def stage(name: str) -> None:
        if given_up.is_set():
            raise AbandonedError
        if on_stage is not None:
            on_stage(name)

    started, status, reason = time.perf_counter(), "failed", None
    try:
        answer = await service.workers.run(lambda: _traced(service, body, stage), given_up)
        status, reason = answer.status, answer.refusal.reason if answer.refusal else None
    except problems.ProblemError as error:
        status = error.code  # "busy" or "timeout"
        raise
    finally:
        service.metrics.question(status, reason, time.perf_counter() - started)
    return answer


def _traced(service: Service, body: AskRequest, on_stage: OnStage) -> Answer:
    """The answer, with a span for it and one for each stage: never with what was asked."""

    def stage(name: str) -> None:
        on_stage(name)
        enter(name)

    with service.traces.span("ask") as span, stages(service.traces) as enter:
        answer = service.library.ask(body.question, body.scope, stage)
        reason = answer.refusal.reason if answer.refusal else None
        span.note(status=answer.status, reason=reason, citations=len(answer.citations))
    return answer


async def _events(body: AskRequest, service: Service) -> AsyncIterator[ServerSentEvent]:
    """Stages while they are reached, then the answer or the problem."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[str | None] = asyncio.Queue()

    def on_stage(name: str) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, name)

    task = asyncio.create_task(answered(service, body, on_stage))
    task.add_done_callback(lambda _: heard.put_nowait(None))
    try:
        while (name := await heard.get()) is not None:
            yield _event("stage", Stage(stage=name).model_dump_json())
        try:
            yield _event("answer", task.result().to_json())
        except Exception as error:  # noqa: BLE001 - the status is sent already; of_error logs it
            yield _event("error", problems.of_error(error).model_dump_json())
    finally:
        task.cancel()


def _event(name: str, data: str) -> ServerSentEvent:
    """One event; JSON has no line ends, so that the data stays one line."""
    return ServerSentEvent(event=name, data=data, sep=_LINE_END)
