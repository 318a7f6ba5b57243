"""Bills of materials as others wrote them: SPDX 2.x and CycloneDX in JSON, also in in-toto statements.

Documents are hostile until read: no member is trusted to be of the type the standard says.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from packageurl import PackageURL
from packaging.utils import canonicalize_name

from delivery.sbom.errors import UnreadableError
from delivery.sbom.model import Artifact, Kind, Licence, Package, Sbom

SPDX_PREDICATE = "https://spdx.dev/Document"
LIMIT = 256 * 1024 * 1024  # bytes; BuildKit's bill of a large image has about 5 MB
KINDS: Mapping[str, Kind] = {"pypi": "python", "deb": "deb"}
NOTHING = {"", "NOASSERTION", "NONE"}

Entry = Mapping[str, Any]


def read(content: bytes) -> Sbom:
    """Any bill of materials, told apart by its members. Raises UnreadableError."""
    document = _document(content)
    return _cyclonedx(document) if document.get("bomFormat") == "CycloneDX" else _spdx(document)


def read_spdx(content: bytes) -> Sbom:
    """An SPDX 2.x document, or the in-toto statement around one. Raises UnreadableError."""
    return _spdx(_document(content))


def read_cyclonedx(content: bytes) -> Sbom:
    """A CycloneDX document. Raises UnreadableError."""
    return _cyclonedx(_document(content))


def _document(content: bytes) -> Entry:
    if len(content) > LIMIT:
        raise UnreadableError(f"a bill of materials of {len(content)} bytes is over the limit of {LIMIT}")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON, so no bill of materials that we read: {error}") from error
    if isinstance(document, dict) and "predicateType" in document:
        if document["predicateType"] != SPDX_PREDICATE:
            raise UnreadableError(f"a statement of type {document['predicateType']!r} holds no SPDX document")
        document = document.get("predicate")
    if not isinstance(document, dict):
        raise UnreadableError("neither SPDX nor CycloneDX: a bill of materials is a JSON object")
    return document


def _spdx(document: Entry) -> Sbom:
    if not str(document.get("spdxVersion", "")).startswith("SPDX-2"):
        raise UnreadableError("neither SPDX 2 nor CycloneDX in JSON: no spdxVersion, no bomFormat")
    relations = _relations(document)
    entries = {_text(entry, "SPDXID"): entry for entry in _entries(document, "packages")}
    paths = {_text(entry, "SPDXID"): _text(entry, "fileName") for entry in _entries(document, "files")}
    purls = {key: _spdx_purl(entry) for key, entry in entries.items()}
    packages = {
        key: _spdx_package(entry, purls[key]).with_relations(
            depends_on=(purls.get(other, "") for other in relations.needed[key]),
            files=(paths.get(other, "") for other in relations.contained[key]),
            evidence=(paths.get(other, "") for other in relations.evident[key]),
        )
        for key, entry in entries.items()
    }
    described = [key for key in relations.described if key in packages]
    root = packages.pop(described[0]) if len(described) == 1 else None
    created = _time(_member(document, "creationInfo").get("created"))
    files = {_text(entry, "fileName"): _sha256(entry) for entry in _entries(document, "files")}
    return Sbom(_text(document, "name"), created, root, tuple(packages.values()), files)


class _Relations:
    """The relationships of an SPDX document that we use, by the id of the package they belong to."""

    def __init__(self) -> None:
        self.described: list[str] = []
        self.needed: dict[str, set[str]] = defaultdict(set)
        self.contained: dict[str, set[str]] = defaultdict(set)
        self.evident: dict[str, set[str]] = defaultdict(set)

    def add(self, left: str, kind: str, right: str, comment: str) -> None:
        """Take one relationship; kinds that say nothing we use are left out."""
        match kind:
            case "DESCRIBES":
                self.described.append(right)
            case "DEPENDS_ON":
                self.needed[left].add(right)
            case "DEPENDENCY_OF":
                self.needed[right].add(left)
            case "CONTAINS":
                self.contained[left].add(right)
            case "OTHER" if comment.startswith("evident-by"):  # syft's, which BuildKit scans with
                self.evident[left].add(right)


def _relations(document: Entry) -> _Relations:
    found = _Relations()
    for key in _texts(document, "documentDescribes"):
        found.add("", "DESCRIBES", key, "")
    for entry in _entries(document, "relationships"):
        left, right = _text(entry, "spdxElementId"), _text(entry, "relatedSpdxElement")
        found.add(left, _text(entry, "relationshipType"), right, _text(entry, "comment"))
    return found


def _spdx_purl(entry: Entry) -> str:
    references = _entries(entry, "externalRefs")
    purls = (_text(one, "referenceLocator") for one in references if one.get("referenceType") == "purl")
    return next(purls, "")


def _spdx_package(entry: Entry, purl: str) -> Package:
    declared = _text(entry, "licenseDeclared")
    name = _text(entry, "packageFileName")
    return _package(
        name=_text(entry, "name"),
        version=_text(entry, "versionInfo"),
        purl=purl,
        licence=Licence(
            expression=None if declared in NOTHING else declared,
            words=_text(entry, "licenseComments") or None,
        ),
        artifacts=(Artifact(name, _sha256(entry)),) if name else (),
    )


def _cyclonedx(document: Entry) -> Sbom:
    if document.get("bomFormat") != "CycloneDX":
        raise UnreadableError("no CycloneDX in JSON: bomFormat is not CycloneDX")
    metadata = _member(document, "metadata")
    needed = {_text(entry, "ref"): _texts(entry, "dependsOn") for entry in _entries(document, "dependencies")}
    stated = metadata.get("component")
    components = [*_nested(document), *([stated] if isinstance(stated, dict) else [])]
    purls = {_text(entry, "bom-ref"): _text(entry, "purl") for entry in components}
    packages = [
        _cyclonedx_package(entry).with_relations(
            depends_on=(purls.get(other, "") for other in needed.get(_text(entry, "bom-ref"), ()))
        )
        for entry in components
    ]
    root = packages.pop() if isinstance(stated, dict) else None
    name = root.name if root else ""
    return Sbom(name, _time(metadata.get("timestamp")), root, tuple(packages))


def _nested(entry: Entry) -> Iterator[Entry]:
    for component in _entries(entry, "components"):
        yield component
        yield from _nested(component)


def _cyclonedx_package(entry: Entry) -> Package:
    expression = words = None
    for choice in _entries(entry, "licenses"):
        licence = _member(choice, "license")
        expression = expression or _text(choice, "expression") or _text(licence, "id") or None
        words = words or _text(licence, "name") or None
    return _package(
        name=_text(entry, "name"),
        version=_text(entry, "version"),
        purl=_text(entry, "purl"),
        licence=Licence(expression, words),
        artifacts=tuple(
            Artifact(_text(one, "url"), _sha256(one))
            for one in _entries(entry, "externalReferences")
            if one.get("type") == "distribution"
        ),
    )


def _package(
    name: str, version: str, purl: str, licence: Licence, artifacts: tuple[Artifact, ...]
) -> Package:
    kind: Kind = "other"
    if purl:
        try:
            kind = KINDS.get(PackageURL.from_string(purl).type, "other")
        except ValueError as error:
            raise UnreadableError(f"package {name!r} has no valid purl: {error}") from error
    name = canonicalize_name(name) if kind == "python" else name
    return Package(name, version, kind, purl, licence, artifacts)


def _sha256(entry: Entry) -> str:
    """From SPDX's checksums or CycloneDX's hashes; "" where there is none."""
    for one in (*_entries(entry, "checksums"), *_entries(entry, "hashes")):
        if _text(one, "algorithm") == "SHA256" or _text(one, "alg") == "SHA-256":
            return _text(one, "checksumValue") or _text(one, "content")
    return ""


def _entries(entry: Entry, name: str) -> Iterable[Entry]:
    found = entry.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _member(entry: Entry, name: str) -> Entry:
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _text(entry: Entry, name: str) -> str:
    found = entry.get(name)
    return found if isinstance(found, str) else ""


def _texts(entry: Entry, name: str) -> list[str]:
    found = entry.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
