"""Where a layout's blobs are: in a folder, or in a tar that is read in place."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from delivery.oci.errors import CorruptError, UnreadableError, UnsafeError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20
INDEX = "index.json"


class Blobs(Protocol):
    """Named members of a layout: `index.json` and `blobs/sha256/…`."""

    def size(self, name: str) -> int | None:
        """The member's size in bytes; None when there is none of that name."""

    def open(self, name: str) -> IO[bytes]:
        """The member's bytes, from its start. Raises UnreadableError when there is none of that name."""


class Folder:
    """A layout that lies unpacked in a folder. Links are not followed out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def size(self, name: str) -> int | None:
        """The file's size in bytes; None without one."""
        path = self._root / name
        return path.stat().st_size if path.is_file() and not path.is_symlink() else None

    def open(self, name: str) -> IO[bytes]:
        """The file, opened for reading."""
        if self.size(name) is None:
            raise UnreadableError(f"{self._root}: no {name}")
        return (self._root / name).open("rb")


class Archive:
    """A layout in a tar, which stays open; each member is a window of the file."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        """Reads the tar's table of contents. Raises UnreadableError for what is no plain tar."""
        self._stream, self._name = stream, name
        try:
            with tarfile.open(fileobj=stream, mode="r:") as archive:
                self._members = _members(archive, name)
        except (tarfile.TarError, EOFError) as error:
            raise UnreadableError(f"{name}: no tar of an OCI layout: {error}") from error

    def size(self, name: str) -> int | None:
        """The member's size in bytes; None without one."""
        return self._members[name][1] if name in self._members else None

    def open(self, name: str) -> IO[bytes]:
        """The member's bytes as a stream of its own."""
        if name not in self._members:
            raise UnreadableError(f"{self._name}: no {name}")
        return io.BufferedReader(_Window(self._stream, *self._members[name]), CHUNK)


def _members(archive: tarfile.TarFile, name: str) -> Mapping[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for member in archive:
        path = member.name.removeprefix("./")
        if not member.isreg() or member.issparse():
            continue
        if path == INDEX and path in found:
            raise UnreadableError(f"{name}: two files named {INDEX}")
        found[path] = (member.offset_data, member.size)
    return found


class _Window(io.RawIOBase):
    """Part of a file that can seek; keeps its own place, so that several can be open at once."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._stream, self._at, self._end = stream, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        self._stream.seek(self._at)
        body = self._stream.read(min(len(view), self._end - self._at))
        self._at += len(body)
        view[: len(body)] = body
        return len(body)


class Hashed(io.RawIOBase):
    """A stream that hashes and counts what is read through it, and stops at a limit in bytes."""

    def __init__(self, stream: IO[bytes], limit: int, what: str) -> None:
        super().__init__()
        self._stream, self._limit, self._what = stream, limit, what
        self._hash = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes. Raises UnsafeError past the limit."""
        body = self._stream.read(size if size >= 0 else self._limit + 1)
        self.count += len(body)
        if self.count > self._limit:
            raise UnsafeError(f"{self._what}: more than {self._limit} bytes; refused")
        self._hash.update(body)
        return body

    def drain(self) -> None:
        """Read to the end."""
        while self.read(CHUNK):
            pass

    @property
    def digest(self) -> str:
        """`sha256:…` of what was read so far."""
        return f"sha256:{self._hash.hexdigest()}"


def place(digest: str) -> str:
    """The name of the member that holds the blob of this digest."""
    return f"blobs/{digest.replace(':', '/', 1)}"


@contextmanager
def checked(blobs: Blobs, digest: str, limit: int) -> Iterator[Hashed]:
    """The blob of that digest; on a regular exit all of it is read, and has that digest.

    Raises CorruptError when it has another one, UnreadableError when it is not there, UnsafeError when it is
    larger than `limit` bytes. What was read counts only after the context has ended without an error.
    """
    size = blobs.size(place(digest))
    if size is not None and size > limit:
        raise UnsafeError(f"blob {digest}: {size} bytes, more than {limit}; refused")
    with blobs.open(place(digest)) as stream:
        hashed = Hashed(stream, limit, f"blob {digest}")
        yield hashed
        hashed.drain()
        if hashed.digest != digest:
            raise CorruptError(f"blob {digest}: its bytes have the digest {hashed.digest}; fetch it anew")


def read(blobs: Blobs, digest: str, limit: int) -> bytes:
    """The whole blob, checked. Raises as `checked` does."""
    with checked(blobs, digest, limit) as stream:
        return stream.read()
