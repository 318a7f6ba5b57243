"""Layers read as streams: every entry in its order, hashed; nothing is unpacked."""

import hashlib
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a layer: a file with its content if that is kept, or a whiteout, which has no `entry`."""

    path: str
    entry: File | None
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Read:
    """A layer that was read and checked; `unpacked` and `kept` in bytes."""

    members: tuple[Member, ...]
    unpacked: int
    kept: int


# Layers by place, digest, diff_id and what was kept of them. Images on one base share the lowest.
Memory = dict[tuple[int, str, str, Keep], Read]


def merged(source: Blobs, image: Image, keep: Keep, limits: Limits, memory: Memory) -> Tree:
    """The image's file tree, with the contents of the files that `keep` says yes to, by path.

    A layer that `memory` holds is not read again; those that are read are put there.
    Raises CorruptError, UnreadableError and UnsafeError; the tree counts only when nothing was raised.
    """
    tree = Tree()
    for number, layer in enumerate(image.layers):
        key = (number, layer.digest, layer.diff_id, keep)
        if key not in memory:
            with blobs.checked(source, layer.digest, limits.unpacked) as blob:
                found = _read(blob, layer, number, keep, limits)
            memory[key] = found
        limits = _less(limits, memory[key])
        for member in memory[key].members:
            if member.entry is None:
                tree.hide(member.path, number)
            else:
                tree.add(member.entry, member.content)
    return tree


def _less(limits: Limits, read: Read) -> Limits:
    """What is left for the other layers of the image."""
    left = replace(
        limits,
        unpacked=limits.unpacked - read.unpacked,
        kept=limits.kept - read.kept,
        entries=limits.entries - len(read.members),
    )
    if min(left.unpacked, left.kept, left.entries) < 0:
        raise UnsafeError("the image's layers are larger than the limits allow; refused")
    return left


def _read(blob: Hashed, layer: Layer, number: int, keep: Keep, limits: Limits) -> Read:
    members: list[Member] = []
    kept = 0
    with unpack.opened(blob) as plain:
        tar = Hashed(plain, limits.unpacked, f"layer {layer.digest}, unpacked")
        try:
            for header, stream in _members(tar, limits):
                members.append(_member(header, stream, number, keep, limits.kept - kept))
                kept += len(members[-1].content or b"")
                if len(members) > limits.entries:
                    raise UnsafeError("the image's layers have too many entries; refused")
        except (tarfile.TarError, ValueError) as error:
            raise UnreadableError(f"layer {layer.digest}: {error}") from error
        tar.drain()
    if tar.digest != layer.diff_id:
        raise CorruptError(f"layer {layer.digest}: its tar is {tar.digest}, the config says {layer.diff_id}")
    return Read(tuple(members), tar.count, kept)


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


def _member(header: tarfile.TarInfo, stream: IO[bytes] | None, number: int, keep: Keep, left: int) -> Member:
    path = "/".join(parts(header.name))
    if path.rpartition("/")[2].startswith(HIDES):
        return Member(path, None, None)
    sha256, content = "", None
    if stream is not None:
        wanted = keep(path)
        if wanted and header.size > left:
            raise UnsafeError(f"{path:.200}: more is to be kept than the limit allows; refused")
        sha256, content = _content(stream, wanted=wanted)
    return Member(path, _entry(header, path, sha256, number), content)


def _content(stream: IO[bytes], *, wanted: bool) -> tuple[str, bytes | None]:
    """The content's digest, and the content when it is wanted."""
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
