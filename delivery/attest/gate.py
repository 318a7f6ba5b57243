"""All checks of what is attested about an image, in their order."""

from collections.abc import Mapping

from delivery.attest import bill, leaks, origin, owners, packages
from delivery.attest.model import Check, Evidence, Expected, Problem, Verdict
from delivery.attest.provenance import Provenance
from delivery.attest.provenance import read as read_provenance
from delivery.oci.image import Image
from delivery.oci.layers import Memory
from delivery.oci.layout import Layout
from delivery.sbom.model import Sbom


def check(layout: Layout, expected: Expected, memory: Memory | None = None) -> tuple[Verdict, ...]:
    """What came out for the image of every platform in the layout; for those it does not hold, unchecked.

    `memory` is as in `Layout.files`. Raises AttestError when a statement cannot be read, OciError when the
    layout cannot.
    """
    verdicts = [judge(gather(layout, image, memory), expected) for image in layout.images]
    known = {image.digest for image in layout.images}
    for each in layout.absent:
        if not each.descriptor.about:
            reason = f"{layout.name} does not hold this platform's image; pull it, or name a layout that does"
            told: Mapping[Check, str] = {"attached": reason}
            verdicts.append(Verdict(each.descriptor.platform, each.descriptor.digest, (), told, {}))
            known.add(each.descriptor.digest)
    strays = [each.descriptor for each in layout.attestations if each.descriptor.about not in known]
    for stray in strays:
        wrong = Problem("subject", stray.digest, f"it attests {stray.about}, which the index does not name")
        verdicts.append(Verdict("", stray.digest, (wrong,), {}, {}))
    return tuple(verdicts)


def gather(layout: Layout, image: Image, memory: Memory | None = None) -> Evidence:
    """The image with its statements and files; `memory` as in `Layout.files`. Raises OciError."""
    statements = layout.statements(image)
    bodies = {each.digest: layout.blob(each.digest) for each in statements}
    return Evidence(image, statements, bodies, layout.files(image, packages.keep, memory))


def judge(evidence: Evidence, expected: Expected) -> Verdict:
    """The verdict on one image. Pure. Raises AttestError when a statement cannot be read."""
    found = _provenance(evidence)
    said = bill.read(evidence)
    held = bill.held(evidence.files)
    base = origin.base_layers(found, evidence.image, expected)
    account = owners.account(evidence.files, base, expected.owned)
    wrong = [
        *origin.attached(evidence, found),
        *origin.subjects(evidence),
        *(_origin(found, evidence.image, expected) if found else ()),
        *leaks.leaks(evidence, found, expected.secrets),
        *((*bill.compared(held, said), *bill.contents(evidence.files, said)) if said else ()),
        *account.problems,
    ]
    figures = {
        "layers": len(evidence.image.layers),
        "layers of the base image": base,
        "Debian packages": sum(each.kind == "deb" for each in held),
        "Python distributions": sum(each.kind == "pypi" for each in held),
        **{f"files of {owner}": count for owner, count in sorted(account.figures.items())},
    }
    unchecked = _unchecked(evidence.image, found, said, expected)
    return Verdict(evidence.image.platform, evidence.image.digest, tuple(wrong), unchecked, figures)


def _provenance(evidence: Evidence) -> Provenance | None:
    return next((read_provenance(each) for each in evidence.statements if each.is_provenance), None)


def _origin(found: Provenance, image: Image, expected: Expected) -> list[Problem]:
    return [
        *origin.builder(found),
        *origin.revision(found, image, expected),
        *origin.base(found, image, expected),
        *origin.dockerfile(found, expected),
    ]


def _unchecked(
    image: Image, found: Provenance | None, said: Sbom | None, expected: Expected
) -> Mapping[Check, str]:
    """Checks that need what is not there."""
    missing: dict[Check, str] = {}
    if found is None:
        told = "there is no provenance"
        missing |= {"builder": told, "revision": told, "base": told, "dockerfile": told}
    elif expected.dockerfile is None:
        missing["dockerfile"] = f"the Dockerfile of {expected.revision} is not at hand; name it"
    if expected.base and image.platform not in expected.base:
        missing["base"] = f"the base image at hand is none for {image.platform}"
    if said is None:
        missing |= {"package": "there is no SBOM", "content": "there is no SBOM"}
    return missing
