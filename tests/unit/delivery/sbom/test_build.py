"""A bill from a small lock."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from delivery.sbom.build import bill, purl
from delivery.sbom.errors import LockError
from delivery.sbom.lock import read_lock
from delivery.sbom.model import Artifact, Licence
from delivery.sbom.platforms import image_platform
from tests.unit.delivery.sbom.making import SHA, WHEN, entry, lock_text, small_bill, small_lock, small_project


def test_the_bill_has_the_group_s_packages_and_nothing_else() -> None:
    sbom = small_bill()
    assert [(one.name, one.version) for one in sbom.packages] == [
        ("alpha", "1.1"),
        ("beta-lib", "2.0"),
        ("delta", "3.0"),
    ]
    assert sbom.name == "small-project-api"


def test_the_root_is_the_project_and_has_edges_of_its_own() -> None:
    root = small_bill().root
    assert root is not None
    assert (root.name, root.version, root.licence) == ("small-project", "1.2", Licence("MIT"))
    assert root.depends_on == ("pkg:pypi/alpha@1.1", "pkg:pypi/beta-lib@2.0")


def test_each_package_has_its_needs_files_and_licence() -> None:
    alpha, beta, delta = small_bill().packages
    assert alpha.depends_on == ("pkg:pypi/delta@3.0",)
    assert beta.depends_on == ("pkg:pypi/alpha@1.1", "pkg:pypi/delta@3.0")
    assert delta.artifacts == (Artifact("delta-3.0-cp311-cp311-manylinux_2_28_x86_64.whl", SHA),)
    assert alpha.licence == Licence("MIT OR Apache-2.0")
    assert beta.licence == Licence(), "a licence of another version says nothing"


def test_the_serial_is_the_content_s() -> None:
    sbom = small_bill()
    assert sbom.serial() == small_bill().serial()
    assert sbom.serial().version == 5
    assert sbom.created is not None
    later = dataclasses.replace(sbom, created=sbom.created + timedelta(seconds=1))
    fewer = dataclasses.replace(sbom, packages=sbom.packages[1:])
    assert len({sbom.serial(), later.serial(), fewer.serial()}) == 3


def test_a_lock_of_another_pyproject_is_refused() -> None:
    text = small_lock() + "\n" + lock_text(entry("left-over"))
    with pytest.raises(LockError, match="nothing needs left-over"):
        bill(
            small_project(),
            read_lock(text),
            target="api",
            platform=image_platform(),
            known={},
            created=WHEN,
        )


@given(
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(rc1|\.post2|\+local\.1)?", fullmatch=True),
)
def test_a_purl_can_be_read_back(name: str, version: str) -> None:
    normal = canonicalize_name(name)
    read = PackageURL.from_string(purl(normal, version))
    assert (read.type, read.name, read.version) == ("pypi", normal, version)
