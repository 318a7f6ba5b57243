"""References to images as people write them: host/path:tag@digest, or parts of that."""

import ipaddress
import re
from dataclasses import dataclass

from delivery.registry.errors import ReferenceFormError

DOCKER_HUB = "registry-1.docker.io"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*\Z")
_HOST = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Reference:
    """`host` is empty where none was written; `path` is the repository; tag and digest may be empty."""

    host: str
    path: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        name = f"{self.host}/{self.path}" if self.host else self.path
        return name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def repository(self) -> "Reference":
        """The same without tag and digest."""
        return Reference(self.host, self.path)

    @property
    def server(self) -> str:
        """The host to ask: Docker Hub's where none was written."""
        return DOCKER_HUB if self.host in {"", "docker.io", "index.docker.io"} else self.host

    @property
    def remote_path(self) -> str:
        """The repository as the server knows it; Docker Hub keeps one-word names under library/."""
        return f"library/{self.path}" if self.server == DOCKER_HUB and "/" not in self.path else self.path


def parse_reference(text: str) -> Reference:
    """The reference that `text` writes.

    The first part is a host when it holds a dot or colon or is "localhost", as Docker has it.
    Raises ReferenceFormError.
    """
    name, at, digest = text.partition("@")
    if at:
        parse_digest(digest)
    first, slash, rest = name.partition("/")
    is_host = bool(slash) and (first == "localhost" or any(sign in first for sign in ".:"))
    host, name = (first, rest) if is_host else ("", name)
    path, colon, tag = name.partition(":")
    if not _PATH.match(path) or (host and not _HOST.match(host)) or (colon and not _TAG.match(tag)):
        message = f"{text!r} is no reference to an image: write [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]"
        raise ReferenceFormError(message)
    return Reference(host, path, tag, digest)


def parse_digest(text: str) -> str:
    """The same digest. Raises ReferenceFormError when it is not "sha256:" and 64 lower-case hex digits."""
    if not _DIGEST.match(text):
        raise ReferenceFormError(f"{text!r} is no digest: write sha256: and 64 hexadecimal digits")
    return text


def is_digest(text: str) -> bool:
    """True for "sha256:" and 64 lower-case hex digits."""
    return _DIGEST.match(text) is not None


def is_tag(text: str) -> bool:
    """True for what the distribution API allows as a tag."""
    return _TAG.match(text) is not None


def is_loopback(host: str) -> bool:
    """True when `host` (with or without a port) is this machine itself, by name or address."""
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
