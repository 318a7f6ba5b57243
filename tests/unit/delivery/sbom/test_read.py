"""Bills as others write them: BuildKit's, with its packages, files and relationships, and hostile ones."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from delivery.sbom.errors import UnreadableError
from delivery.sbom.model import Artifact, Licence
from delivery.sbom.read import SPDX_PREDICATE, read, read_cyclonedx, read_spdx

# The shape of what BuildKit attaches: the scanner's pseudo-package for the folder it scanned, a Python
# distribution that is evident by its METADATA, and a Debian package that owns a file.
SCANNED: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "sbom",
    "creationInfo": {"created": "2026-01-02T03:04:05Z"},
    "packages": [
        {
            "name": "Typing_Extensions",
            "SPDXID": "SPDXRef-typing",
            "versionInfo": "4.16.0",
            "licenseDeclared": "PSF-2.0",
            "externalRefs": [
                {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x:x:1:*:*:*:*:*:*:*"},
                {"referenceType": "purl", "referenceLocator": "pkg:pypi/typing-extensions@4.16.0"},
            ],
        },
        {
            "name": "bash",
            "SPDXID": "SPDXRef-bash",
            "versionInfo": "5.2",
            "licenseDeclared": "NOASSERTION",
            "externalRefs": [
                {"referenceType": "purl", "referenceLocator": "pkg:deb/debian/bash@5.2?arch=amd64"}
            ],
        },
        {"name": "sbom", "SPDXID": "SPDXRef-root", "licenseDeclared": "NOASSERTION"},
    ],
    "files": [
        {
            "fileName": "bin/bash",
            "SPDXID": "SPDXRef-f1",
            "checksums": [
                {"algorithm": "SHA1", "checksumValue": "11"},
                {"algorithm": "SHA256", "checksumValue": "ff"},
            ],
        },
        {"fileName": "site-packages/typing_extensions-4.16.0.dist-info/METADATA", "SPDXID": "SPDXRef-f2"},
    ],
    "relationships": [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relatedSpdxElement": "SPDXRef-root",
            "relationshipType": "DESCRIBES",
        },
        {"spdxElementId": "SPDXRef-bash", "relatedSpdxElement": "SPDXRef-f1", "relationshipType": "CONTAINS"},
        {
            "spdxElementId": "SPDXRef-typing",
            "relatedSpdxElement": "SPDXRef-f2",
            "relationshipType": "OTHER",
            "comment": "evident-by: indicates the package's existence is evident by the given file",
        },
        {
            "spdxElementId": "SPDXRef-bash",
            "relatedSpdxElement": "SPDXRef-typing",
            "relationshipType": "DEPENDENCY_OF",
        },
        {
            "spdxElementId": "SPDXRef-root",
            "relatedSpdxElement": "SPDXRef-bash",
            "relationshipType": "CONTAINS",
        },
    ],
}


SHORT = {**SCANNED, "relationships": [], "documentDescribes": ["SPDXRef-root"]}

LIBRARY: dict[str, Any] = {
    "type": "library",
    "bom-ref": "1",
    "name": "Some_Lib",
    "version": "1.0",
    "purl": "pkg:pypi/some-lib@1.0",
    "licenses": [{"license": {"id": "MIT"}}],
    "externalReferences": [
        {"type": "distribution", "url": "a.whl", "hashes": [{"alg": "SHA-256", "content": "aa"}]},
        {"type": "website", "url": "https://example.test"},
    ],
}
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"type": "application", "bom-ref": "0", "name": "whole"}},
    "components": [{"type": "file", "name": "outer", "bom-ref": "2", "components": [LIBRARY]}],
    "dependencies": [{"ref": "0", "dependsOn": ["1", "2", "absent"]}],
}


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def statement(predicate: Any, kind: str = SPDX_PREDICATE) -> bytes:
    return encoded(
        {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind, "predicate": predicate}
    )


@pytest.mark.parametrize("content", [encoded(SCANNED), statement(SCANNED)])
def test_a_scanner_s_document_is_read_with_and_without_its_statement(content: bytes) -> None:
    sbom = read_spdx(content)
    assert read(content) == sbom
    assert sbom.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert sbom.root is not None
    assert sbom.root.name == "sbom"
    typing, bash = sbom.packages
    assert (typing.name, typing.version, typing.kind) == ("typing-extensions", "4.16.0", "python")
    assert typing.purl == "pkg:pypi/typing-extensions@4.16.0"
    assert (bash.kind, bash.files) == ("deb", ("bin/bash",))
    assert (typing.licence, bash.licence) == (Licence("PSF-2.0"), Licence())
    assert typing.evidence == ("site-packages/typing_extensions-4.16.0.dist-info/METADATA",)
    assert typing.depends_on == ("pkg:deb/debian/bash@5.2?arch=amd64",)
    assert sbom.files == {"bin/bash": "ff", "site-packages/typing_extensions-4.16.0.dist-info/METADATA": ""}
    assert [one.name for one in sbom.of("deb")] == ["bash"]


def test_a_described_document_in_the_short_form_has_its_root() -> None:
    root = read_spdx(encoded(SHORT)).root
    assert root is not None
    assert root.name == "sbom"


def test_cyclonedx_is_read_with_nested_components() -> None:
    sbom = read(encoded(CYCLONEDX))
    outer, inner = sbom.packages
    assert (outer.name, outer.kind) == ("outer", "other")
    assert (inner.name, inner.kind, inner.licence) == ("some-lib", "python", Licence("MIT"))
    assert inner.artifacts == (Artifact("a.whl", "aa"),)
    assert sbom.root is not None
    assert sbom.root.depends_on == ("pkg:pypi/some-lib@1.0",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "a JSON object"),
        (b"{}", "no spdxVersion, no bomFormat"),
        (statement(SCANNED, "https://slsa.dev/provenance/v1"), "slsa.dev.* holds no SPDX"),
        (statement(None), "a JSON object"),
        (encoded({"spdxVersion": "SPDX-3.0"}), "neither SPDX 2"),
        (
            encoded(
                {
                    "spdxVersion": "SPDX-2.3",
                    "packages": [
                        {
                            "name": "x",
                            "externalRefs": [{"referenceType": "purl", "referenceLocator": "nonsense"}],
                        }
                    ],
                }
            ),
            "'x' has no valid purl",
        ),
    ],
)
def test_what_is_no_bill_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(content)


def test_a_cyclonedx_reader_refuses_spdx() -> None:
    with pytest.raises(UnreadableError, match="bomFormat"):
        read_cyclonedx(encoded(SCANNED))


JUNK: tuple[Any, ...] = (None, True, 3, "text", [], [3], [[]], {}, {"text": 1}, [{"text": None}])


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every member and element within."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], *path, key)


@pytest.mark.parametrize("document", [SCANNED, SHORT, CYCLONEDX, json.loads(statement(SCANNED))])
@pytest.mark.parametrize("junk", JUNK)
def test_wrong_types_are_refused_or_left_out(document: dict[str, Any], junk: Any) -> None:
    """Every member and element in turn replaced: a bill or UnreadableError, and no other outcome."""
    for *path, last in places(document):
        copy = json.loads(json.dumps(document))
        place = copy
        for step in path:
            place = place[step]
        place[last] = junk
        with contextlib.suppress(UnreadableError):
            assert all(isinstance(one.name, str) for one in read(encoded(copy)).packages), (path, last)
