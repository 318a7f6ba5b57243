"""How much of an image is read before it counts as hostile."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. The defaults are ten times what large Python images need.

    `document`: one JSON blob, an SBOM included; `unpacked`: all layers of an image together; `kept`: all
    file contents that a caller asks for; `header`: one long name or extended header in a layer; `entries`:
    members of all layers of an image; `manifests`: manifests and indexes of a layout.
    """

    document: int = 128 << 20
    unpacked: int = 32 << 30
    kept: int = 256 << 20
    header: int = 1 << 20
    entries: int = 2_000_000
    manifests: int = 1000


DEFAULT = Limits()
