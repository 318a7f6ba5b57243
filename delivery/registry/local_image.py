"""The platform manifests of an image on this machine: in Docker's image store, or in an OCI layout."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from delivery.oci import documents
from delivery.oci.blobs import INDEX
from delivery.oci.documents import Documents
from delivery.oci.errors import OciError, UnreadableError
from delivery.registry.client import MANIFEST_BYTES
from delivery.registry.documents import INDEX_TYPES, Descriptor, Manifest, parse_manifest
from delivery.registry.errors import BadAnswerError, LocalImageError

DOCKER = ("docker",)
_LONGEST = 600  # seconds for one docker command
# What index.json is when it does not say so itself, as some writers leave it.
_INDEX_TYPE = INDEX_TYPES[0]
_STORE = (
    "keeps no digests of manifests (image store without containerd), so nothing was compared; "
    "build with --output type=oci,dest=FILE and name it by --layout FILE"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The documents of an OCI layout; `where` names it in errors."""

    where: str
    files: Documents

    def platforms(self) -> frozenset[str]:
        """Digests of the images to run, without attestations. Raises LocalImageError."""
        if INDEX not in self.files:
            raise LocalImageError(f"{self.where}: no {INDEX}, so it is no OCI layout; build with type=oci")
        try:
            top = parse_manifest(self.files[INDEX], f"{self.where}: {INDEX}", _INDEX_TYPE)
            found = frozenset(digest for child in top.manifests for digest in self._of(child))
        except BadAnswerError as error:
            raise LocalImageError(str(error)) from error
        if not found:
            raise LocalImageError(f"{self.where}: holds no image")
        return found

    def _of(self, child: Descriptor) -> frozenset[str]:
        if child.is_attestation:
            return frozenset()
        return self._manifest(child).platforms

    def _manifest(self, child: Descriptor) -> Manifest:
        try:
            body = documents.blob(self.files, child.digest)
        except OciError as error:
            told = f"{self.where}: {child.digest} is missing or damaged; build it again"
            raise LocalImageError(told) from error
        return parse_manifest(body, f"{self.where}: {child.digest}", child.media_type)


def read_layout(path: Path) -> Layout:
    """The OCI layout in a folder or tar file. Raises LocalImageError."""
    try:
        if path.is_dir():
            return Layout(str(path), documents.of_folder(path, MANIFEST_BYTES))
        with path.open("rb") as stream:
            return Layout(str(path), documents.of_stream(stream, MANIFEST_BYTES))
    except (OSError, UnreadableError) as error:
        raise LocalImageError(f"{path}: no OCI layout can be read from it: {error}") from error


def docker_layout(reference: str, docker: tuple[str, ...] = DOCKER) -> Layout:
    """The image of that name in Docker's store, as `docker image save` writes it.

    Raises LocalImageError when there is no such image, no engine, or one whose store gives other digests
    than a registry would.
    """
    where = f"image {reference}"
    if "io.containerd.snapshotter" not in _said((*docker, "info", "--format", "{{.DriverStatus}}"), where):
        raise LocalImageError(f"{where}: this engine {_STORE}")
    command = (*docker, "image", "save", reference)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            files = documents.of_stream(process.stdout, MANIFEST_BYTES) if process.stdout else {}
        except UnreadableError:
            files = {}
        said = process.stderr.read().decode("utf-8", "replace").strip() if process.stderr else ""
    if process.returncode != 0 or not files:
        raise LocalImageError(f"{where}: cannot be read: {said or 'docker image save wrote no layout'}")
    return Layout(where, files)


def image_id(reference: str, docker: tuple[str, ...] = DOCKER) -> str:
    """What the engine calls the image; the same for all its tags. Raises LocalImageError."""
    command = (*docker, "image", "inspect", "--format", "{{.Id}}", reference)
    return _said(command, f"image {reference}").strip()


def _said(command: tuple[str, ...], where: str) -> str:
    try:
        done = subprocess.run(command, text=True, capture_output=True, check=False, timeout=_LONGEST)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalImageError(f"{where}: {command[0]} cannot be asked: {error}") from error
    if done.returncode != 0:
        reason = done.stderr.strip() or f"{command[0]} failed"
        raise LocalImageError(f"{where}: {reason}; is it built (make docker-build)?")
    return done.stdout
