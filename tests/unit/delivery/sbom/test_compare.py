"""Two bills compared, with a fault planted of every kind."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.sbom.compare import UNLOCKED, Difference, compare, tolerated
from delivery.sbom.model import Package, Sbom
from tests.unit.delivery.sbom.making import found, python, small_bill

PROJECT = python("small-project", "1.2")
DEBIAN = Package("bash", "5.2", "deb", "pkg:deb/debian/bash@5.2")


def scanned(*extra: Package, without: str = "") -> Sbom:
    """What a scanner finds in an image of the small bill, changed."""
    kept = [python(one.name, one.version) for one in small_bill().packages]
    return found(*(one for one in [PROJECT, *kept] if one.name != without), *extra)


def test_an_image_as_locked_agrees() -> None:
    assert compare(small_bill(), scanned()) == []


def test_packages_of_other_kinds_are_not_compared() -> None:
    assert compare(small_bill(), scanned(DEBIAN)) == []


def test_a_package_found_twice_in_one_version_agrees() -> None:
    assert compare(small_bill(), scanned(python("delta", "3.0"))) == []


@pytest.mark.parametrize("name", ["alpha", "beta-lib", "delta", "small-project"])
def test_a_missing_package_is_named(name: str) -> None:
    (difference,) = compare(small_bill(), scanned(without=name))
    assert (difference.name, difference.kind, difference.other) == (name, "missing", None)
    assert "is locked, but is not in the other bill" in str(difference)


def test_another_version_is_named_with_both() -> None:
    differences = compare(small_bill(), scanned(python("delta", "3.1"), without="delta"))
    assert differences == [Difference("delta", "version", "3.0", "3.1")]
    assert str(differences[0]) == "delta is locked as 3.0, but the other bill has 3.1"


def test_a_second_copy_in_another_version_is_named() -> None:
    assert compare(small_bill(), scanned(python("delta", "2.9"))) == [
        Difference("delta", "version", "3.0", "2.9")
    ]


def test_an_unlocked_package_is_named() -> None:
    differences = compare(small_bill(), scanned(python("intruder", "6.6")))
    assert differences == [Difference("intruder", "extra", None, "6.6")]
    assert str(differences[0]) == "intruder 6.6 is in the other bill, but nothing locks it"


def test_the_base_image_s_own_are_tolerated_with_a_reason() -> None:
    other = scanned(python("pip", "24.0"))
    assert compare(small_bill(), other) == []
    assert tolerated(small_bill(), other) == {"pip 24.0": UNLOCKED["pip"]}
    assert compare(small_bill(), other, unlocked={}) == [Difference("pip", "extra", None, "24.0")]


def test_what_is_locked_is_not_tolerated_in_another_version() -> None:
    own = dataclasses.replace(small_bill(), packages=(python("setuptools", "80.0"),))
    other = found(PROJECT, python("setuptools", "65.0"))
    assert compare(own, other) == [Difference("setuptools", "version", "80.0", "65.0")]
    assert tolerated(own, other) == {}


def test_versions_are_compared_as_versions() -> None:
    assert compare(small_bill(), scanned(python("delta", "3.0.0"), without="delta")) == []
    odd = compare(small_bill(), scanned(python("delta", "not a version"), without="delta"))
    assert odd == [Difference("delta", "version", "3.0", "not a version")]


PACKAGES = st.lists(
    st.builds(python, st.sampled_from(["a", "b", "c", "pip"]), st.sampled_from(["1", "2"])), max_size=6
)


@given(PACKAGES, PACKAGES)
def test_bills_agree_when_and_only_when_they_hold_the_same(own: list[Package], other: list[Package]) -> None:
    """Held against a comparison of plain sets of (name, version)."""
    differences = compare(found(*own), found(*other), unlocked={})
    left, right = ({(one.name, one.version) for one in side} for side in (own, other))
    names = {name for name, _ in left}
    assert bool(differences) == bool({n for n, _ in left - right if n not in dict(right)} or right - left)
    assert {(one.name, one.other) for one in differences if one.kind == "extra"} == {
        (name, version) for name, version in right if name not in names
    }
    assert {one.name for one in differences if one.kind == "missing"} == names - set(dict(right))
    assert compare(found(*reversed(own)), found(*reversed(other)), unlocked={}) == differences
