"""The two documents: valid by the standards' own tools, complete, and the same bytes every time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from delivery.sbom import cyclonedx, spdx
from delivery.sbom.compare import compare
from delivery.sbom.errors import InvalidError
from delivery.sbom.model import Sbom
from delivery.sbom.read import read_cyclonedx, read_spdx
from tests.unit.delivery.sbom.making import SHA, found, small_bill

Write = Callable[[Sbom, str], bytes]
Validate = Callable[[bytes], None]
AUTHOR = "Its authors"


@pytest.fixture(scope="module")
def spdx_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(spdx.write(small_bill(), AUTHOR))
    return document


@pytest.fixture(scope="module")
def cyclonedx_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(cyclonedx.write(small_bill(), AUTHOR))
    return document


@pytest.mark.parametrize("format_", [spdx, cyclonedx])
def test_a_document_is_valid_and_always_the_same(format_: Any) -> None:
    first, second = format_.write(small_bill(), AUTHOR), format_.write(small_bill(), AUTHOR)
    assert first == second
    format_.validate(first)


@pytest.mark.parametrize("format_", [spdx, cyclonedx])
def test_a_bill_of_nothing_is_not_written(format_: Any) -> None:
    with pytest.raises(ValueError, match="without root"):
        format_.write(found(), AUTHOR)


def test_both_documents_say_what_the_bill_says() -> None:
    bill = small_bill()
    for read in (read_spdx(spdx.write(bill, AUTHOR)), read_cyclonedx(cyclonedx.write(bill, AUTHOR))):
        assert compare(bill, read) == []
        assert read.created == bill.created
        assert read.root is not None
        assert bill.root is not None
        assert read.root.depends_on == bill.root.depends_on
        assert [(one.purl, one.depends_on, one.licence.expression) for one in read.packages] == [
            (one.purl, one.depends_on, one.licence.expression) for one in bill.packages
        ]


def test_spdx_has_hashes_files_and_the_licence_s_own_words(spdx_document: dict[str, Any]) -> None:
    packages = {one["name"]: one for one in spdx_document["packages"]}
    delta = packages["delta"]
    assert delta["checksums"] == [{"algorithm": "SHA256", "checksumValue": SHA}]
    assert delta["packageFileName"] == "delta-3.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    assert delta["licenseDeclared"] == "NOASSERTION"
    assert delta["licenseComments"] == "The package says: Do as you please"
    assert packages["small-project"]["primaryPackagePurpose"] == "APPLICATION"
    assert spdx_document["creationInfo"]["created"] == "2025-01-02T03:04:05Z"


def test_cyclonedx_has_hashes_files_and_the_licence_s_own_words(cyclonedx_document: dict[str, Any]) -> None:
    components = {one["name"]: one for one in cyclonedx_document["components"]}
    delta = components["delta"]
    hashes = [{"alg": "SHA-256", "content": SHA}]
    assert delta["hashes"] == hashes
    name = "delta-3.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    assert delta["externalReferences"] == [{"type": "distribution", "url": name, "hashes": hashes}]
    assert delta["licenses"] == [{"license": {"name": "Do as you please", "acknowledgement": "declared"}}]
    assert components["alpha"]["licenses"][0]["expression"] == "MIT OR Apache-2.0"
    assert "licenses" not in components["beta-lib"]
    assert cyclonedx_document["metadata"]["component"]["name"] == "small-project"
    assert cyclonedx_document["metadata"]["timestamp"] == "2025-01-02T03:04:05+00:00"


def test_the_serials_of_both_are_the_bill_s(
    spdx_document: dict[str, Any], cyclonedx_document: dict[str, Any]
) -> None:
    serial = str(small_bill().serial())
    assert spdx_document["documentNamespace"].endswith(f"small-project-api-{serial}")
    assert cyclonedx_document["serialNumber"] == f"urn:uuid:{serial}"


def spoil(document: dict[str, Any], *path: Any, value: Any) -> bytes:
    """The document with one member replaced."""
    copy = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(copy).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("packages", 1, "checksums", 0, "checksumValue"), "abc"),
        (("packages", 1, "licenseDeclared"), "No-Such-Licence-1.0"),
        (("packages", 1, "SPDXID"), "SPDXRef-Package-python-small-project"),
        (("relationships", 1, "relatedSpdxElement"), "SPDXRef-nobody"),
        (("creationInfo", "created"), "yesterday"),
    ],
)
def test_a_fault_in_spdx_is_found(spdx_document: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(InvalidError, match=r"^SPDX: \S"):
        spdx.validate(spoil(spdx_document, *path, value=value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("components", 0, "hashes"), [{"alg": "SHA-256", "content": "abc"}]),
        (("components", 0, "type"), "gadget"),
        (("components", 0, "surprise"), 1),
        (("serialNumber",), "7"),
        (("metadata", "timestamp"), "yesterday"),
    ],
)
def test_a_fault_in_cyclonedx_is_found(
    cyclonedx_document: dict[str, Any], path: tuple[Any, ...], value: Any
) -> None:
    with pytest.raises(InvalidError, match=r"^CycloneDX: \S"):
        cyclonedx.validate(spoil(cyclonedx_document, *path, value=value))


@pytest.mark.parametrize("validate", [spdx.validate, cyclonedx.validate])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xff", b"{}"])
def test_what_is_no_document_is_not_valid(validate: Validate, content: bytes) -> None:
    with pytest.raises(InvalidError):
        validate(content)
