"""The image that is judged, opened: its documents at once, its files when a check asks for them."""

import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from delivery.attest.model import AttestError, Evidence
from delivery.attest.provenance import Provenance
from delivery.attest.provenance import read as read_provenance
from delivery.oci.blobs import INDEX, Blobs, place
from delivery.oci.image import Image
from delivery.oci.layout import Files, Layout
from delivery.registry.connect import connect
from delivery.registry.documents import MANIFEST_TYPES
from delivery.registry.reference import Reference
from deploy.gate import layers
from deploy.gate.cache import Cache
from deploy.gate.engine import EngineBlobs
from deploy.gate.remote import RemoteBlobs


class Subject:
    """One image for one platform. `evidence` has its statements, and no files: those are in `files`.

    `provenance` is None without one; when it cannot be read, `unreadable` says why.
    """

    def __init__(
        self, reference: Reference, blobs: Blobs, platform: str, cache: Cache, scratch: Path
    ) -> None:
        """Reads indexes, manifests, the configuration and statements. Raises OciError, RegistryError."""
        self.reference, self.cache = reference, cache
        self._blobs, self._scratch = blobs, scratch
        self._layout = Layout(blobs, str(reference))
        self.image: Image = self._layout.image(platform)
        statements = self._layout.statements(self.image)
        bodies = {each.digest: self._layout.blob(each.digest) for each in statements}
        self.evidence = Evidence(self.image, statements, bodies, Files({}, {}))
        self.provenance: Provenance | None = None
        self.unreadable = ""
        try:
            self.provenance = next((read_provenance(each) for each in statements if each.is_provenance), None)
        except AttestError as error:
            self.unreadable = str(error)

    @property
    def is_local(self) -> bool:
        """True for an image of this machine's engine: one whose name has no host."""
        return is_local(self.reference)

    @property
    def pinned(self) -> str:
        """What to pull and run, so that it is this image and no other."""
        if self.is_local:
            return self.image.index
        return f"{self.reference.repository}@{self.image.index}"

    @cached_property
    def files(self) -> Files:
        """What a container would see. Takes seconds for layers that were never read. Raises OciError."""
        return layers.files(self._layout, self.image, self.cache)

    @cached_property
    def on_disk(self) -> Path:
        """The platform's image as a layout in a folder, for programs that read one."""
        folder = self._scratch / "layout"
        (folder / place(self.image.digest)).parent.mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
        digests = (self.image.digest, self.image.config.digest, *(each.digest for each in self.image.layers))
        for name in map(place, dict.fromkeys(digests)):
            with self._blobs.open(name) as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target, io.DEFAULT_BUFFER_SIZE * 16)
        manifest = (folder / place(self.image.digest)).read_bytes()
        kind = json.loads(manifest).get("mediaType") or MANIFEST_TYPES[0]
        top = {"mediaType": kind, "digest": self.image.digest, "size": len(manifest)}
        index = json.dumps({"schemaVersion": 2, "manifests": [top]})
        (folder / INDEX).write_text(index, "utf-8")
        return folder


def is_local(reference: Reference) -> bool:
    """True for a name without a host, which is looked up in this machine's engine."""
    return not reference.host


@contextmanager
def opened(reference: Reference, platform: str, cache: Cache) -> Iterator[Subject]:
    """The image of that name while the context lasts. Raises OciError and RegistryError's branches."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finchat-gate-")))
        blobs: Blobs
        if is_local(reference):
            blobs = EngineBlobs(str(reference), cache, scratch, stack)
        else:
            channel = stack.enter_context(connect(reference, os.environ))
            blobs = RemoteBlobs(channel, reference, cache, scratch)
        yield Subject(reference, blobs, platform, cache, scratch)
