"""Layers laid over each other, and what is refused on the way."""

import gzip
import hashlib
import shutil
import struct
import tarfile
from pathlib import Path

import pytest

from delivery.oci.errors import CorruptError, OciError, UnreadableError, UnsafeError
from delivery.oci.layers import Memory
from delivery.oci.layout import Files, Layout
from delivery.oci.limits import DEFAULT, Limits
from tests.absence import absent
from tests.unit.delivery.oci.making import Making, entry, files, folder, hardlink, sha, symlink, tar


def read(tmp_path: Path, *tars: bytes, limits: Limits = DEFAULT) -> Files:
    making = Making()
    making.image(*tars)
    return _read(making, tmp_path, limits)


def _read(making: Making, tmp_path: Path, limits: Limits = DEFAULT) -> Files:
    with Layout.open(making.archive(tmp_path / "layout.tar"), limits) as layout:
        return layout.files(layout.image(), keep=lambda _: True)


def kinds(found: Files) -> dict[str, str]:
    return {path: each.kind for path, each in found.entries.items()}


def test_an_entry_tells_all_about_itself(tmp_path: Path) -> None:
    member = entry(
        "./opt/x", b"hello", mode=0o4755, uid=7, gid=8, mtime=1000.5, pax_headers={"SCHILY.xattr.user.k": "v"}
    )
    found = read(tmp_path, files({"opt/other": "1"}), tar(member)).entries["opt/x"]
    assert (found.mode, found.uid, found.gid, found.mtime, found.layer) == (0o4755, 7, 8, 1000.5, 1)
    assert (found.size, found.sha256) == (5, hashlib.sha256(b"hello").hexdigest())
    assert found.xattrs == {"user.k": "v"}


def test_a_later_layer_replaces_a_file(tmp_path: Path) -> None:
    found = read(tmp_path, files({"a": "old", "b": "kept"}), files({"a": "new"}))
    assert found.contents == {"a": b"new", "b": b"kept"}
    assert [each.layer for each in found.entries.values()] == [1, 0]


def test_the_layer_that_brought_the_content_is_told(tmp_path: Path) -> None:
    layers = files({"a": "1"}), tar(entry("a", b"1", mode=0o600)), files({"a": "2"}), files({".wh.a": ""})
    told = [read(tmp_path, *layers[:count]).entries["a"] for count in (1, 2, 3)]
    assert [(each.layer, each.since) for each in told] == [(0, 0), (1, 0), (2, 2)]
    assert read(tmp_path, *layers, files({"a": "1"})).entries["a"].since == 4


def test_a_whiteout_hides_a_file(tmp_path: Path) -> None:
    found = read(tmp_path, files({"d/a": "1", "d/b": "2"}), files({"d/.wh.a": ""}))
    assert kinds(found) == {"d": "directory", "d/b": "file"}
    assert found.contents == {"d/b": b"2"}


def test_a_whiteout_hides_a_folder_with_all_in_it(tmp_path: Path) -> None:
    found = read(tmp_path, files({"d/e/f": "1", "d/e/g/h": "2"}), files({"d/.wh.e": ""}))
    assert kinds(found) == {"d": "directory"}


def test_a_whiteout_spares_its_own_layer(tmp_path: Path) -> None:
    found = read(
        tmp_path, files({"d/a": "1", "d/old": "1"}), files({"d/a": "2", "d/.wh.a": "", "d/.wh.old": ""})
    )
    assert found.contents == {"d/a": b"2"}


def test_an_opaque_folder_hides_what_was_in_it(tmp_path: Path) -> None:
    over = tar(folder("d"), entry("d/new"), entry("d/.wh..wh..opq"), entry("d/sub/own"))
    found = read(tmp_path, files({"d/a": "1", "d/sub/b": "2", "e": "3"}), over)
    assert set(found.entries) == {"d", "d/new", "d/sub", "d/sub/own", "e"}


def test_a_whiteout_of_nothing_hides_nothing(tmp_path: Path) -> None:
    assert set(read(tmp_path, files({"a": "1"}), files({".wh.b": "", ".wh..wh.plnk": ""})).entries) == {"a"}


