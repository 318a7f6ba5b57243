"""GET /health, /ready, /version, /metrics: for those who run the server."""

from fastapi import APIRouter
from starlette.responses import Response

from api import examples
from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.replies import Health, Readiness, VersionReply
from finchat_sec_qa.telemetry.build import program_version, python_version
from finchat_sec_qa.telemetry.requests import CONTENT_TYPE

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Is it running?", response_model=Health)
async def health() -> Response:
    """Cheap: looks at nothing."""
    return json_reply(Health())


@router.get(
    "/ready",
    summary="Can it answer?",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Something it needs does not work"}},
)
async def ready(service: TheService) -> Response:
    """Looks at the store and lists what does not work, with status 503."""
    found = await service.probe.problem()
    readiness = Readiness(ready=not found, checks={"store": found or "ok"})
    return json_reply(readiness, 503 if found else 200)


@router.get("/version", summary="Which program is it?", response_model=VersionReply)
async def version(service: TheService) -> Response:
    """The package's version, the commit it was built from, and Python's version."""
    return json_reply(
        VersionReply(version=program_version(), revision=service.settings.revision, python=python_version())
    )


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": examples.METRICS}}}},
)
async def metrics(service: TheService) -> Response:
    """Latencies by route, questions by outcome, store sizes, ingest counters. Needs the token."""
    await service.probe.problem()
    return Response(service.metrics.render(), headers={"Content-Type": CONTENT_TYPE})
