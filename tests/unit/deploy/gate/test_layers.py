import gzip
from pathlib import Path
from typing import IO

import pytest

from delivery.oci.blobs import Folder, place
from delivery.oci.layout import Layout
from deploy.gate import layers
from deploy.gate.cache import Cache
from tests.unit.delivery.attest.making import app_files, base_layer
from tests.unit.delivery.oci.making import Making, entry, folder, symlink, tar


class Counting(Folder):
    """A folder that remembers which members were opened."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.opened: list[str] = []

    def open(self, name: str) -> IO[bytes]:
        self.opened.append(name)
        return super().open(name)


def timeless(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def made(root: Path, extra: bytes) -> tuple[Counting, Layout]:
    """An image of a base, an application with odd entries, and one more file, as a folder."""
    making = Making()
    top = tar(
        entry("etc/os-release", b"ID=debian\n"),
        entry("usr/bin/.wh.dash"),
        entry("tagged", b"x", pax_headers={"SCHILY.xattr.user.a": "b"}),
        folder("empty"),
        symlink("link", "/etc"),
        *(entry(name, body) for name, body in app_files().items()),
    )
    making.image(base_layer(), top, tar(entry("extra", extra)), compress=timeless)
    source = Counting(making.folder(root))
    return source, Layout(source, "made")


def test_kept_layers_give_the_same_files(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    _, layout = made(tmp_path / "one", b"1")
    plain = layout.files(layout.image(), layers.keep)
    assert layers.files(layout, layout.image(), cache) == plain
    source, again = made(tmp_path / "two", b"1")
    assert layers.files(again, again.image(), cache) == plain
    assert not {place(each.digest) for each in again.image().layers} & set(source.opened)
    assert plain.contents["etc/os-release"] == b"ID=debian\n"
    assert plain.entries["tagged"].xattrs == {"user.a": "b"}
    assert "usr/bin/dash" not in plain.entries


def test_of_the_next_image_only_new_layers_are_read(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    _, layout = made(tmp_path / "one", b"1")
    layers.files(layout, layout.image(), cache)
    source, following = made(tmp_path / "two", b"2")
    found = layers.files(following, following.image(), cache)
    read = [each for each in following.image().layers if place(each.digest) in source.opened]
    assert read == [following.image().layers[-1]]
    assert found == following.files(following.image(), layers.keep)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("var/lib/dpkg/status", True),
        ("a/b-1.dist-info/RECORD", True),
        ("etc/apt/sources.list.d/debian.sources", True),
        ("etc/os-release", True),
        ("usr/bin/python", False),
    ],
)
def test_what_checks_and_scanners_read_is_kept(path: str, kept: bool) -> None:
    assert layers.keep(path) is kept
