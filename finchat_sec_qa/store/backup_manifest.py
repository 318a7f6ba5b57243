"""What a backup holds: its first member, which says in what order which bytes follow."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from finchat_sec_qa.errors import StoreCorruptError, StoreVersionError
from finchat_sec_qa.store.migrations import VERSION
from finchat_sec_qa.store.places import DATABASE, ORIGINALS

MANIFEST = "manifest.json"
FORMAT = 1
_SUM = r"^[0-9a-f]{64}$"


class Member(BaseModel):
    """One file of a backup: its name in the store, its size in bytes, its SHA-256 in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=_SUM)


class Manifest(BaseModel):
    """The list of members, in order, and what they are a backup of. `made` is a moment in UTC (ISO 8601)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int
    program: str
    made: str
    schema_version: int = Field(ge=1)
    filings: int = Field(ge=0)
    digest: str = Field(pattern=_SUM)
    files: list[Member] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_those_of_a_store(self) -> Self:
        """The database first, then originals under their own sums: no other place can be named."""
        first, *originals = self.files
        if first.name != DATABASE:
            raise ValueError(f"{first.name[:80]!r} stands where {DATABASE} should")
        for member in originals:
            if member.name != original_name(member.sha256):
                raise ValueError(f"{member.name[:80]!r} is no name of an original")
        if len({member.name for member in originals}) != len(originals):
            raise ValueError("an original is listed twice")
        return self

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.files)


def original_name(sha256: str) -> str:
    """Where an original lies, seen from the store's directory."""
    return f"{ORIGINALS}/{sha256[:2]}/{sha256}"


def read_manifest(content: bytes, backup: str) -> Manifest:
    """The manifest in these bytes; `backup` is what messages call the archive.

    Raises StoreVersionError when a newer program made it, StoreCorruptError when it is none.
    """
    newer = re.match(rb'\s*\{\s*"format"\s*:\s*(\d{1,9})\s*,', content)
    if newer and int(newer[1]) > FORMAT:
        raise StoreVersionError(
            f"{backup}: a backup of format {int(newer[1])}, this program knows up to {FORMAT}; "
            "use the newer program"
        )
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise StoreCorruptError(
            f"{backup}: {MANIFEST}, {where}: {first['msg']}; this is no whole backup, take another"
        ) from error
    if manifest.schema_version > VERSION:
        raise StoreVersionError(
            f"{backup}: a backup of store schema {manifest.schema_version}, this program knows up to "
            f"{VERSION}; use the newer program"
        )
    return manifest
