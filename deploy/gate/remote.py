"""An image in a registry as an OCI layout: documents are fetched when asked for, layers only if read."""

import io
import json
from pathlib import Path
from typing import IO, Any

from delivery.oci.blobs import INDEX, place
from delivery.oci.errors import UnreadableError, UnsafeError
from delivery.oci.limits import DEFAULT
from delivery.registry.channel import Ask, Channel, Reply
from delivery.registry.client import MANIFEST_BYTES
from delivery.registry.documents import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    digest_of,
    parse_manifest,
)
from delivery.registry.errors import AbsentError, BadAnswerError
from delivery.registry.reference import Reference
from deploy.gate.cache import Cache

LARGEST_LAYER = 1 << 30  # bytes as stored; each is in memory once, on its way to the disk
_ACCEPT = {"Accept": ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))}


class RemoteBlobs:
    """What `delivery.oci` reads a layout from; `digest` is that of the index, or of the only manifest.

    Tags are resolved once, when it is made; everything after that is asked for by digest.
    """

    def __init__(self, channel: Channel, reference: Reference, cache: Cache, scratch: Path) -> None:
        """Ask for the tag or digest. Raises RegistryError's branches."""
        self._channel, self._path = channel, reference.remote_path
        self._cache, self._scratch = cache, scratch
        wanted = reference.digest or reference.tag or "latest"
        reply = self._got("manifests", wanted, MANIFEST_BYTES)
        self.digest = digest_of(reply.body)
        if reference.digest and self.digest != reference.digest:
            raise BadAnswerError(f"{reference}: what came has the digest {self.digest}")
        self._manifests: dict[str, Descriptor] = {}
        self._blobs: dict[str, Descriptor] = {}
        media_type = self._learn(reply.body, reply.headers.get("content-type", ""))
        self._bodies = {place(self.digest): reply.body, INDEX: self._index(media_type, len(reply.body))}

    def size(self, name: str) -> int | None:
        """Bytes of that member; None for what the registry does not have, or nothing here leads to."""
        if name in self._blobs:
            return self._blobs[name].size
        body = self._document(name)
        return None if body is None else len(body)

    def open(self, name: str) -> IO[bytes]:
        """The member's bytes; a layer comes by way of the scratch folder."""
        blob = self._blobs.get(name)
        if blob is not None and not blob.media_type.endswith("json"):
            return self._layer(blob).open("rb")
        body = self._document(name)
        if body is None:
            raise UnreadableError(f"{self._path}: the registry has no {name}")
        return io.BytesIO(body)

    def _document(self, name: str) -> bytes | None:
        if name in self._bodies:
            return self._bodies[name]
        found = self._manifests.get(name) or self._blobs.get(name)
        if found is None:
            return None
        body = self._cache.document(found.digest)
        if body is None:
            kind = "manifests" if name in self._manifests else "blobs"
            try:
                body = self._got(kind, found.digest, min(max(found.size, 1), DEFAULT.document)).body
            except AbsentError:
                return None
            self._cache.keep_document(found.digest, body)
        if name in self._manifests:
            self._learn(body, found.media_type)
        self._bodies[name] = body
        return body

    def _layer(self, blob: Descriptor) -> Path:
        file = self._scratch / blob.digest.replace(":", "-")
        if not file.exists():
            if blob.size > LARGEST_LAYER:
                raise UnsafeError(
                    f"layer {blob.digest}: {blob.size} bytes, more than {LARGEST_LAYER}; refused"
                )
            file.write_bytes(self._got("blobs", blob.digest, max(blob.size, 1)).body)
        return file

    def _learn(self, body: bytes, declared: str) -> str:
        """Take note of what the manifest or index leads to; its media type."""
        found = parse_manifest(body, f"{self._channel.host}/{self._path}", declared)
        self._manifests |= {place(each.digest): each for each in found.manifests}
        self._blobs |= {place(each.digest): each for each in found.blobs}
        return found.media_type

    def _got(self, kind: str, reference: str, limit: int) -> Reply:
        url = f"{self._channel.origin}/v2/{self._path}/{kind}/{reference}"
        headers = _ACCEPT if kind == "manifests" else {}
        # An error's text may be longer than a small blob.
        ask = Ask("GET", url, f"repository:{self._path}:pull", max(limit, MANIFEST_BYTES), headers)
        reply = self._channel.ask(ask)
        where = f"{self._channel.host}/{self._path}, {reference}"
        if reply.status == 404:
            raise AbsentError(f"{where}: not in the registry; push it, or mend the name")
        if reply.status != 200:
            raise BadAnswerError(f"{where}: the registry answered with status {reply.status}")
        return reply

    def _index(self, media_type: str, size: int) -> bytes:
        """What a layout's index.json would say."""
        top: dict[str, Any] = {"mediaType": media_type, "digest": self.digest, "size": size}
        return json.dumps({"schemaVersion": 2, "manifests": [top]}).encode()
