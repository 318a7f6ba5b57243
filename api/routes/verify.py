"""POST /v1/verify: does an answer or a table hold against the stored bytes?"""

from fastapi import APIRouter
from starlette.responses import Response

from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.answer import VerifyReport
from finchat_sec_qa.model.request import VerifyRequest

router = APIRouter(tags=["questions"])


@router.post("/v1/verify", summary="Verify an answer or a table", response_model=VerifyReport)
async def verify(body: VerifyRequest, service: TheService) -> Response:
    """Re-checks every quote, hash, offset, fact and calculation; the report names what does not hold."""
    return json_reply(await service.workers.run(lambda: service.library.verify(body.checked)))
