import base64
import json
from pathlib import Path

import pytest

from delivery.registry.connect import connect
from delivery.registry.credentials import Credentials, stored_credentials
from delivery.registry.errors import DeniedError
from delivery.registry.reference import DOCKER_HUB, parse_reference


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), "utf-8")
    return path


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def helper(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential helper called `kept` on PATH, as Docker Desktop and clouds install them."""
    program = folder / "docker-credential-kept"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_what_docker_login_stored_is_found(tmp_path: Path) -> None:
    auths = {
        "localhost:5000": {"auth": encoded("me:pass:word")},
        "https://index.docker.io/v1/": {"auth": encoded("hub:x")},
    }
    config = write(tmp_path / "config.json", {"auths": auths})
    assert stored_credentials("localhost:5000", config) == Credentials("me", "pass:word")
    assert stored_credentials(DOCKER_HUB, config) == Credentials("hub", "x")
    assert stored_credentials("other.example", config) is None


def test_without_a_login_there_are_none(tmp_path: Path) -> None:
    assert stored_credentials("localhost:5000", tmp_path / "config.json") is None
    assert stored_credentials("localhost:5000", write(tmp_path / "config.json", {})) is None


def test_a_credential_helper_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'read server; echo "{\\"Username\\": \\"$1\\", \\"Secret\\": \\"for $server\\"}"'
    helper(tmp_path, script, monkeypatch)
    config = write(tmp_path / "config.json", {"credHelpers": {"host.example": "kept"}})
    assert stored_credentials("host.example", config) == Credentials("get", "for host.example")
    assert stored_credentials("other.example", config) is None


def test_a_helper_without_that_server_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, "exit 1", monkeypatch)
    assert stored_credentials("host.example", write(tmp_path / "config.json", {"credsStore": "kept"})) is None


def test_a_broken_helper_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, "echo nothing", monkeypatch)
    with pytest.raises(DeniedError, match="docker-credential-kept"):
        stored_credentials("host.example", write(tmp_path / "config.json", {"credsStore": "kept"}))


@pytest.mark.parametrize("auth", ["%%%", encoded("no colon")])
def test_a_damaged_entry_is_named_without_its_secret(tmp_path: Path, auth: str) -> None:
    config = write(tmp_path / "config.json", {"auths": {"host.example": {"auth": auth}}})
    with pytest.raises(DeniedError, match=r"host\.example") as caught:
        stored_credentials("host.example", config)
    assert auth not in str(caught.value)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    with pytest.raises(DeniedError, match=r"config\.json"):
        stored_credentials("host.example", tmp_path / "config.json")


def test_the_password_is_not_shown() -> None:
    assert "pass" not in repr(Credentials("me", "pass"))


def test_half_of_the_credentials_is_an_error_that_names_the_other_half() -> None:
    reference = parse_reference("localhost:5000/app")
    with pytest.raises(DeniedError, match="REGISTRY_PASSWORD is not set"):
        connect(reference, {"REGISTRY_USERNAME": "me"})
    with pytest.raises(DeniedError, match="REGISTRY_USERNAME is not set"):
        connect(reference, {"REGISTRY_PASSWORD": "x"})
