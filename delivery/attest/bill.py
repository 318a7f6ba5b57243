"""The bill of materials against the packages and files that are in the image."""

from collections.abc import Iterable

from packaging.utils import canonicalize_name

from delivery.attest import packages
from delivery.attest.model import AttestError, Evidence, Problem, problems
from delivery.attest.packages import Package
from delivery.oci.layout import Files
from delivery.sbom.errors import SbomError
from delivery.sbom.model import Sbom
from delivery.sbom.read import read_spdx


def read(evidence: Evidence) -> Sbom | None:
    """The image's SPDX document; None without one. Raises AttestError when it cannot be read."""
    for statement in evidence.statements:
        if statement.is_spdx:
            try:
                return read_spdx(evidence.bodies[statement.digest])
            except SbomError as error:
                raise AttestError(f"SBOM {statement.digest}: {error}") from error
    return None


def listed(bill: Sbom) -> set[Package]:
    """The Debian packages and Python distributions that the bill lists."""
    debian = {Package("deb", each.name, each.version) for each in bill.of("deb")}
    return debian | {Package("pypi", canonicalize_name(p.name), p.version) for p in bill.of("python")}


def compared(held: Iterable[Package], bill: Sbom) -> list[Problem]:
    """Packages of the image that the bill lacks or has in another version, and those that only it has."""
    there, told = set(held), listed(bill)
    versions: dict[tuple[str, str], list[str]] = {}
    for each in told:
        versions.setdefault((each.kind, each.name), []).append(each.version)
    wrong = []
    for each in sorted(there - told):
        others = versions.get((each.kind, each.name))
        said = f"lists it as {' and '.join(sorted(others))}" if others else "does not list it"
        wrong.append((f"{each.kind} {each}", f"it is in the image, but the SBOM {said}"))
    names = {(each.kind, each.name) for each in there}
    wrong += [
        (f"{each.kind} {each}", "the SBOM lists it, but it is not in the image")
        for each in sorted(told - there)
        if (each.kind, each.name) not in names
    ]
    return problems("package", wrong)


def contents(files: Files, bill: Sbom) -> list[Problem]:
    """Files whose content is not what the bill says, and files of the bill that are not in the image."""
    wrong = []
    for path, sha256 in sorted(bill.files.items()):
        entry = files.entries.get(path)
        if entry is None:
            wrong.append((path, "the SBOM lists it, but it is not in the image"))
        elif sha256 and entry.sha256 and entry.sha256 != sha256:
            wrong.append((path, "its content is not what the SBOM says"))
    return problems("content", wrong)


def held(files: Files) -> list[Package]:
    """All packages in the image's files. Raises AttestError."""
    return sorted({*packages.debian(files), *packages.python(files)})
