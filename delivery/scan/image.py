"""An image as it would be run: settings, and the files that its layers add up to.

Read from the tar of `docker save` or of a build's `type=oci` output; nothing is unpacked on disk.
"""

import json
import posixpath
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.scan.errors import NotCheckedError

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
# Small files whose text the checks read; anything else is known by name, kind and mode only.
READ = {
    "etc/passwd", "etc/shadow", "etc/os-release", "usr/lib/os-release", "var/lib/dpkg/status",
}  # fmt: skip
READ_BELOW = "var/lib/dpkg/status.d/"
LARGEST_TEXT = 32 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, folder, link or device: its kind as in tarfile's types, and its permission bits."""

    path: str
    kind: bytes
    mode: int
    link: str = ""
    text: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.kind == tarfile.DIRTYPE

    @property
    def is_file(self) -> bool:
        """Whether it holds bytes; a hard link does."""
        return self.kind in {*tarfile.REGULAR_TYPES, tarfile.LNKTYPE}


@dataclass(frozen=True, slots=True)
class Image:
    """An image. Paths have no slash at the start.

    `files` is what a container sees; `all_paths` also has what a later layer hides, for that can still be
    taken out of the image. `config` is the OCI image configuration.
    """

    name: str
    tar: Path
    config: Mapping[str, Any]
    files: Mapping[str, Entry]
    all_paths: frozenset[str]

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the configuration says of a container's process; empty when it says nothing."""
        found: Mapping[str, Any] = self.config.get("config") or {}
        return found

    def text(self, path: str) -> str | None:
        """The text of one of the files the checks read, through one symbolic link; None without it."""
        entry = self.files.get(path)
        if entry is not None and entry.kind == tarfile.SYMTYPE:
            target = posixpath.join("/", posixpath.dirname(path), entry.link)
            entry = self.files.get(posixpath.normpath(target).lstrip("/"))
        return None if entry is None else entry.text


def read(name: str, tar: Path) -> Image:
    """The image in that tar. Raises NotCheckedError when it is none or cannot be opened."""
    try:
        with tarfile.open(tar) as archive:
            manifest = _manifest(archive)
            config = _json(archive, _blob(manifest["config"]["digest"]))
            files: dict[str, Entry] = {}
            seen: set[str] = set()
            for layer in manifest["layers"]:
                member = archive.extractfile(_blob(layer["digest"]))
                if member is None:
                    raise NotCheckedError(f"{name}: layer {layer['digest']} is not in {tar.name}")
                with tarfile.open(fileobj=member) as contents:
                    _lay(files, seen, contents)
    except (tarfile.TarError, KeyError, IndexError, TypeError, ValueError, OSError) as error:
        raise NotCheckedError(f"{name}: {tar.name} cannot be read as an image: {error}") from error
    return Image(name, tar, config, files, frozenset(seen))


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    """The first image of the index, and of an index in it, that is there and is no attestation."""
    waiting: list[dict[str, Any]] = list(_json(archive, "index.json")["manifests"])
    names = set(archive.getnames())
    while waiting:
        entry = waiting.pop(0)
        attached = "vnd.docker.reference.type" in entry.get("annotations", {})
        if attached or _blob(entry["digest"]) not in names:
            continue
        found = _json(archive, _blob(entry["digest"]))
        if "layers" in found:
            return found
        waiting = [*found["manifests"], *waiting]
    raise ValueError("no image manifest in it")


def _json(archive: tarfile.TarFile, path: str) -> dict[str, Any]:
    member = archive.extractfile(path)
    if member is None:
        raise ValueError(f"{path} is no file")
    found: dict[str, Any] = json.load(member)
    return found


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _lay(files: dict[str, Entry], seen: set[str], layer: tarfile.TarFile) -> None:
    """Put a layer on the files so far; what it removes it removes from below, never from itself."""
    added: dict[str, Entry] = {}
    for member in layer:
        path = posixpath.normpath(member.name).lstrip("/")
        folder, base = posixpath.split(path)
        if base == OPAQUE:
            _remove(files, folder, itself=False)
        elif base.startswith(WHITEOUT):
            _remove(files, posixpath.join(folder, base.removeprefix(WHITEOUT)), itself=True)
        elif path != ".":
            added[path] = Entry(
                path, member.type, member.mode & 0o7777, member.linkname, _text(layer, member)
            )
    for path, entry in added.items():
        below = files.get(path)
        if below is not None and below.is_folder and not entry.is_folder:
            _remove(files, path, itself=True)
    files.update(added)
    seen.update(added)


def _text(layer: tarfile.TarFile, member: tarfile.TarInfo) -> str | None:
    path = posixpath.normpath(member.name).lstrip("/")
    wanted = path in READ or path.startswith(READ_BELOW)
    if not (wanted and member.isreg() and member.size <= LARGEST_TEXT):
        return None
    reader = layer.extractfile(member)
    return reader.read().decode("utf-8", "replace") if reader else None


def _remove(files: dict[str, Entry], path: str, *, itself: bool) -> None:
    for each in list(_below(files, path)):
        del files[each]
    if itself:
        files.pop(path, None)


def _below(files: Mapping[str, Entry], folder: str) -> Iterator[str]:
    start = f"{folder}/" if folder else ""
    return (path for path in files if path.startswith(start))
