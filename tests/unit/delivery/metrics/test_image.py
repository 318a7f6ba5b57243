from pathlib import Path

import pytest

from delivery.metrics.image import figures
from delivery.metrics.record import Image
from delivery.oci import statement as oci_statement
from delivery.oci.layout import Layout
from tests.unit.delivery.oci.making import Making, entry, files, hardlink, sha, statement, tar

STATUS = """Package: libc6
Status: install ok installed
Version: 2.36

Package: gone
Status: deinstall ok config-files
Version: 1
"""
BASE = files({"var/lib/dpkg/status": STATUS, "replaced": b"x" * 1000, "usr/bin/python": b"p" * 400})
SITE = "opt/venv/lib/python3.11/site-packages"
OURS = tar(
    entry("replaced", b"y" * 10),
    entry(f"{SITE}/rich-14.0.dist-info/METADATA", b"m"),
    entry(f"{SITE}/rich-14.0.dist-info/RECORD", b"r"),
    entry(f"{SITE}/lxml-6.1.dist-info/METADATA", b"m"),
    hardlink("again", "replaced"),
)


def measured(tmp_path: Path, base: list[str] | None, *, packages: int | None = None) -> Image:
    made = Making()
    digest = made.image(BASE, OURS)
    if packages is not None:
        listed = {"packages": [{"name": str(number)} for number in range(packages)]}
        made.attest(digest, statement(digest, oci_statement.SPDX, listed))
    with Layout.open(made.folder(tmp_path / "image")) as layout:
        return figures(layout, base)


def test_packages_are_counted_from_the_files(tmp_path: Path) -> None:
    found = measured(tmp_path, [sha(BASE)])
    assert (found.python_packages, found.debian_packages) == (2, 1)


def test_sizes_tell_base_and_rest_apart(tmp_path: Path) -> None:
    found = measured(tmp_path, [sha(BASE)])
    assert [layer.base for layer in found.layers] == [True, False]
    assert found.compressed == sum(layer.compressed for layer in found.layers)
    assert found.above_base == found.layers[1].compressed
    # A replaced file takes no place any more in what is seen, and a hard link none of its own.
    assert [layer.unpacked for layer in found.layers] == [len(STATUS) + 400, 10 + 3]


@pytest.mark.parametrize("base", [None, [], [sha(OURS)], [sha(BASE), sha(OURS), "sha256:more"]])
def test_another_base_leaves_the_rest_unknown(tmp_path: Path, base: list[str] | None) -> None:
    found = measured(tmp_path, base)
    assert found.above_base is None
    assert {layer.base for layer in found.layers} == {None}


@pytest.mark.parametrize("packages", [None, 0, 3])
def test_an_sbom_counts_by_what_it_lists(tmp_path: Path, packages: int | None) -> None:
    assert measured(tmp_path, None, packages=packages).sbom == packages
