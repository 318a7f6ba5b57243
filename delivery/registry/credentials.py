"""Who we are to a registry: given by hand, or what `docker login` has stored."""

import base64
import binascii
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.registry.errors import DeniedError
from delivery.registry.reference import DOCKER_HUB

_HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", "docker.io")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and its password or token; the password is not shown when the value is printed."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The Authorization header of the basic scheme."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


def stored_credentials(server: str, config: Path) -> Credentials | None:
    """What Docker's config.json holds for that server, itself or through its credential helper; else None.

    Raises DeniedError when the file or the helper cannot be read: going on without would look like a refusal
    by the registry.
    """
    if not config.is_file():
        return None
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
        helper = data.get("credHelpers", {}).get(server) or data.get("credsStore")
        entries: dict[str, Any] = data.get("auths", {})
    except (OSError, ValueError, AttributeError) as error:
        raise DeniedError(f"{config}: cannot be read: {error}; log in again with docker login") from error
    for key in _keys(server):
        if helper and (found := _from_helper(str(helper), key)):
            return found
        if key in entries and (encoded := entries[key].get("auth")):
            return _decoded(str(encoded), config, key)
    return None


def _keys(server: str) -> tuple[str, ...]:
    return _HUB_KEYS if server == DOCKER_HUB else (server, f"https://{server}", f"http://{server}")


def _decoded(encoded: str, config: Path, key: str) -> Credentials:
    try:
        username, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise DeniedError(f"{config}: the entry of {key} is damaged; run docker login {key} again") from error
    if not colon:
        raise DeniedError(f"{config}: the entry of {key} holds no password; run docker login {key} again")
    return Credentials(username, password.rstrip("\0"))


def _from_helper(helper: str, key: str) -> Credentials | None:
    command = [f"docker-credential-{helper}", "get"]
    try:
        done = subprocess.run(command, input=key, text=True, capture_output=True, check=False, timeout=30)
        if done.returncode != 0:
            return None  # how helpers say that they hold nothing for that server
        said = json.loads(done.stdout)
        return Credentials(said["Username"], said["Secret"])
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        message = (
            f"{command[0]} gave no credentials for {key}: {type(error).__name__}; run docker login again"
        )
        raise DeniedError(message) from error
