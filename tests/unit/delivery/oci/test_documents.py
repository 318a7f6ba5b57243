"""The JSON documents of a layout, read from a tar in one pass or from a folder."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from delivery.oci import documents
from delivery.oci.errors import CorruptError, UnreadableError

LIMIT = 1000  # bytes
MANIFEST = b'{"layers": []}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
PLACE = f"blobs/sha256/{DIGEST.removeprefix('sha256:')}"
KEPT = {"index.json": b"[]", PLACE: MANIFEST}
FILES = {
    **KEPT,
    "blobs/sha256/a": b"\x1f\x8b a layer",
    "blobs/sha256/b": b"{" + b" " * LIMIT,
    "blobs/sha256/c": b"",
    "manifest.json": b"{}",
}


def packed(mode: str = "w", prefix: str = "") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload] # modes are literals
        folder = tarfile.TarInfo(f"{prefix}blobs/sha256")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, body in FILES.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return held.getvalue()


class Pipe(io.RawIOBase):
    """What a program writes: it cannot be sought in, and counts what was not taken."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = io.BytesIO(body)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._body.read(size)

    @property
    def left(self) -> int:
        return len(self._body.getvalue()) - self._body.tell()


@pytest.mark.parametrize("prefix", ["", "./"])
def test_index_and_json_blobs_are_kept_and_nothing_else(prefix: str) -> None:
    assert documents.of_stream(io.BytesIO(packed(prefix=prefix)), LIMIT) == KEPT


def test_a_folder_gives_the_same(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed())) as archive:
        archive.extractall(tmp_path, filter="data")
    assert documents.of_folder(tmp_path, LIMIT) == KEPT


def test_a_compressed_tar_is_read_where_one_is_expected() -> None:
    assert documents.of_stream(io.BytesIO(packed("w:gz")), LIMIT, compressed=True) == KEPT
    with pytest.raises(UnreadableError, match="no tar"):
        documents.of_stream(io.BytesIO(packed("w:gz")), LIMIT)


@pytest.mark.parametrize("body", [packed() + b"\0" * (3 << 20), b"nothing of the kind" * 200_000])
def test_a_stream_is_read_to_its_end(body: bytes) -> None:
    """A program that writes it would otherwise die of the broken pipe, and its image count as unreadable."""
    stream = Pipe(body)
    try:
        documents.of_stream(stream, LIMIT)  # type: ignore[arg-type] # a reader, which is all that is used of it
    except UnreadableError:
        assert body.startswith(b"nothing")
    assert stream.left == 0


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("body", [b"nothing of the kind" * 100, packed()[:1025], b""])
def test_what_is_no_whole_tar_is_refused(body: bytes, *, compressed: bool) -> None:
    with pytest.raises(UnreadableError, match="no tar"):
        documents.of_stream(io.BytesIO(body), LIMIT, compressed=compressed)


def test_a_blob_is_checked_when_it_is_taken() -> None:
    assert documents.blob(KEPT, DIGEST) == MANIFEST
    with pytest.raises(CorruptError, match=f"{PLACE} is not what its digest says"):
        documents.blob({PLACE: b"{}"}, DIGEST)
    with pytest.raises(UnreadableError, match=f"{DIGEST} is missing"):
        documents.blob({}, DIGEST)
