"""The JSON documents of an OCI layout: index, manifests, configs and statements, without its layers.

For who needs no file of the image: a tar is read in one pass, so it may come from a pipe as `docker image
save` writes it. `Layout` reads whole images.
"""

import hashlib
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from delivery.oci.blobs import CHUNK, INDEX, place
from delivery.oci.errors import CorruptError, UnreadableError

BLOBS = "blobs/sha256/"

Documents = Mapping[str, bytes]
"""`index.json` and the blobs that are JSON objects, by the name of the layout's member."""


def of_stream(stream: IO[bytes], limit: int, *, compressed: bool = False) -> Documents:
    """The documents of up to `limit` bytes in a layout's tar, which may be `compressed` as tarfile knows it.

    The stream is read to its end, also when it is refused: closed before that, a program that writes it
    would die of the broken pipe. Raises UnreadableError for what is no tar.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|*" if compressed else "r|") as archive:
            return dict(_found(archive, limit))
    except (tarfile.TarError, EOFError) as error:
        raise UnreadableError(f"no tar: {error}") from error
    finally:
        while stream.read(CHUNK):
            pass


def of_folder(path: Path, limit: int) -> Documents:
    """The documents of up to `limit` bytes in a layout that lies in a folder. Raises OSError."""
    found: dict[str, bytes] = {}
    for file in (path / INDEX, *sorted((path / BLOBS).glob("*"))):
        if file.is_file() and file.stat().st_size <= limit:
            with file.open("rb") as content:
                found.update(_read(file.relative_to(path).as_posix(), content))
    return found


def blob(held: Documents, digest: str) -> bytes:
    """The document of that digest ("sha256:…").

    Raises UnreadableError when it is not held, CorruptError when it has another digest.
    """
    name = place(digest)
    if name not in held:
        raise UnreadableError(f"{digest} is missing")
    if f"sha256:{hashlib.sha256(held[name]).hexdigest()}" != digest:
        raise CorruptError(f"{name} is not what its digest says: the layout is damaged")
    return held[name]


def _found(archive: tarfile.TarFile, limit: int) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        content = archive.extractfile(member) if member.isfile() and member.size <= limit else None
        if content is not None:
            yield from _read(member.name.removeprefix("./"), content)


def _read(name: str, content: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes, if it is the index or a blob that may be JSON; layers are compressed or a tar."""
    if name == INDEX:
        yield name, content.read()
    elif name.startswith(BLOBS) and (start := content.read(1)) == b"{":
        yield name, start + content.read()
