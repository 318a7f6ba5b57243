"""Layers read as streams: every entry in its order, hashed; nothing is unpacked."""

import hashlib
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from delivery.oci import blobs, unpack
from delivery.oci.blobs import CHUNK, Blobs, Hashed
from delivery.oci.errors import CorruptError, UnreadableError, UnsafeError
from delivery.oci.image import Image, Layer
from delivery.oci.limits import Limits
from delivery.oci.tree import HIDES, File, Kind, Tree, parts

XATTR = "SCHILY.xattr."
_KINDS: dict[bytes, Kind] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
}
_EXTENDED = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}

Keep = Callable[[str], bool]


@dataclass(slots=True)
class _Left:
    """What of the limits is left, over all layers of an image; counts down."""

    unpacked: int
    kept: int
    entries: int


def merged(source: Blobs, image: Image, keep: Keep, limits: Limits) -> Tree:
    """The image's file tree, with the contents of the files that `keep` says yes to, by path.

    Raises CorruptError, UnreadableError and UnsafeError; the tree counts only when nothing was raised.
    """
    tree = Tree()
    left = _Left(limits.unpacked, limits.kept, limits.entries)
    for number, layer in enumerate(image.layers):
        with blobs.checked(source, layer.digest, limits.unpacked) as blob:
            _read(blob, layer, _Into(tree, number, keep, left), limits)
    return tree


@dataclass(frozen=True, slots=True)
class _Into:
    """Where a layer's entries go."""

    tree: Tree
    layer: int
    keep: Keep
    left: _Left


def _read(blob: Hashed, layer: Layer, into: _Into, limits: Limits) -> None:
    with unpack.opened(blob) as plain:
        tar = Hashed(plain, into.left.unpacked, f"layer {layer.digest}, unpacked")
        try:
            for member, content in _members(tar, limits):
                _take(member, content, into)
        except (tarfile.TarError, ValueError) as error:
            raise UnreadableError(f"layer {layer.digest}: {error}") from error
        tar.drain()
    into.left.unpacked -= tar.count
    if tar.digest != layer.diff_id:
        raise CorruptError(f"layer {layer.digest}: its tar is {tar.digest}, the config says {layer.diff_id}")


def _members(tar: Hashed, limits: Limits) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    class Header(tarfile.TarInfo):
        """A header whose long names and extensions, which are read into memory, are limited."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "Header":
            header = super().frombuf(buf, encoding, errors)
            if header.size < 0 or (header.type in _EXTENDED and header.size > limits.header):
                raise UnsafeError(f"a layer's header of {header.size} bytes; refused")
            return header

    with tarfile.open(fileobj=tar, mode="r|", tarinfo=Header) as archive:
        for member in archive:
            if member.size < 0 or member.issparse():
                raise UnsafeError(f"{member.name!r:.200}: a sparse file, or one without a size; refused")
            yield member, archive.extractfile(member) if member.isreg() else None
            archive.members.clear()  # type: ignore[attr-defined] # they are not needed twice, and add up


def _take(member: tarfile.TarInfo, stream: IO[bytes] | None, into: _Into) -> None:
    into.left.entries -= 1
    if into.left.entries < 0:
        raise UnsafeError("the image's layers have too many entries; refused")
    path = "/".join(parts(member.name))
    if path.rpartition("/")[2].startswith(HIDES):
        into.tree.hide(path, into.layer)
        return
    sha256, content = "", None
    if stream is not None:
        sha256, content = _content(stream, member, into.left, wanted=into.keep(path))
    into.tree.add(_entry(member, path, sha256, into.layer), content)


def _content(
    stream: IO[bytes], member: tarfile.TarInfo, left: _Left, *, wanted: bool
) -> tuple[str, bytes | None]:
    """The content's digest, and the content when it is wanted."""
    if wanted:
        left.kept -= member.size
        if left.kept < 0:
            raise UnsafeError(f"{member.name!r:.200}: more is to be kept than the limit allows; refused")
    digest, chunks = hashlib.sha256(), []
    while body := stream.read(CHUNK):
        digest.update(body)
        if wanted:
            chunks.append(body)
    return digest.hexdigest(), b"".join(chunks) if wanted else None


def _entry(member: tarfile.TarInfo, path: str, sha256: str, layer: int) -> File:
    kind = _KINDS.get(member.type)
    if kind is None:
        raise UnreadableError(f"{path}: an entry of the unknown type {member.type!r}")
    return File(
        path=path,
        kind=kind,
        mode=member.mode & 0o7777,
        uid=member.uid,
        gid=member.gid,
        layer=layer,
        size=member.size if kind == "file" else 0,
        sha256=sha256,
        link=member.linkname if kind in {"symlink", "hardlink"} else "",
        mtime=member.mtime,
        xattrs={
            name.removeprefix(XATTR): value
            for name, value in member.pax_headers.items()
            if name.startswith(XATTR)
        },
    )
