"""What a registry holds: manifests and indexes as values, read from bytes that are not trusted."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from delivery.registry.errors import BadAnswerError, ReferenceFormError
from delivery.registry.reference import parse_digest

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CREATED = "org.opencontainers.image.created"
ATTESTATION = "vnd.docker.reference.type"
_NO_DATE_BEFORE = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One thing that a manifest or index refers to; `size` in bytes."""

    digest: str
    size: int
    media_type: str
    annotations: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""

    @property
    def is_attestation(self) -> bool:
        """True for what BuildKit says about an image (provenance, SBOM), which is no image to run."""
        said = self.annotations.get(ATTESTATION)
        return said == "attestation-manifest" or self.platform.startswith("unknown/")

    @property
    def is_elsewhere(self) -> bool:
        """True for layers that registries do not hold (Windows base layers)."""
        return "nondistributable" in self.media_type or "foreign" in self.media_type


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or an index. An index has `manifests` only, a manifest `config` and `layers` only."""

    digest: str
    media_type: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    manifests: tuple[Descriptor, ...] = ()
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()

    @property
    def is_index(self) -> bool:
        """True when it lists manifests instead of layers."""
        return self.media_type in INDEX_TYPES

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Configuration and layers, in the manifest's order."""
        return (*([self.config] if self.config else []), *self.layers)

    @property
    def platforms(self) -> frozenset[str]:
        """Digests of the images to run: those that an index lists, without attestations, or its own."""
        if not self.is_index:
            return frozenset({self.digest})
        return frozenset(child.digest for child in self.manifests if not child.is_attestation)


def digest_of(body: bytes) -> str:
    """The digest under which a registry keeps these bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def parse_manifest(body: bytes, where: str, declared: str = "") -> Manifest:
    """The manifest or index in `body`; `declared` is the media type it came with, `where` names it in errors.

    Raises BadAnswerError for anything else, also for manifests of schema 1, which have no stable digest.
    """
    data = parse_object(body, where)
    media_type = str(data.get("mediaType") or declared.partition(";")[0].strip())
    if media_type not in (*INDEX_TYPES, *MANIFEST_TYPES):
        raise BadAnswerError(f"{where}: {media_type or 'no media type'} is no manifest or index that we read")
    try:
        return Manifest(
            digest=digest_of(body),
            media_type=media_type,
            size=len(body),
            annotations=_strings(data.get("annotations")),
            manifests=_descriptors(data["manifests"]) if media_type in INDEX_TYPES else (),
            config=_descriptor(data["config"]) if media_type in MANIFEST_TYPES else None,
            layers=_descriptors(data["layers"]) if media_type in MANIFEST_TYPES else (),
        )
    except (KeyError, TypeError, ValueError, AttributeError, ReferenceFormError) as error:
        raise BadAnswerError(f"{where}: not a well-formed {media_type}: {error!r}") from error


def parse_object(body: bytes, where: str) -> dict[str, Any]:
    """The JSON object in `body`. Raises BadAnswerError when there is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(f"{where}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadAnswerError(f"{where}: JSON, but no object")
    return data


def parse_date(text: object) -> datetime | None:
    """The moment of an RFC 3339 text in UTC; None without one.

    Dates of 1970-01-01 and before stand for "none was recorded", as builders write them.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= _NO_DATE_BEFORE else None


def _descriptors(data: list[Any]) -> tuple[Descriptor, ...]:
    return tuple(_descriptor(item) for item in data)


def _descriptor(data: dict[str, Any]) -> Descriptor:
    platform = data.get("platform") or {}
    parts = [str(platform[key]) for key in ("os", "architecture", "variant") if platform.get(key)]
    return Descriptor(
        digest=parse_digest(str(data["digest"])),
        size=int(data["size"]),
        media_type=str(data["mediaType"]),
        annotations=_strings(data.get("annotations")),
        platform="/".join(parts),
    )


def _strings(data: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in (data or {}).items()}
