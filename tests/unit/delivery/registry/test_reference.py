import pytest

from delivery.registry.errors import ReferenceFormError
from delivery.registry.reference import Reference, is_loopback, parse_reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost:5000/a/b:1.0", Reference("localhost:5000", "a/b", "1.0")),
        (f"ghcr.example/team/app@{DIGEST}", Reference("ghcr.example", "team/app", "", DIGEST)),
        (f"[::1]:5000/app:x@{DIGEST}", Reference("[::1]:5000", "app", "x", DIGEST)),
        ("python:3.11-slim", Reference("", "python", "3.11-slim")),
        ("team/app", Reference("", "team/app")),
    ],
)
def test_a_reference_is_read_and_written_the_same(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "App:1",
        "a:",
        "a:b:c",
        "host.x/",
        "/a",
        "a//b",
        "a@sha256:12",
        "a/../b",
        "https://host.x/a:1",
        "a b:1",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ReferenceFormError):
        parse_reference(text)


def test_docker_hub_is_asked_where_no_host_is_written() -> None:
    official, own = parse_reference("python:3.11"), parse_reference("docker.io/team/app:1")
    assert (official.server, official.remote_path) == ("registry-1.docker.io", "library/python")
    assert (own.server, own.remote_path) == ("registry-1.docker.io", "team/app")
    assert parse_reference("localhost:5000/app").remote_path == "app"


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["ghcr.example", "localhost.example:5000", "10.0.0.1:5000", "[2001:db8::1]:5000"]
)
def test_other_machines_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)
