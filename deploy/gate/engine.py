"""An image of the Docker engine as an OCI layout, saved only when something of it is not known yet."""

import io
import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from delivery.oci import fields
from delivery.oci.blobs import INDEX, Archive, place
from delivery.oci.descriptor import INDEX_TYPES
from delivery.oci.errors import EngineError
from delivery.oci.limits import DEFAULT
from delivery.registry.documents import MANIFEST_TYPES
from deploy.gate.cache import Cache

_LONGEST = 300  # seconds for one docker command


class EngineBlobs:
    """What `delivery.oci` reads a layout from; `digest` is that of the index, or of the only manifest.

    The name is resolved once, when it is made; the image is then saved by its digest.
    """

    def __init__(self, reference: str, cache: Cache, scratch: Path, stack: ExitStack) -> None:
        """Ask the engine. `stack` closes what is opened. Raises EngineError."""
        self._cache, self._file, self._stack = cache, scratch / "image.tar", stack
        asked = ("image", "inspect", "--format", "{{json .Descriptor}}", "--", reference)
        told = fields.document(_docker(*asked).encode(), f"docker image inspect {reference}")
        kind = fields.text(told.get("mediaType"), "mediaType")
        if kind not in (*INDEX_TYPES, *MANIFEST_TYPES):
            raise EngineError(
                f"{reference}: this engine keeps no digests of manifests (image store without containerd), "
                "which a deploy needs; push the image to a registry and name it there"
            )
        self.digest = fields.digest(told.get("digest"), "digest")
        top = {"mediaType": kind, "digest": self.digest, "size": fields.number(told.get("size"), "size")}
        self._index = json.dumps({"schemaVersion": 2, "manifests": [top]}).encode()
        self._archive: Archive | None = None

    def size(self, name: str) -> int | None:
        """Bytes of that member; None for what the engine does not have."""
        body = self._known(name)
        return len(body) if body is not None else self._saved().size(name)

    def open(self, name: str) -> IO[bytes]:
        """The member's bytes."""
        body = self._known(name)
        if body is not None:
            return io.BytesIO(body)
        stream = self._saved().open(name)
        if (self._saved().size(name) or 0) > DEFAULT.document or stream.read(1) != b"{":
            return self._saved().open(name)  # a layer, which is compressed or a tar
        body = b"{" + stream.read()
        self._cache.keep_document(_digest(name), body)
        return io.BytesIO(body)

    def _known(self, name: str) -> bytes | None:
        return self._index if name == INDEX else self._cache.document(_digest(name))

    def _saved(self) -> Archive:
        if self._archive is None:
            _docker("image", "save", "--output", str(self._file), "--", self.digest)
            self._archive = Archive(self._stack.enter_context(self._file.open("rb")), self.digest)
        return self._archive


def _digest(name: str) -> str:
    """The digest of the blob that is the layout's member of that name."""
    return name.removeprefix(place("")).replace("/", ":", 1)


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, check=False, timeout=_LONGEST
        )
    except FileNotFoundError as error:
        raise EngineError("there is no program docker; install Docker, or name a registry's image") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {' '.join(arguments)}: no answer within {_LONGEST} s") from error
    if done.returncode:
        raise EngineError(f"{done.stderr.strip() or 'docker failed'}; build it, or name a registry's image")
    return done.stdout
