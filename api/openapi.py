"""The OpenAPI document: what FastAPI finds in the routes, examples, and what the layers around them do."""

from typing import Any

from fastapi import FastAPI

from api import examples
from api.problems import MEDIA_TYPE as PROBLEM_TYPE
from finchat_sec_qa.model.replies import Problem

JSON = "application/json"
_REFERENCE = "#/components/schemas/{model}"
Part = dict[str, Any]


def describe(app: FastAPI) -> None:
    """Let the app give the complete document, made once when it is first asked for."""
    generate = app.openapi

    def openapi() -> Part:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it


def _completed(document: Part) -> Part:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own; problems take their place
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template=_REFERENCE)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}, {}]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _add_examples(f"{method.upper()} {path}", operation)
            _add_problems(path, operation)
    return document


def _add_examples(route: str, operation: Part) -> None:
    """Set afterwards: FastAPI drops nulls from examples that it is given."""
    if route in examples.REQUESTS:
        operation["requestBody"]["content"][JSON]["example"] = examples.REQUESTS[route]
    success = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
    if route in examples.REPLIES:
        success["content"][JSON]["example"] = examples.REPLIES[route]


def _add_problems(path: str, operation: Part) -> None:
    """The problems that a route can answer with."""
    problems = {"401", "429", "500"}
    if path.startswith("/v1/"):
        problems |= {"503", "504"}
    if "{" in path:
        problems.add("404")
    if "requestBody" in operation:
        problems |= {"403", "413", "415"} if "ingest" in path else {"413"}
    if "requestBody" in operation or operation.get("parameters"):
        problems.add("422")
    for status in sorted(problems):
        operation["responses"][status] = {
            "description": "A problem (RFC 9457)",
            "content": {
                PROBLEM_TYPE: {
                    "schema": {"$ref": _REFERENCE.format(model="Problem")},
                    "example": examples.PROBLEM,
                }
            },
        }
