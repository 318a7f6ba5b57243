"""Which packages a lock installs, and who needs whom."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.utils import canonicalize_name

from delivery.sbom.errors import LockError
from delivery.sbom.lock import Need, connect, read_lock, select
from delivery.sbom.platforms import Platform, image_platform
from tests.unit.delivery.sbom.making import SHA, entry, lock_text, locked

LINUX = image_platform()
ROOT = canonicalize_name("project")


def need(name: str, *extras: str) -> Need:
    return Need(canonicalize_name(name), None, frozenset(extras))


def names(*texts: str) -> set[str]:
    return set(map(canonicalize_name, texts))


def test_a_package_is_chosen_by_group_and_marker() -> None:
    lock = locked(
        entry("always"),
        entry("other-group", groups=("dev",)),
        entry("windows", markers='sys_platform == "win32"'),
        entry("in-one", groups=("main", "dev"), markers={"dev": 'python_version >= "3.8"'}),
        entry("not-main", groups=("main", "dev"), markers={"main": 'sys_platform == "win32"'}),
    )
    assert select(lock, ["main"], LINUX).keys() == names("always", "in-one")
    assert select(lock, ["dev"], LINUX).keys() == names("other-group", "in-one", "not-main")


def test_two_versions_for_one_platform_are_a_fault() -> None:
    with pytest.raises(LockError, match=r"twin is locked as 1\.0 and 2\.0 for linux/amd64.*make lock"):
        select(locked(entry("twin", "1.0"), entry("twin", "2.0")), ["main"], LINUX)


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_of_two_versions_with_opposite_markers_exactly_one_is_chosen(border: int, minor: int) -> None:
    lock = locked(
        entry("split", "1.0", markers=f'python_version < "3.{border}"'),
        entry("split", "2.0", markers=f'python_version >= "3.{border}"'),
    )
    there = Platform("there", {**LINUX.markers, "python_version": f"3.{minor}"}, LINUX.tags)
    assert select(lock, ["main"], there)[canonicalize_name("split")].version == (
        "1.0" if minor < border else "2.0"
    )


def test_an_extra_brings_its_needs_also_when_it_is_asked_for_late() -> None:
    optional = {"version": "*", "optional": True, "markers": 'extra == "fast"'}
    lock = locked(
        entry("alpha", needs={"rocket": optional}),
        entry("beta", needs={"alpha": {"version": "*", "extras": ["fast"]}}),
        entry("rocket"),
    )
    chosen = select(lock, ["main"], LINUX)
    edges = connect(ROOT, [need("alpha"), need("beta")], chosen, LINUX)
    assert edges == {
        "project": names("alpha", "beta"),
        "alpha": names("rocket"),
        "beta": names("alpha"),
        "rocket": set(),
    }
    with pytest.raises(LockError, match="nothing needs rocket"):
        connect(ROOT, [need("alpha")], {k: v for k, v in chosen.items() if k != "beta"}, LINUX)


def test_alternatives_by_marker_count_when_one_applies() -> None:
    alternatives = [
        {"version": "<2", "markers": 'python_version < "3.9"'},
        {"version": ">=2", "markers": 'python_version >= "3.9"'},
    ]
    lock = locked(entry("alpha", needs={"Beta.Lib": alternatives}), entry("beta-lib"))
    edges = connect(ROOT, [need("alpha")], select(lock, ["main"], LINUX), LINUX)
    assert edges[canonicalize_name("alpha")] == names("beta-lib")


def test_what_is_needed_but_not_locked_is_named() -> None:
    with pytest.raises(LockError, match="alpha needs absent, which is not locked"):
        connect(
            ROOT,
            [need("alpha")],
            select(locked(entry("alpha", needs={"absent": "*"})), ["main"], LINUX),
            LINUX,
        )


@given(st.data())
def test_the_packages_reached_are_those_a_plain_search_finds(data: st.DataObject) -> None:
    count = data.draw(st.integers(min_value=1, max_value=7))
    every = [f"p{number}" for number in range(count)]
    graph = {name: data.draw(st.sets(st.sampled_from(every)), label=name) for name in every}
    asked = data.draw(st.sets(st.sampled_from(every)), label="asked")
    lock = locked(*(entry(name, needs=dict.fromkeys(graph[name], "*")) for name in every))

    reached = set(asked)
    for _ in every:
        reached |= {needed for name in reached for needed in graph[name]}
    chosen = {name: one for name, one in select(lock, ["main"], LINUX).items() if name in reached}
    edges = connect(ROOT, map(need, sorted(asked)), chosen, LINUX)
    assert edges == {"project": asked} | {name: graph[name] - {name} for name in reached}
    if unreached := sorted(set(every) - reached):
        with pytest.raises(LockError, match=f"nothing needs {', '.join(unreached)};"):
            connect(ROOT, map(need, sorted(asked)), select(lock, ["main"], LINUX), LINUX)


def test_a_marker_sees_the_platform_and_not_this_machine() -> None:
    marker = Marker('platform_machine == "aarch64" and sys_platform == "linux" and python_version == "3.11"')
    there = Need(canonicalize_name("any"), marker)
    assert there.applies(image_platform("linux/arm64"))
    assert not there.applies(image_platform("linux/amd64"))


@pytest.mark.parametrize(
    ("files", "fitting"),
    [
        (["p-1-py3-none-any.whl", "p-1.tar.gz"], ["p-1-py3-none-any.whl"]),
        (["p-1-cp312-cp312-manylinux_2_28_x86_64.whl", "p-1.tar.gz"], ["p-1.tar.gz"]),
        (["p-1-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "p-1-py3-none-win32.whl"], [0]),
        (["p-1-cp311-cp311-musllinux_1_2_x86_64.whl", "p-1-cp311-cp311-manylinux1_x86_64.whl"], [1]),
        (["p-1-cp311-cp311-manylinux_2_28_aarch64.whl", "p-1-cp311-cp311-manylinux_2_28_x86_64.whl"], [1]),
    ],
)
def test_the_files_are_those_that_fit(files: list[str], fitting: list[Any]) -> None:
    (package,) = locked(entry("p", "1", files=files))
    expected = [files[one] if isinstance(one, int) else one for one in fitting]
    assert [one.name for one in package.artifacts_for(LINUX)] == expected


def test_a_package_that_fits_nowhere_is_a_fault() -> None:
    (package,) = locked(entry("p", "1", files=["p-1-py3-none-win32.whl"]))
    with pytest.raises(LockError, match="no file of p 1 fits linux/amd64"):
        package.artifacts_for(LINUX)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[package", "cannot be read"),
        ("[[package]]\nname = 'x'\n", "no 'groups'"),
        (lock_text(entry("x", markers='sys_platform = "linux"')), "cannot be read"),
        (lock_text(entry("x")).replace("sha256:", "md5:"), "x: .* has no SHA-256 but"),
        (lock_text(entry("x")).replace(SHA, "ab"), "has no SHA-256"),
        ("package = 3\n", "cannot be read"),
        ("other = 3\n", "no 'package'"),
    ],
)
def test_a_lock_that_cannot_be_read_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(LockError, match=rf"(?s)^poetry\.lock.*{said}.*make lock$"):
        read_lock(text)
