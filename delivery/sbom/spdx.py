"""A bill of materials as SPDX 2.3 in JSON, through the reference library."""

import io
import json
from collections.abc import Iterator

from spdx_tools.spdx.model.actor import Actor, ActorType
from spdx_tools.spdx.model.checksum import Checksum, ChecksumAlgorithm
from spdx_tools.spdx.model.document import CreationInfo, Document
from spdx_tools.spdx.model.package import ExternalPackageRef, ExternalPackageRefCategory, PackagePurpose
from spdx_tools.spdx.model.package import Package as SpdxPackage
from spdx_tools.spdx.model.relationship import Relationship, RelationshipType
from spdx_tools.spdx.model.spdx_no_assertion import SpdxNoAssertion
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream

from delivery.sbom.errors import InvalidError
from delivery.sbom.licences import spdx_licensing
from delivery.sbom.model import Package, Sbom

DOCUMENT = "SPDXRef-DOCUMENT"
VERSION = "SPDX-2.3"
NAMESPACE = "https://github.com/finchat-sec-qa/finchat-sec-qa/sbom"


def write(sbom: Sbom, author: str) -> bytes:
    """The document of a bill that has a root and a time of creation; the same bytes for the same bill."""
    if sbom.root is None or sbom.created is None:
        raise ValueError(f"{sbom.name}: a bill without root or time of creation cannot be written")
    information = CreationInfo(
        spdx_version=VERSION,
        spdx_id=DOCUMENT,
        name=sbom.name,
        document_namespace=f"{NAMESPACE}/{sbom.name}-{sbom.serial()}",
        creators=[Actor(ActorType.ORGANIZATION, author), Actor(ActorType.TOOL, "generate_sbom.py")],
        created=sbom.created.replace(tzinfo=None),  # the library takes UTC without a zone
    )
    document = Document(
        information,
        packages=[_package(sbom.root, PackagePurpose.APPLICATION)]
        + [_package(one, PackagePurpose.LIBRARY) for one in sbom.packages],
        relationships=list(_relationships(sbom.root, sbom)),
    )
    stream = io.StringIO()
    write_document_to_stream(document, stream, validate=False)
    return f"{stream.getvalue()}\n".encode()


def validate(content: bytes) -> None:
    """Check a document as pyspdxtools does. Raises InvalidError with everything that is wrong."""
    try:
        document = JsonLikeDictParser().parse(json.loads(content))  # type: ignore[no-untyped-call]
    except SPDXParsingError as error:
        raise InvalidError("SPDX: " + "; ".join(error.messages)) from error
    except ValueError as error:
        raise InvalidError(f"SPDX: {error}") from error
    if found := validate_full_spdx_document(document, VERSION):
        raise InvalidError("SPDX: " + "; ".join(one.validation_message for one in found))


def _package(package: Package, purpose: PackagePurpose) -> SpdxPackage:
    expression, words = package.licence.expression, package.licence.words
    alone = package.artifacts[0].name if len(package.artifacts) == 1 else None
    several = "\n".join(f"{one.sha256}  {one.name}" for one in package.artifacts)
    return SpdxPackage(
        spdx_id=_id(package),
        name=package.name,
        version=package.version,
        download_location=SpdxNoAssertion(),
        files_analyzed=False,
        file_name=alone,
        checksums=[Checksum(ChecksumAlgorithm.SHA256, one.sha256) for one in package.artifacts],
        license_concluded=SpdxNoAssertion(),
        license_declared=spdx_licensing().parse(expression) if expression else SpdxNoAssertion(),
        license_comment=f"The package says: {words}" if words else None,
        copyright_text=SpdxNoAssertion(),
        supplier=SpdxNoAssertion(),
        comment=f"Installed from one of:\n{several}" if len(package.artifacts) > 1 else None,
        external_references=[
            ExternalPackageRef(ExternalPackageRefCategory.PACKAGE_MANAGER, "purl", package.purl)
        ],
        primary_package_purpose=purpose,
    )


def _relationships(root: Package, sbom: Sbom) -> Iterator[Relationship]:
    ids = {package.purl: _id(package) for package in (root, *sbom.packages)}
    yield Relationship(DOCUMENT, RelationshipType.DESCRIBES, _id(root))
    for package in (root, *sbom.packages):
        for needed in package.depends_on:
            yield Relationship(_id(package), RelationshipType.DEPENDS_ON, ids[needed])


def _id(package: Package) -> str:
    return f"SPDXRef-Package-python-{package.name}"  # a normalised name has only characters an id may have
