"""The bills of this project, held against what is installed here, which pip took from the lock."""

from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from delivery.sbom import cyclonedx, spdx
from delivery.sbom.model import Package, Sbom
from delivery.sbom.project import Target
from delivery.sbom.subject import Subject, make

INSTALLED: dict[str, Distribution] = {canonicalize_name(one.name): one for one in distributions()}


@pytest.fixture(scope="module")
def bills(repo: Path) -> dict[Target, Sbom]:
    targets: tuple[Target, ...] = ("api", "webapp", "environment")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1735786800")
        return {target: make(Subject(repo, target))[1] for target in targets}


@pytest.mark.parametrize("target", ["api", "webapp", "environment"])
def test_every_locked_version_is_the_installed_one(bills: dict[Target, Sbom], target: Target) -> None:
    differing = {
        one.name: (one.version, INSTALLED[one.name].version)
        for one in bills[target].packages
        if one.name in INSTALLED and INSTALLED[one.name].version != one.version
    }
    assert differing == {}


def test_everything_in_the_environment_s_bill_is_installed(bills: dict[Target, Sbom]) -> None:
    """The other way round an old environment may hold what is no longer locked."""
    assert {one.name for one in bills["environment"].packages} - INSTALLED.keys() == set()


@pytest.mark.parametrize("target", ["api", "webapp"])
def test_an_image_has_what_its_image_needs_and_no_tool(bills: dict[Target, Sbom], target: Target) -> None:
    names = {one.name for one in bills[target].packages}
    assert {"prometheus-client", "pydantic", "httpx"} <= names
    assert names & {"pytest", "ruff", "mypy", "pip", "setuptools", "cyclonedx-bom"} == set()
    assert ("lxml" in names) == ("tantivy" in names) == (target == "api")


def needed(package: Package, extras: frozenset[str]) -> set[str]:
    """What the installed metadata of a package asks for, with those extras of it."""
    requirements = map(Requirement, INSTALLED[package.name].requires or ())
    return {
        canonicalize_name(one.name)
        for one in requirements
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras | {""})
    }


def test_the_edges_are_those_of_the_installed_metadata(bills: dict[Target, Sbom]) -> None:
    """Poetry wrote the lock from an index; here each package's own Requires-Dist is asked."""
    sbom = bills["environment"]
    assert sbom.root is not None
    extras: dict[str, frozenset[str]] = {}
    for installed in INSTALLED.values():
        for requirement in map(Requirement, installed.requires or ()):
            asked = canonicalize_name(requirement.name)
            extras[asked] = extras.get(asked, frozenset()) | requirement.extras
    names = {one.purl: one.name for one in sbom.packages}
    for package in sbom.packages:
        listed = {names[purl] for purl in package.depends_on}
        assert needed(package, frozenset()) - {package.name} <= listed, package.name
        assert listed <= needed(package, extras.get(package.name, frozenset())), package.name


def test_the_root_needs_what_the_installed_project_says(bills: dict[Target, Sbom]) -> None:
    root = bills["api"].root
    assert root is not None
    names = {one.purl: one.name for one in bills["api"].packages}
    assert {names[purl] for purl in root.depends_on} == needed(root, frozenset())


def test_every_package_has_a_hash_and_most_a_licence(bills: dict[Target, Sbom]) -> None:
    for sbom in bills.values():
        assert all(one.artifacts for one in sbom.packages)
        known = [one for one in sbom.packages if one.licence.expression]
        assert len(known) >= 0.9 * len(sbom.packages)


@pytest.mark.parametrize("target", ["api", "environment"])
def test_the_documents_are_valid(bills: dict[Target, Sbom], target: Target) -> None:
    spdx.validate(spdx.write(bills[target], "author"))
    cyclonedx.validate(cyclonedx.write(bills[target], "author"))
