"""GET /v1/filings…: the stored filings and what was read from them."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.replies import FactsReply, FilingsReply, SectionsReply, TablesReply
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import BlockWindow, FilingDetail

router = APIRouter(prefix="/v1/filings", tags=["filings"])

FilingId = Annotated[
    str, Path(max_length=200, description="accession, or file stem", examples=["0000320193-23-000106"])
]
Document = Annotated[int, Query(ge=0, le=100_000, description="which document of the filing, from 0")]
Start = Annotated[int, Query(ge=0, le=2**40, description="character offset to start from")]
Names = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Query(max_length=50)]
Years = Annotated[tuple[Annotated[int, Field(ge=1900, le=2200)], ...], Query(max_length=50)]

# A filing comes from outside and may hold scripts: no browser may run it under this server's name.
_INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@router.get("", summary="List filings", response_model=FilingsReply)
async def filings(
    service: TheService,
    company: Names = (),
    form: Names = (),
    fiscal_year: Years = (),
) -> Response:
    """Filings by company, newest first. Every parameter may be repeated; none means all."""
    scope = ScopeRequest(companies=company, forms=form, fiscal_years=fiscal_year)
    found = await service.workers.run(lambda: service.library.filings(scope))
    return json_reply(FilingsReply(filings=found))


@router.get("/{filing_id}", summary="Show a filing", response_model=FilingDetail)
async def filing(filing_id: FilingId, service: TheService) -> Response:
    """One filing with its documents."""
    return json_reply(await service.workers.run(lambda: service.library.filing(filing_id)))


@router.get("/{filing_id}/sections", summary="List a filing's Items", response_model=SectionsReply)
async def sections(filing_id: FilingId, service: TheService) -> Response:
    """The Items of a filing and where they stand."""
    found = await service.workers.run(lambda: service.library.sections(filing_id))
    return json_reply(SectionsReply(sections=found))


@router.get("/{filing_id}/blocks", summary="Read a filing's text", response_model=BlockWindow)
async def blocks(
    filing_id: FilingId,
    service: TheService,
    document: Document = 0,
    start: Start = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 60,
) -> Response:
    """Headings, paragraphs and tables from the one at `start`; `next` and `previous` lead on."""
    found = await service.workers.run(
        lambda: service.library.blocks(filing_id, document, start=start, limit=limit)
    )
    return json_reply(found)


@router.get("/{filing_id}/tables", summary="List a filing's tables", response_model=TablesReply)
async def tables(
    filing_id: FilingId,
    service: TheService,
    document: Document = 0,
    start: Start = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Tables with their header paths and the values of their cells."""
    found = await service.workers.run(
        lambda: service.library.tables(filing_id, document, start=start, limit=limit)
    )
    return json_reply(TablesReply(tables=found))


@router.get("/{filing_id}/facts", summary="List a filing's XBRL facts", response_model=FactsReply)
async def facts(
    filing_id: FilingId,
    service: TheService,
    concept: Annotated[str | None, Query(max_length=300, examples=["us-gaap:Assets"])] = None,
    numeric: bool = False,  # noqa: FBT001, FBT002 - a query parameter, always by name
    limit: Annotated[int, Query(ge=1, le=50_000)] = 1_000,
) -> Response:
    """Facts with exact values in base units."""
    found = await service.workers.run(
        lambda: service.library.facts(filing_id, concept=concept, numeric_only=numeric, limit=limit)
    )
    return json_reply(FactsReply(facts=found))


@router.get(
    "/{filing_id}/document",
    summary="Download a document",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The bytes as they came"},
    },
)
async def document(filing_id: FilingId, service: TheService, document: Document = 0) -> Response:
    """The document's bytes as they came, as a download that no browser runs. ETag is their SHA-256."""
    view, content = await service.workers.run(lambda: service.library.original(filing_id, document))
    headers = {
        **_INERT,
        "Content-Disposition": f'attachment; filename="{_file_name(view.name)}"',
        "ETag": f'"{view.sha256}"',
    }
    return Response(content, headers=headers, media_type="application/octet-stream")


def _file_name(name: str) -> str:
    """Fit for a header: plain ASCII without quotes, folders and leading dots."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name.rsplit("/", 1)[-1]).lstrip(".")
    return plain[-120:] or "document"
