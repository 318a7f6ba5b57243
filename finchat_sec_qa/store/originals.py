"""The bytes that filings came as, each under its SHA-256: originals/ab/abcd…"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from finchat_sec_qa.errors import NotFoundError, StoreCorruptError, StoreError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part-"


class Originals:
    """A folder of files named by their content. A file is whole from the moment it has its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, sha256: str, content: bytes) -> None:
        """Keep these bytes, durably; a damaged copy is replaced.

        Raises StoreError when they do not hash to `sha256` or cannot be written.
        """
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{sha256}: the bytes to be stored under this hash have another one")
        path = self._path(sha256)
        try:
            if path.exists() and path.read_bytes() == content:
                return
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, [content])
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error

    def receive(self, sha256: str, pieces: Iterable[bytes]) -> None:
        """Keep bytes that come in pieces, and that the giver checks, durably."""
        path = self._path(sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(path, pieces)

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their hash.

        Raises NotFoundError for what is no hash, StoreCorruptError when the file is gone or has changed.
        """
        path = self._path(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreCorruptError(f"{path}: the original is missing; ingest its filing again") from error
        except OSError as error:
            raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreCorruptError(f"{path}: its bytes have changed since they were stored; ingest again")
        return content

    def names(self) -> Iterator[str]:
        """The hashes of all files that are there."""
        for path in self._files():
            if _SHA256.fullmatch(path.name):
                yield path.name

    def delete(self, hashes: Iterable[str]) -> None:
        """Take files out; those that are not there are passed over."""
        for sha256 in hashes:
            self._path(sha256).unlink(missing_ok=True)

    def tidy(self, known: set[str]) -> int:
        """Take out what no filing knows: left by a writer that was killed. Returns how many files."""
        strays = [path for path in self._files() if path.name not in known]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)

    def _files(self) -> Iterator[Path]:
        return (path for path in sorted(self._folder.glob("*/*")) if path.is_file())

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFoundError(f"{sha256[:80]!r} is not a SHA-256 in lower-case hex")
        return self._folder / sha256[:2] / sha256


def _write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write under another name, flush to the disk, then rename: never half a file under the real name."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    _sync_folder(path.parent.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
