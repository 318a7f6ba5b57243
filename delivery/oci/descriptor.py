"""What a layout's documents refer to: type, digest, size, and for which platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from delivery.oci import fields

REFERENCE = "vnd.docker.reference.digest"
INDEX_TYPES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A reference to a blob; `size` in bytes, `platform` as `os/architecture[/variant]` or empty."""

    digest: str
    size: int
    media_type: str = ""
    platform: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_index(self) -> bool:
        """True for a list of manifests."""
        return self.media_type in INDEX_TYPES

    @property
    def about(self) -> str:
        """Digest of the image manifest that this one attests; empty for what is no attestation."""
        return self.annotations.get(REFERENCE, "")


def read(value: object, where: str) -> Descriptor:
    """The descriptor in that JSON object. Raises UnreadableError, which names `where`."""
    found = fields.mapping(value, where)
    platform = fields.mapping(found.get("platform"), f"{where}.platform")
    named = [
        fields.text(platform.get(part), f"{where}.platform") for part in ("os", "architecture", "variant")
    ]
    return Descriptor(
        digest=fields.digest(found.get("digest"), f"{where}.digest"),
        size=fields.number(found.get("size"), f"{where}.size"),
        media_type=fields.text(found.get("mediaType"), f"{where}.mediaType"),
        platform="/".join(part for part in named if part),
        annotations=fields.table(found.get("annotations"), f"{where}.annotations"),
    )
