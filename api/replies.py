"""Successful responses: models as they are, without another pass through the framework."""

from pydantic import BaseModel
from starlette.responses import Response

JSON = "application/json"


def json_reply(model: BaseModel, status: int = 200) -> Response:
    """The model's JSON; an answer's bytes are those of `Answer.to_json()`."""
    return Response(model.model_dump_json(by_alias=True), status, media_type=JSON)
