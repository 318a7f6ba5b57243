"""In-toto statements: what an attestation says, and about which image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from delivery.oci import fields

PROVENANCE = "https://slsa.dev/provenance/"
MEDIA_TYPE = "application/vnd.in-toto+json"
SPDX = "https://spdx.dev/Document"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a statement is about: a name and a digest (`sha256:…`, empty when it names none)."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `digest` is the blob's; `predicate_type` tells how to read `predicate`."""

    digest: str
    predicate_type: str
    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Any] = field(repr=False)

    @property
    def is_provenance(self) -> bool:
        """True for SLSA provenance of any version."""
        return self.predicate_type.startswith(PROVENANCE)

    @property
    def is_spdx(self) -> bool:
        """True for a bill of materials in SPDX."""
        return self.predicate_type == SPDX


def read(digest: str, body: bytes) -> Statement:
    """The statement in that blob. Raises UnreadableError."""
    where = f"statement {digest}"
    found = fields.document(body, where)
    return Statement(
        digest=digest,
        predicate_type=fields.text(found.get("predicateType"), f"{where}.predicateType"),
        subjects=tuple(
            _subject(each, f"{where}.subject") for each in fields.sequence(found.get("subject"), where)
        ),
        predicate=fields.mapping(found.get("predicate"), f"{where}.predicate"),
    )


def _subject(value: object, where: str) -> Subject:
    found = fields.mapping(value, where)
    algorithms = fields.table(found.get("digest"), f"{where}.digest")
    named = f"sha256:{algorithms['sha256']}" if "sha256" in algorithms else ""
    return Subject(fields.text(found.get("name"), f"{where}.name"), named)
