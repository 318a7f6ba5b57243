"""docs/api.md says what the code does (its examples are run by tests/docs)."""

import re
from pathlib import Path

from api import guards, jobs, uploads, workers
from api.app import create_app
from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import settings_for


def page(repo: Path) -> str:
    return " ".join((repo / "docs/api.md").read_text(encoding="utf-8").split())


def test_every_code_of_the_api_is_named(repo: Path) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (repo / "api").rglob("*.py"))
    raised = set(re.findall(r"ProblemError\(\s*\d+,\s*\"(\w+)\"", source))
    raised |= {
        "invalid_request",
        "internal",
        "method_not_allowed",
        "not_found",
    }  # the framework's and the last
    raised.discard("bad_request")  # what is no HTTP; explains itself
    named = page(repo).partition("these are the API's own")[2].partition("```")[0]
    assert set(re.findall(r"`(\w+)`", named)) == raised


def test_every_route_of_the_api_is_named(repo: Path) -> None:
    document = create_app(settings_for(), FakeLibrary()).openapi()  # type: ignore[arg-type]
    text = page(repo)
    for path in document["paths"]:
        assert path.replace("{filing_id}", "{id}") in text, path


def test_the_limits_are_those_of_the_code(repo: Path) -> None:
    text = page(repo)
    assert f"in {uploads.MAX_FILES} files and {uploads.AT_ONCE} at a time" in text
    assert f"other bodies of {guards.MAX_JSON_BODY // 1_000_000} MB" in text
    assert f"{workers.THREADS} calls are worked on at once and {workers.WAITING} may wait" in text
    assert f"{jobs.WAITING} may wait. The last {jobs.KEPT} are remembered" in text
