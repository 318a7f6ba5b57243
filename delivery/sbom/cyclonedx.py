"""A bill of materials as CycloneDX 1.6 in JSON, through the reference library."""

from collections.abc import Iterable

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalContact
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from delivery.sbom.errors import InvalidError
from delivery.sbom.model import Artifact, Licence, Package, Sbom


def write(sbom: Sbom, author: str) -> bytes:
    """The document of a bill that has a root and a time of creation; the same bytes for the same bill."""
    if sbom.root is None or sbom.created is None:
        raise ValueError(f"{sbom.name}: a bill without root or time of creation cannot be written")
    components = {one.purl: _component(one, ComponentType.LIBRARY) for one in sbom.packages}
    root = _component(sbom.root, ComponentType.APPLICATION)
    bom = Bom(
        components=components.values(),
        serial_number=sbom.serial(),
        metadata=BomMetaData(
            component=root,
            timestamp=sbom.created,
            authors=[OrganizationalContact(name=author)],
            lifecycles=[PredefinedLifecycle(LifecyclePhase.PRE_BUILD)],
            tools=ToolRepository(
                components=[Component(name="generate_sbom.py", type=ComponentType.APPLICATION)]
            ),
        ),
    )
    for package, component in [(sbom.root, root), *((one, components[one.purl]) for one in sbom.packages)]:
        bom.register_dependency(component, [components[needed] for needed in package.depends_on])
    return f"{JsonV1Dot6(bom).output_as_string(indent=2)}\n".encode()


def validate(content: bytes) -> None:
    """Check a document against the strict schema. Raises InvalidError with everything that is wrong."""
    try:
        text = content.decode()
        found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text, all_errors=True)
    except ValueError as error:
        raise InvalidError(f"CycloneDX: {error}") from error
    if found:
        raise InvalidError("CycloneDX: " + "; ".join(str(one.data.message) for one in found))


def _component(package: Package, kind: ComponentType) -> Component:
    return Component(
        type=kind,
        name=package.name,
        version=package.version,
        bom_ref=package.purl,
        purl=PackageURL.from_string(package.purl),
        # A component has the hashes of its one file; of several it is not known which was installed.
        hashes=_hashes(package.artifacts) if len(package.artifacts) == 1 else (),
        licenses=_licences(package.licence),
        external_references=[_distribution(one) for one in package.artifacts],
    )


def _licences(licence: Licence) -> Iterable[License]:
    declared = LicenseAcknowledgement.DECLARED
    if licence.expression:
        yield LicenseFactory().make_from_string(licence.expression, license_acknowledgement=declared)
    elif licence.words:
        yield LicenseFactory().make_with_name(licence.words, acknowledgement=declared)


def _distribution(artifact: Artifact) -> ExternalReference:
    # By file name only: where files are fetched from differs between machines and is not part of the lock.
    return ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(artifact.name),
        hashes=_hashes([artifact]),
    )


def _hashes(artifacts: Iterable[Artifact]) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=one.sha256) for one in artifacts]
