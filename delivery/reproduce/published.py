"""A published image with its provenance: from an OCI layout, from the engine, or pulled from its registry."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.attest import provenance
from delivery.attest.model import AttestError
from delivery.attest.provenance import Provenance
from delivery.oci.errors import OciError
from delivery.oci.image import Image
from delivery.oci.layout import Layout
from delivery.oci.statement import PROVENANCE, Statement
from delivery.reproduce.compare import Side
from delivery.reproduce.errors import RefusedError

_REFERENCE = re.compile(r"[A-Za-z0-9\[][^\s]*")


@dataclass(frozen=True, slots=True)
class Published:
    """An image, its files, and how it says that it was built."""

    side: Side
    provenance: Provenance


@contextmanager
def opened(name: str, platform: str = "") -> Iterator[Published]:
    """The image in the layout at that path, or of that reference; what was pulled for it is removed again.

    Raises RefusedError without one provenance that is about it, OciError when it cannot be read.
    """
    if Path(name).exists():
        with Layout.open(Path(name)) as layout:
            yield _published(layout, platform, reference="")
        return
    if not _REFERENCE.fullmatch(name):
        raise RefusedError(f"{name!r:.200} is neither a file nor an image's reference")
    with _present(name), Layout.from_engine(name) as layout:
        yield _published(layout, platform, reference=name)


def side(layout: Layout, image: Image) -> Side:
    """The image with the files that the layout holds of it."""
    return Side(image, lambda which: layout.files(which).entries)


def _published(layout: Layout, platform: str, reference: str) -> Published:
    image = layout.image(platform)
    found = [each for each in layout.statements(image) if each.is_provenance]
    if any(subject.digest != image.digest for each in found for subject in each.subjects):
        raise RefusedError(f"{layout.name}: its provenance is about another image than {image.digest}")
    # A pull brings the image alone; what is attested about it stays in the registry.
    found = found or (_attested(reference, image) if reference else [])
    if len(found) != 1:
        many = "more than one" if found else "no"
        raise RefusedError(
            f"{layout.name}: it has {many} provenance, so how it was built is not known; "
            "publish images that were built with ATTEST=true"
        )
    try:
        return Published(side(layout, image), provenance.read(found[0]))
    except AttestError as error:
        raise RefusedError(f"{layout.name}: {error}") from error


@contextmanager
def _present(reference: str) -> Iterator[None]:
    """The image in the engine while the context lasts; if it has to be pulled, it is removed again."""
    if _docker("image", "inspect", "--", reference).returncode == 0:
        yield
        return
    pulled = _docker("pull", "--quiet", "--", reference)
    if pulled.returncode:
        raise OciError(f"{reference}: no such file, and no such image anywhere: {pulled.stderr.strip()}")
    try:
        yield
    finally:
        _docker("image", "rm", "--", reference)


def _attested(reference: str, image: Image) -> list[Statement]:
    """What the registry holds as provenance of the index that the image came with."""
    by_digest = f"{_repository(reference)}@{image.index}"
    asked = _docker("buildx", "imagetools", "inspect", "--format", "{{json .Provenance}}", by_digest)
    if asked.returncode:
        raise RefusedError(
            f"{reference}: the engine has no provenance of it, nor has its registry: {asked.stderr.strip()}"
        )
    return parse_attested(asked.stdout, image.platform)


def parse_attested(told: str, platform: str) -> list[Statement]:
    """The provenance in what `docker buildx imagetools inspect` prints; empty without one for the platform.

    One image comes as it is, several by platform. Raises RefusedError for what is no JSON.
    """
    try:
        found: Any = json.loads(told or "null")
    except ValueError as error:
        raise RefusedError(f"docker buildx imagetools gave no JSON as provenance: {error}") from error
    if isinstance(found, Mapping) and "SLSA" not in found:
        found = found.get(platform)
    predicate = found.get("SLSA") if isinstance(found, Mapping) else None
    return [Statement("", PROVENANCE, (), predicate)] if isinstance(predicate, Mapping) else []


def _repository(reference: str) -> str:
    """The reference without tag and digest; a colon before the last slash is a port's."""
    folder, slash, last = reference.partition("@")[0].rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise OciError("there is no program docker; install Docker, or name a layout's tar") from error
