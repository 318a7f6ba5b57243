"""A backup as a file: a gzipped tar of plain files, written and read one after the other.

Read with care: the archive may be cut, changed, or made to do harm. Only headers of plain files are taken,
each with the name and size that the manifest gives, so that no link, device, other path or extended header
(whose size would be the archive's own choice) is ever acted upon.
"""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import BinaryIO, Self

from finchat_sec_qa.errors import StoreCorruptError
from finchat_sec_qa.store.backup_manifest import MANIFEST, Manifest, Member, read_manifest

PIECE = 1 << 20
LEVEL = 6  # of gzip; 9 takes three times as long for 1 % less
MANIFEST_LIMIT = 256 << 20
_BLOCK = tarfile.BLOCKSIZE


class ArchiveWriter:
    """Writes the members of a manifest into a stream, in order. `close` ends the archive."""

    def __init__(self, stream: BinaryIO, made: int) -> None:
        """`made` is the time of every member, in seconds since 1970."""
        self._made = made
        self._zip = gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=LEVEL, mtime=made)

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """A member of `size` bytes."""
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self._made
        self._zip.write(member.tobuf(tarfile.GNU_FORMAT))
        for piece in pieces:
            self._zip.write(piece)
        self._zip.write(bytes(-size % _BLOCK))

    def close(self) -> None:
        """Write the end."""
        self._zip.write(bytes(2 * _BLOCK))
        self._zip.close()


class ArchiveReader:
    """Reads a backup from a stream. Every method raises StoreCorruptError for what is not as it should be."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """`name` is what messages call the archive."""
        self._name = name
        self._zip = gzip.GzipFile(fileobj=stream, mode="rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def manifest(self) -> Manifest:
        """The first member. Raises StoreVersionError as well, for what a newer program made."""
        size = self._header(MANIFEST)
        if size > MANIFEST_LIMIT:
            raise self._bad(f"{MANIFEST} has {size} bytes, more than {MANIFEST_LIMIT}")
        return read_manifest(b"".join(self._pieces(size)), self._name)

    def member(self, expected: Member) -> Iterator[bytes]:
        """The bytes of the next member, which has to be this one; its sum is checked at the end."""
        size = self._header(expected.name)
        if size != expected.size:
            raise self._bad(f"{expected.name} has {size} bytes, not {expected.size} as {MANIFEST} says")
        found = hashlib.sha256()
        for piece in self._pieces(size):
            found.update(piece)
            yield piece
        if found.hexdigest() != expected.sha256:
            raise self._bad(f"{expected.name} has another SHA-256 than {MANIFEST} says")

    def end(self) -> None:
        """Nothing may follow but zeros."""
        left = tarfile.RECORDSIZE
        with self._translated():
            while piece := self._zip.read(_BLOCK):
                left -= len(piece)
                if left < 0 or any(piece):
                    raise self._bad(f"holds more than {MANIFEST} lists")

    def _header(self, name: str) -> int:
        """The size of the member that begins here, a plain file of that name."""
        block = b"".join(self._pieces(_BLOCK))
        try:
            member = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise self._bad(f"{name} should begin where there is no header of a file") from error
        if member.type != tarfile.REGTYPE or member.name != name:
            raise self._bad(
                f"{member.name[:80]!r} (kind {member.type!r}) stands where the file {name} should"
            )
        if member.size < 0:
            raise self._bad(f"{name} has a negative size")
        return member.size

    def _pieces(self, size: int) -> Iterator[bytes]:
        """Exactly that many bytes, and the padding after them."""
        left = size
        while left:
            with self._translated():
                piece = self._zip.read(min(left, PIECE))
            if not piece:
                raise self._bad("it ends too early")
            left -= len(piece)
            yield piece
        with self._translated():
            padding = self._zip.read(-size % _BLOCK)
        if any(padding) or len(padding) != -size % _BLOCK:
            raise self._bad("there is something between its members")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._bad(str(error)) from error

    def _bad(self, reason: str) -> StoreCorruptError:
        return StoreCorruptError(f"{self._name}: damaged, or no backup: {reason}; take another backup")