def test_a_file_in_place_of_a_folder_and_back(tmp_path: Path) -> None:
    found = read(tmp_path, files({"d/a": "1"}), files({"d": "file"}), files({"d/b": "2"}))
    assert kinds(found) == {"d": "directory", "d/b": "file"}


def test_a_folder_over_a_folder_keeps_what_is_in_it(tmp_path: Path) -> None:
    found = read(tmp_path, files({"d/a": "1"}), tar(folder("d", uid=5)))
    assert found.entries["d"].uid == 5
    assert found.contents == {"d/a": b"1"}


def test_a_hard_link_shares_content(tmp_path: Path) -> None:
    found = read(tmp_path, files({"a": "12345"}), tar(hardlink("b", "/a"), hardlink("c", "b")))
    assert found.entries["b"].kind == "hardlink"
    assert found.entries["b"].link == "a"
    assert found.entries["c"].sha256 == found.entries["a"].sha256
    assert found.entries["c"].size == 5
    assert found.contents["c"] == b"12345"


def test_links_on_the_way_are_followed_inside_the_image(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        tar(folder("usr/lib"), symlink("lib", "usr/lib"), symlink("up", "../../../usr")),
        files({"lib/x": "1", "up/y": "2"}),
    )
    assert found.contents == {"usr/lib/x": b"1", "usr/y": b"2"}
    assert found.entries["lib"].link == "usr/lib"


def test_a_folder_replaces_a_link(tmp_path: Path) -> None:
    found = read(tmp_path, tar(symlink("lib", "usr/lib")), tar(folder("lib"), entry("lib/x")))
    assert kinds(found) == {"lib": "directory", "lib/x": "file"}


def test_special_files_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, tar(entry("null", type=tarfile.CHRTYPE), entry("pipe", type=tarfile.FIFOTYPE)))
    assert kinds(found) == {"null": "device", "pipe": "fifo"}


@pytest.mark.parametrize("name", ["../etc/passwd", "a/../../b", "/../x", "..", "d/.wh.../../x"])
def test_paths_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeError, match="leads out"):
        read(tmp_path, tar(entry(name, b"x")))


def test_hard_links_that_lead_out_or_nowhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeError, match="leads out"):
        read(tmp_path, tar(hardlink("a", "../../etc/passwd")))
    with pytest.raises(UnreadableError, match="no file of the image"):
        read(tmp_path, tar(hardlink("a", "b")))


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeError, match="circle"):
        read(tmp_path, tar(symlink("a", "b"), symlink("b", "a"), entry("a/x")))


def test_paths_that_grow_by_links_are_refused(tmp_path: Path) -> None:
    deep = "/".join(["d" * 200] * 15)
    with pytest.raises(UnsafeError, match="more than 4096"):
        read(tmp_path, tar(entry(f"{deep}/x"), symlink("s", deep), entry(f"s/{deep}/y")))


@pytest.mark.parametrize(
    "limits",
    [Limits(unpacked=100_000), Limits(entries=2), Limits(kept=100_000)],
    ids=["unpacked", "entries", "kept"],
)
def test_bombs_are_refused(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(UnsafeError, match="refused"):
        read(tmp_path, files({"a": b"\0" * 90_000, "b": b"\0" * 90_000, "c": ""}), limits=limits)


def test_limits_hold_over_all_layers(tmp_path: Path) -> None:
    with pytest.raises(UnsafeError, match="refused"):
        read(
            tmp_path,
            files({"a": b"\0" * 60_000}),
            files({"a": b"\1" * 60_000}),
            limits=Limits(unpacked=100_000),
        )


def test_a_huge_extended_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeError, match="header"):
        read(tmp_path, tar(entry("a", pax_headers={"comment": "x" * 2000})), limits=Limits(header=1000))


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    pax = {"GNU.sparse.major": "0", "GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 50)}
    with pytest.raises(OciError):
        read(tmp_path, tar(entry("a", b"x", pax_headers=pax)))


def test_a_negative_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OciError):
        read(tmp_path, tar(entry("a", b"x", pax_headers={"size": "-1024"})))


