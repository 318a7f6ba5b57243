"""An OCI layout, opened: its images, what is attested about them, and their files."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.oci import blobs, descriptor, fields, layers, statement
from delivery.oci import image as images
from delivery.oci.blobs import Archive, Blobs, Folder
from delivery.oci.descriptor import Descriptor
from delivery.oci.errors import ChoiceError, EngineError, UnreadableError, UnsafeError
from delivery.oci.image import Image
from delivery.oci.layers import Keep, Memory
from delivery.oci.limits import DEFAULT, Limits
from delivery.oci.statement import Statement
from delivery.oci.tree import File

_DEPTH = 4  # indexes inside indexes


@dataclass(frozen=True, slots=True)
class Files:
    """An image's merged file tree: entries and kept contents by path, both sorted."""

    entries: Mapping[str, File]
    contents: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that an index names, and the digest of the outermost index that leads to it."""

    descriptor: Descriptor
    index: str


class Layout:
    """An OCI layout; `with Layout.open(path) as layout:` reads one.

    `name` is what it was opened by. `images` are its platform images in the index's order; `attestations` the
    manifests that attest one; `absent` the manifests that an index names but the layout does not hold, as
    `docker save` leaves them out for other platforms; `indexes` the annotations of every index by its digest.
    """

    def __init__(self, source: Blobs, name: str, limits: Limits = DEFAULT) -> None:
        """Reads indexes, manifests and configs. Raises OciError's branches."""
        self._source, self._limits, self.name = source, limits, name
        self.indexes: dict[str, Mapping[str, str]] = {}
        named = tuple({each.descriptor.digest: each for each in self._named()}.values())
        held = [each for each in named if self._holds(each)]
        self.absent = tuple(each for each in named if not self._holds(each))
        self.attestations = tuple(each for each in held if each.descriptor.about)
        self.images = tuple(self._image(each) for each in held if not each.descriptor.about)

    @classmethod
    @contextmanager
    def open(cls, path: Path, limits: Limits = DEFAULT) -> Iterator["Layout"]:
        """The layout in that folder or tar, until the context ends.

        Raises UnreadableError for what is none, CorruptError for a wrong digest, UnsafeError past a limit.
        """
        if path.is_dir():
            yield cls(Folder(path), str(path), limits)
            return
        try:
            stream = path.open("rb")
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}; name an OCI layout") from error
        with stream:
            yield cls(Archive(stream, str(path)), str(path), limits)

    @classmethod
    @contextmanager
    def from_engine(cls, reference: str, limits: Limits = DEFAULT) -> Iterator["Layout"]:
        """The image of that name in the Docker engine, saved into a temporary file while the context lasts.

        Raises EngineError when the engine does not give it, and else as `open` does.
        """
        with tempfile.TemporaryDirectory(prefix="finchat-image-") as folder:
            saved = Path(folder) / "image.tar"
            _docker("image", "save", "--output", str(saved), "--", reference)
            with saved.open("rb") as stream:
                yield cls(Archive(stream, reference), reference, limits)

    def image(self, platform: str = "") -> Image:
        """The only image, or that of the platform (`linux/amd64`). Raises ChoiceError."""
        fit = [each for each in self.images if not platform or each.platform == platform]
        if len(fit) != 1:
            held = ", ".join(each.platform for each in self.images) or "no image"
            wanted = f"one of {platform}" if platform else "one; name a platform"
            raise ChoiceError(f"{self.name}: it holds {held}, where {wanted} was asked for")
        return fit[0]

    def statements(self, image: Image) -> tuple[Statement, ...]:
        """What is attested about that image. Raises as `open` does."""
        return tuple(
            statement.read(layer.digest, self.blob(layer.digest))
            for each in self.attestations
            if each.descriptor.about == image.digest
            for layer in self._layers(each.descriptor)
            if layer.media_type == statement.MEDIA_TYPE
        )

    def files(self, image: Image, keep: Keep = lambda _: False, memory: Memory | None = None) -> Files:
        """The image's files after all layers, and the contents of those whose path `keep` says yes to.

        `keep` is asked with the path that a layer names, without a leading slash. Whoever reads several
        images on one base gives the same `memory` (an empty dict at first) and the same function each time:
        layers in it are not read again. Raises as `open` does.
        """
        found = list(
            layers.merged(self._source, image, keep, self._limits, {} if memory is None else memory).files()
        )
        contents = {entry.path: content for entry, content in found if content is not None}
        return Files({entry.path: entry for entry, _ in found}, contents)

    def blob(self, digest: str) -> bytes:
        """A document of the layout, checked against its digest. Raises as `open` does."""
        return blobs.read(self._source, digest, self._limits.document)

    def _holds(self, each: Manifest) -> bool:
        return self._source.size(blobs.place(each.descriptor.digest)) is not None

    def _named(self) -> Iterator[Manifest]:
        """Every manifest that the layout's index leads to, in its order."""
        where = f"{self.name}: {blobs.INDEX}"
        if (self._source.size(blobs.INDEX) or 0) > self._limits.document:
            raise UnsafeError(f"{where}: more than {self._limits.document} bytes; refused")
        with self._source.open(blobs.INDEX) as stream:
            top = fields.document(stream.read(), where)
        waiting = [(each, each.digest, 1) for each in reversed(_manifests(top, where))]
        for _ in range(self._limits.manifests):
            if not waiting:
                return
            each, root, depth = waiting.pop()
            if not each.is_index:
                yield Manifest(each, root)
                continue
            inside = self._inside(each, depth)
            waiting.extend((below, root, depth + 1) for below in reversed(inside))
        raise UnsafeError(f"{where}: more than {self._limits.manifests} manifests; refused")

    def _inside(self, index: Descriptor, depth: int) -> list[Descriptor]:
        where = f"index {index.digest}"
        if depth > _DEPTH:
            raise UnsafeError(f"{where}: more than {_DEPTH} indexes inside each other; refused")
        found = fields.document(self.blob(index.digest), where)
        self.indexes[index.digest] = fields.table(found.get("annotations"), f"{where}.annotations")
        return _manifests(found, where)

    def _image(self, each: Manifest) -> Image:
        manifest = self._document(each.descriptor.digest)
        config = descriptor.read(manifest.get("config"), f"manifest {each.descriptor.digest}.config")
        return images.read(each.descriptor, each.index, manifest, self._document(config.digest))

    def _layers(self, each: Descriptor) -> list[Descriptor]:
        where = f"manifest {each.digest}.layers"
        listed = fields.sequence(self._document(each.digest).get("layers"), where)
        return [descriptor.read(layer, where) for layer in listed]

    def _document(self, digest: str) -> Mapping[str, Any]:
        return fields.document(self.blob(digest), f"blob {digest}")


def _manifests(index: Mapping[str, Any], where: str) -> list[Descriptor]:
    listed = fields.sequence(index.get("manifests"), f"{where}.manifests")
    return [descriptor.read(each, f"{where}.manifests") for each in listed]


def _docker(*arguments: str) -> None:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise EngineError("there is no program docker; install Docker, or name a layout's tar") from error
    if done.returncode:
        raise EngineError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
