"""A stack's addresses, and waiting until all of it is up; filings that are sent to it."""

import re
from pathlib import Path

import pytest

from deploy.errors import DeployError, EngineError
from deploy.host import Host
from deploy.model import Colour, State
from deploy.staging import seed
from deploy.staging.site import open_site
from tests.unit.deploy.staging.stand_in import (
    RELEASE,
    Answer,
    Told,
    as_json,
    served,
    settings,
    site,
    stack,
    up,
)


def host(engine: Told) -> Host:
    return Host(settings(), engine, lambda _: None)


def test_the_addresses_are_the_published_ports() -> None:
    found = open_site(host(Told(stack())), "192.0.2.7")
    assert (found.api, found.web) == ("http://192.0.2.7:28000", "http://192.0.2.7:25000")
    assert (found.api_preview, found.web_preview) == ("http://192.0.2.7:28001", "http://192.0.2.7:25001")
    assert found.prometheus == "http://192.0.2.7:29090"
    assert found.release == RELEASE
    assert (found.active(), found.container("api", Colour.BLUE)) == (Colour.BLUE, "stand-in-blue-api-1")
    assert found.container("proxy-a") == "stand-in-proxy-a-1"


def test_a_stack_to_which_nothing_was_deployed_has_no_site() -> None:
    with pytest.raises(DeployError, match="nothing was ever deployed"):
        open_site(host(Told(State())))


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        ([each | {"up": each["colour"] != "green"} for each in up()], "api of green, web of green"),
        ([each for each in up() if each["proxy"] == "a"], "a proxy"),
        ([*up()[:4], {"proxy": "b", "error": "refused"}], "proxy b"),
    ],
)
def test_who_is_not_up_is_named(servers: list[dict[str, object]], named: str) -> None:
    with pytest.raises(EngineError, match=f"not up after 0 s: {named}"):
        site(host=host(Told(stack(), servers))).wait_up(0)


def test_a_stack_that_is_up_needs_no_wait() -> None:
    assert site(host=host(Told(stack()))).wait_up(0) < 5


def test_samples_are_taken_in_by_the_active_colour() -> None:
    engine = Told(stack(Colour.GREEN, green=RELEASE))
    seed.samples(site(host=host(engine)))
    assert engine.asked[-1] == "docker exec stand-in-green-api-1 finchat ingest --samples"  # type: ignore[attr-defined]


def ingest(*states: Answer) -> "tuple[list[bytes], object]":
    bodies: list[bytes] = []
    told = list(states)

    def handler(path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if path == "/v1/ingest":
            bodies.append(body)
            return as_json({"id": "job-1", "state": "queued"}, 202)
        return told.pop(0) if len(told) > 1 else told[0]

    return bodies, handler


def test_a_folder_is_sent_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/one.htm").write_text("first", "utf-8")
    (tmp_path / "two.pdf").write_text("second", "utf-8")
    (tmp_path / "notes.md").write_text("no filing", "utf-8")
    bodies, handler = ingest(
        as_json({"state": "running"}), as_json({"state": "done", "report": {"failed": []}})
    )
    with served(handler) as address:  # type: ignore[arg-type]
        assert seed.folder(site(address), tmp_path) == 2
    assert [
        bool(re.search(text, body)) for text, body in zip((b"first", b"second"), bodies, strict=True)
    ] == [True] * 2


@pytest.mark.parametrize(
    "state", [{"state": "failed"}, {"state": "done", "report": {"failed": [{"name": "one.htm"}]}}]
)
def test_a_file_that_is_not_taken_in_is_named(tmp_path: Path, state: dict[str, object]) -> None:
    (tmp_path / "one.htm").write_text("first", "utf-8")
    _, handler = ingest(as_json(state))
    with served(handler) as address, pytest.raises(DeployError, match=r"one\.htm: was not taken in"):  # type: ignore[arg-type]
        seed.folder(site(address), tmp_path)


def test_a_refused_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.htm").write_text("first", "utf-8")
    refused = served(lambda *_: as_json({"code": "file_too_large"}, 413))
    with refused as address, pytest.raises(DeployError, match=r"one\.htm: was not taken in: 413"):
        seed.folder(site(address), tmp_path)


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="holds no filing"):
        seed.folder(site(), tmp_path)
