"""The values of this room: a bill of materials, its packages, and what is known of each."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Literal

Kind = Literal["python", "deb", "other"]


@dataclass(frozen=True, slots=True)
class Licence:
    """`expression` is an SPDX licence expression, or None where none is known for certain.

    `words` is then what the package says of itself, shortened; None where it says nothing.
    """

    expression: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """A file that a package is installed from: its name, and its SHA-256 in 64 hex digits."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """One package. Python names are normalised (lower case, runs of "-_." are one "-").

    `purl` is "" where a read document gives none. `depends_on` holds purls, sorted. `files` are paths the
    package owns and `evidence` paths it was recognised by, as the document has them (BuildKit's: without a
    leading slash); both are empty in a bill that is made from a lock.
    """

    name: str
    version: str
    kind: Kind
    purl: str
    licence: Licence = Licence()
    artifacts: tuple[Artifact, ...] = ()
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    def with_relations(
        self, depends_on: Iterable[str], files: Iterable[str] = (), evidence: Iterable[str] = ()
    ) -> "Package":
        """The same package with these relations, sorted, without "" (what a document names but lacks)."""
        return replace(
            self,
            depends_on=tuple(sorted(set(depends_on) - {""})),
            files=tuple(sorted(set(files) - {""})),
            evidence=tuple(sorted(set(evidence) - {""})),
        )


@dataclass(frozen=True, slots=True)
class Sbom:
    """A bill of materials. `root` is what it describes, and is not among `packages`.

    `name` is the document's. `files` maps every path of the document to its SHA-256 in hex, or "" where it
    gives none. A document by others may hold a package more than once, also in several versions.
    """

    name: str
    created: datetime | None
    root: Package | None
    packages: tuple[Package, ...]
    files: dict[str, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> Iterator[Package]:
        """The packages of that kind, in order."""
        return (package for package in self.packages if package.kind == kind)

    def serial(self) -> uuid.UUID:
        """A UUID (version 5) of the whole content: equal for equal bills, on any machine."""
        content = json.dumps(asdict(self), sort_keys=True, default=str)
        return uuid.uuid5(uuid.NAMESPACE_OID, content)
