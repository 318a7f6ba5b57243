"""A small registry in memory, served over real HTTP on loopback: the part of the API that we use.

Asks for credentials as registries do, lists tags in pages, deletes by digest with every tag of it.
"""

import base64
import hashlib
import json
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
USER, PASSWORD = "keeper", "s3cret"
BASIC = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass
class FakeRegistry:
    """What is stored (of one repository, whatever its name) and how it answers.

    `auth` is "", "basic" or "bearer"; `script` statuses are answered first, in order; a path in `lies` is
    answered with those bytes; one in `moved` with a redirect; `link` goes with every list of tags; `asked`
    holds method, path and Authorization.
    """

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    auth: str = ""
    page: int = 1000
    deletes: bool = True
    script: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    lies: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    link: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    host: str = ""

    def put_blob(self, body: bytes) -> str:
        self.blobs[digest_of(body)] = body
        return digest_of(body)

    def put_manifest(self, media_type: str, data: dict[str, Any], *tags: str) -> str:
        body = json.dumps({"schemaVersion": 2, "mediaType": media_type, **data}).encode()
        self.manifests[digest_of(body)] = (media_type, body)
        self.tags |= dict.fromkeys(tags, digest_of(body))
        return digest_of(body)

    def put_image(self, *tags: str, created: str = "2026-01-01T00:00:00Z", content: bytes = b"layer") -> str:
        """A manifest of one layer; its digest."""
        config = json.dumps({"created": created, "architecture": "amd64", "os": "linux"}).encode()
        data = {
            "config": {"mediaType": CONFIG, "digest": self.put_blob(config), "size": len(config)},
            "layers": [{"mediaType": LAYER, "digest": self.put_blob(content), "size": len(content)}],
        }
        return self.put_manifest(MANIFEST, data, *tags)

    def put_index(self, *tags: str, images: tuple[str, ...], attested: str = "", **more: Any) -> str:
        """An index of images, and of an attestation when `attested` says what is attested; its digest."""
        children = [
            self.describe(image, platform={"os": "linux", "architecture": "amd64"}) for image in images
        ]
        if attested:
            about = self.put_image(content=f"attestation {attested}".encode())
            notes = {"vnd.docker.reference.type": "attestation-manifest"}
            unknown = {"os": "unknown", "architecture": "unknown"}
            children.append(self.describe(about, platform=unknown, annotations=notes))
        return self.put_manifest(INDEX, {"manifests": children, **more}, *tags)

    def describe(self, digest: str, **more: Any) -> dict[str, Any]:
        media_type, body = self.manifests[digest]
        return {"mediaType": media_type, "digest": digest, "size": len(body), **more}

    def count(self, method: str) -> int:
        return sum(asked == method for asked, *_ in self.asked)


@contextmanager
def served(registry: FakeRegistry) -> Iterator[FakeRegistry]:
    """The registry at `registry.host` while the block runs."""

    class Handler(_Handler):
        held = registry

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *about: Any) -> None:
        # Clients hang up on answers that are too long; that is what some tests are about.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*about)


class _Handler(BaseHTTPRequestHandler):
    held: FakeRegistry
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle()

    def do_HEAD(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at `asked`."""

    def _handle(self) -> None:
        registry, parts = self.held, urlsplit(self.path)
        registry.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        if registry.script:
            status, headers = registry.script.popleft()
            return self._answer(status, b"", **headers)
        if parts.path == "/token":
            return self._token(parse_qs(parts.query))
        if self.command == "DELETE" and not registry.deletes:
            return self._error(405, "UNSUPPORTED")
        _, _, rest = parts.path.partition("/v2/")
        repository, kind, reference = rest.rsplit("/", 2)
        if not self._authorized(repository, "delete" if self.command == "DELETE" else "pull"):
            return None
        if parts.path in registry.moved:
            return self._answer(307, b"", Location=registry.moved[parts.path])
        if parts.path in registry.lies:
            return self._answer(200, registry.lies[parts.path])
        if kind == "tags":
            return self._tags(repository, parse_qs(parts.query))
        return self._manifest(reference) if kind == "manifests" else self._blob(reference)

    def _token(self, query: dict[str, list[str]]) -> None:
        if self.headers.get("Authorization") != BASIC:
            return self._error(401, "UNAUTHORIZED")
        return self._answer(200, json.dumps({"token": f"token of {query['scope'][0]}"}).encode())

    def _authorized(self, repository: str, action: str) -> bool:
        scope, said = f"repository:{repository}:{action}", self.headers.get("Authorization")
        wanted = {"": said, "basic": BASIC, "bearer": f"Bearer token of {scope}"}[self.held.auth]
        if said == wanted:
            return True
        realm = f'Bearer realm="http://{self.held.host}/token",service="fake",scope="{scope}"'
        challenge = realm if self.held.auth == "bearer" else 'Basic realm="fake"'
        self._error(401, "UNAUTHORIZED", **{"WWW-Authenticate": challenge})
        return False

    def _tags(self, repository: str, query: dict[str, list[str]]) -> None:
        last = query.get("last", [""])[0]
        names = [name for name in sorted(self.held.tags) if name > last]
        size = min(self.held.page, int(query["n"][0]))
        headers = {"Link": self.held.link} if self.held.link else {}
        if len(names) > size:
            headers["Link"] = f'</v2/{repository}/tags/list?last={names[size - 1]}&n={size}>; rel="next"'
        self._answer(200, json.dumps({"name": repository, "tags": names[:size] or None}).encode(), **headers)

    def _manifest(self, reference: str) -> None:
        digest = self.held.tags.get(reference, reference)
        if digest not in self.held.manifests:
            return self._error(404, "MANIFEST_UNKNOWN")
        if self.command == "DELETE":
            if reference in self.held.tags:
                return self._error(400, "DIGEST_INVALID")
            del self.held.manifests[digest]
            self.held.tags = {name: held for name, held in self.held.tags.items() if held != digest}
            return self._answer(202, b"")
        media_type, body = self.held.manifests[digest]
        return self._answer(200, body, **{"Content-Type": media_type, "Docker-Content-Digest": digest})

    def _blob(self, digest: str) -> None:
        if digest not in self.held.blobs:
            return self._error(404, "BLOB_UNKNOWN")
        return self._answer(200, self.held.blobs[digest])

    def _error(self, status: int, code: str, **headers: str) -> None:
        self._answer(status, json.dumps({"errors": [{"code": code, "message": "no"}]}).encode(), **headers)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