def test_a_changed_layer_is_corrupt(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a"}))
    digest = next(key for key, body in making.blobs.items() if body.startswith(b"\x1f\x8b"))
    making.blobs[digest] = gzip.compress(files({"a": "b"}))
    with pytest.raises(CorruptError, match=digest):
        _read(making, tmp_path)


def test_a_layer_that_is_not_the_configs_is_corrupt(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a"}), diff_ids=[sha(b"another")])
    with pytest.raises(CorruptError, match="the config says"):
        _read(making, tmp_path)


def test_bytes_after_the_tar_belong_to_the_digest(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a"}), compress=lambda body: gzip.compress(body) + gzip.compress(b"more"))
    with pytest.raises(CorruptError, match="the config says"):
        _read(making, tmp_path)


@pytest.mark.parametrize("spoil", [lambda body: body[:-20], lambda body: body[:40] + b"\0\0" + body[42:]])
def test_broken_gzip_is_told(tmp_path: Path, spoil: object) -> None:
    making = Making()
    making.image(files({"a": "a" * 5000}), compress=lambda body: spoil(gzip.compress(body)))  # type: ignore[operator]
    with pytest.raises(UnreadableError):
        _read(making, tmp_path)


def test_what_is_no_tar_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="layer sha256"):
        read(tmp_path, b"this is no tar" * 100)


def test_plain_layers_are_read(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a"}), tar(), compress=lambda body: body)
    assert _read(making, tmp_path).contents == {"a": b"a"}


def _zstd(body: bytes) -> bytes:
    """A zstd frame: content size in 8 bytes; blocks of at most 128 KiB, plain or one byte repeated."""
    frame = [b"\x28\xb5\x2f\xfd\xe0", struct.pack("<Q", len(body))]
    for start in range(0, len(body), 1 << 17):
        block = body[start : start + (1 << 17)]
        last = start + len(block) == len(body)
        repeated = len(set(block)) == 1
        header = len(block) << 3 | repeated << 1 | last
        frame += [struct.pack("<I", header)[:3], block[:1] if repeated else block]
    return b"".join(frame)


@pytest.fixture
def zstd() -> None:
    if shutil.which("zstd") is None:
        absent("no program zstd")


@pytest.mark.usefixtures("zstd")
def test_zstd_layers_are_read(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": bytes(3_000_000)}), files({"b": "b"}), compress=_zstd)
    assert set(_read(making, tmp_path).contents) == {"a", "b"}


@pytest.mark.usefixtures("zstd")
def test_broken_zstd_is_told(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a" * 5000}), compress=lambda body: _zstd(body)[:-9])
    with pytest.raises(UnreadableError):
        _read(making, tmp_path)


@pytest.mark.usefixtures("zstd")
def test_zstd_bombs_are_refused(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": bytes(3_000_000)}), compress=_zstd)
    with pytest.raises(UnsafeError, match="refused"):
        _read(making, tmp_path, Limits(unpacked=1_000_000))


def test_without_the_program_zstd_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making = Making()
    making.image(files({"a": "a"}), compress=_zstd)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="install the program zstd"):
        _read(making, tmp_path)


def test_a_layer_in_memory_is_not_read_again(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "1"}), files({"b": "2"}))
    memory: Memory = {}

    def keep(path: str) -> bool:
        return path == "a"

    with Layout.open(making.archive(tmp_path / "one.tar")) as layout:
        first = layout.files(layout.image(), keep, memory)
    for digest in making.layers:
        making.blobs[digest] = b"never read"
    with Layout.open(making.archive(tmp_path / "two.tar")) as layout:
        assert layout.files(layout.image(), keep, memory) == first
    with (
        Layout.open(tmp_path / "two.tar", Limits(entries=1)) as layout,
        pytest.raises(UnsafeError, match="larger"),
    ):
        layout.files(layout.image(), keep, memory)


def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "1", "b/METADATA": "2"}))
    with Layout.open(making.archive(tmp_path / "layout.tar")) as layout:
        found = layout.files(layout.image(), keep=lambda path: path.endswith("/METADATA"))
    assert found.contents == {"b/METADATA": b"2"}
