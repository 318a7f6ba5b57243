"""One bill of materials, from the lock: choose the packages, connect them, say what is known of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from packageurl import PackageURL
from packaging.utils import NormalizedName

from delivery.sbom.lock import Locked, connect, select
from delivery.sbom.model import Licence, Package, Sbom
from delivery.sbom.platforms import Platform
from delivery.sbom.project import GROUPS, Project, Target

Known = Mapping[tuple[NormalizedName, str], Licence]


def bill(
    project: Project,
    lock: Iterable[Locked],
    *,
    target: Target,
    platform: Platform,
    known: Known,
    created: datetime,
) -> Sbom:
    """What the target is made of on that platform. `known` licences are by name and version.

    Raises LockError when project and lock do not fit each other.
    """
    chosen = select(lock, GROUPS[target], platform)
    edges = connect(project.name, project.asks(target), chosen, platform)
    versions = {project.name: project.version} | {name: one.version for name, one in chosen.items()}
    purls = {name: purl(name, version) for name, version in versions.items()}

    def needs(name: NormalizedName) -> tuple[str, ...]:
        return tuple(sorted(purls[needed] for needed in edges[name]))

    packages = tuple(
        Package(
            name=name,
            version=chosen[name].version,
            kind="python",
            purl=purls[name],
            licence=known.get((name, chosen[name].version), Licence()),
            artifacts=chosen[name].artifacts_for(platform),
            depends_on=needs(name),
        )
        for name in sorted(chosen)
    )
    root = Package(
        name=project.name,
        version=project.version,
        kind="python",
        purl=purls[project.name],
        licence=Licence(project.licence),
        depends_on=needs(project.name),
    )
    return Sbom(f"{project.name}-{target}", created, root, packages)


def purl(name: str, version: str) -> str:
    """The package URL of a Python distribution."""
    return PackageURL("pypi", name=name, version=version).to_string()
