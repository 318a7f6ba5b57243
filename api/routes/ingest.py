"""POST /v1/ingest: filings from EDGAR or uploaded ones, as a job; GET /v1/ingest/{job}: how far it is."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from api.problems import ProblemError
from api.replies import json_reply
from api.service import Service, TheService
from finchat_sec_qa.model.request import IngestRequest
from finchat_sec_qa.model.views import JobView

router = APIRouter(prefix="/v1/ingest", tags=["ingest"])
_MB = 1024 * 1024
_PROCESSES = 2  # more than one, so that a hostile file is parsed in a process that is not the server
_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": IngestRequest.model_json_schema(ref_template="#/components/schemas/{model}"),
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            }
        },
    },
}


@router.post(
    "",
    status_code=202,
    summary="Take in filings",
    response_model=JobView,
    openapi_extra={"requestBody": _BODY},
    response_description="Queued",
)
async def ingest(request: Request, service: TheService) -> Response:
    """Queues a job: companies to fetch from EDGAR (JSON), or files to read (multipart/form-data).

    Files are HTML, iXBRL, XBRL, full submissions (.txt) or PDF. Location names the job.
    """
    service.require_writes()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        job = _from_edgar(await request.body(), service)
    elif kind == "multipart/form-data":
        job = await _from_files(request, service)
    else:
        raise ProblemError(415, "unsupported_body", "Send application/json or multipart/form-data.")
    response = json_reply(job, 202)
    response.headers["Location"] = f"/v1/ingest/{job.id}"
    return response


@router.get("/{job}", summary="Follow an ingest", response_model=JobView)
async def job(
    job: Annotated[str, Path(max_length=64, examples=["5f0c1e2d3b4a5968"])], service: TheService
) -> Response:
    """How far a job is; its report when it is done."""
    return json_reply(service.jobs.view(job))


def _from_edgar(body: bytes, service: Service) -> JobView:
    try:
        wanted = IngestRequest.model_validate_json(body)
    except ValidationError as error:
        places = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(places) from error
    return service.jobs.submit(lambda library, heard: library.ingest_edgar(wanted, on_progress=heard))


async def _from_files(request: Request, service: Service) -> JobView:
    folder, paths = await service.uploads.receive(request, service.settings.max_file_mb * _MB)
    held = ExitStack()
    held.enter_context(folder)
    return service.jobs.submit(
        lambda library, heard: library.ingest_paths(paths, jobs=_PROCESSES, on_progress=heard),
        held,
        f"{folder.name}/",
    )
