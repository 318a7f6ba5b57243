"""GET /v1/companies: whose filings are in the store."""

from fastapi import APIRouter
from starlette.responses import Response

from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.replies import CompaniesReply

router = APIRouter(tags=["filings"])


@router.get("/v1/companies", summary="List companies", response_model=CompaniesReply)
async def companies(service: TheService) -> Response:
    """Companies with filings in the store, by name."""
    found = await service.workers.run(service.library.companies)
    return json_reply(CompaniesReply(companies=found))
