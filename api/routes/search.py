"""POST /v1/search: passages that fit words or a question."""

from fastapi import APIRouter
from starlette.responses import Response

from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.replies import SearchReply
from finchat_sec_qa.model.request import SearchRequest

router = APIRouter(tags=["questions"])


@router.post("/v1/search", summary="Search passages", response_model=SearchReply)
async def search(body: SearchRequest, service: TheService) -> Response:
    """The passages of the stored filings that fit best, best first."""
    hits = await service.workers.run(lambda: service.library.search(body.query, body.scope, body.limit))
    return json_reply(SearchReply(hits=hits))
