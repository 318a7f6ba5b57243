"""The OpenAPI document: valid, with an example for each route that is true to its model."""

from typing import Any

import jsonschema
import pytest

from api.app import create_app
from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import settings_for

STREAMS = {"text/event-stream", "text/plain", "application/octet-stream", "multipart/form-data"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(settings_for(), FakeLibrary()).openapi()  # type: ignore[arg-type]


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_it_lists_the_whole_api(document: dict[str, Any]) -> None:
    parts = ("sections", "blocks", "tables", "facts", "document")
    assert {name for name, _ in operations(document)} == {
        "POST /v1/ask",
        "POST /v1/search",
        "POST /v1/verify",
        "POST /v1/ingest",
        "GET /v1/ingest/{job}",
        "GET /v1/companies",
        "GET /v1/filings",
        "GET /v1/filings/{filing_id}",
        *(f"GET /v1/filings/{{filing_id}}/{part}" for part in parts),
        "GET /v1/facts",
        "GET /v1/compare",
        "GET /v1/statements/{company}/{period}/{which}",
        "GET /health",
        "GET /ready",
        "GET /version",
        "GET /metrics",
    }


def test_every_route_says_what_it_does_and_names_its_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert "application/problem+json" in operation["responses"]["401"]["content"], name
        assert "HTTPValidationError" not in str(operation), name


def test_every_example_is_valid_for_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for name, operation in operations(document):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in (*bodies, *operation["responses"].values()):
            for media_type, content in body.get("content", {}).items():
                if media_type in STREAMS:
                    continue
                found = [each["value"] for each in content.get("examples", {}).values()]
                found += [content["example"]] if "example" in content else []
                for example in found:
                    schema = {**content["schema"], "components": document["components"]}
                    jsonschema.Draft202012Validator(schema).validate(example)
                    checked += 1
                assert found or (name == "GET /ready" and media_type == "application/json"), (
                    name,
                    media_type,
                )
    assert checked > 30


def test_every_reference_has_a_target(document: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [each for part in value.values() for each in references(part)]
        return [each for part in value for each in references(part)] if isinstance(value, list) else []

    found = references(document)
    assert found
    for reference in found:
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_two_apps_do_not_share_their_state() -> None:
    one, other = (create_app(settings_for(), FakeLibrary()) for _ in range(2))  # type: ignore[arg-type]
    assert one.state.service is not other.state.service
    assert one.state.service.metrics.registry is not other.state.service.metrics.registry
