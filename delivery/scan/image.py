"""An image as the checks see it: how it runs, the files that its layers add up to, the text of a few."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.oci.errors import OciError
from delivery.oci.image import Config
from delivery.oci.layout import Files, Layout
from delivery.oci.tree import File
from delivery.scan.errors import NotCheckedError

APT_LIST, APT_BELOW = "etc/apt/sources.list", "etc/apt/sources.list.d/"
DPKG_STATUS, DPKG_BELOW = "var/lib/dpkg/status", "var/lib/dpkg/status.d/"
READ = {"etc/passwd", "etc/shadow", "etc/os-release", "usr/lib/os-release", DPKG_STATUS, APT_LIST}
READ_BELOW = (DPKG_BELOW, APT_BELOW)


@dataclass(frozen=True, slots=True)
class Image:
    """An image of one platform; `tar` is the layout it was read from. Paths have no slash at the start.

    `all_paths` also has the files that a later layer hides, for they can still be taken out of the image.
    """

    name: str
    tar: Path
    config: Config
    files: Files
    all_paths: frozenset[str]

    @property
    def entries(self) -> Mapping[str, File]:
        """What a container sees, by path."""
        return self.files.entries

    def text(self, path: str) -> str | None:
        """The text of one of the files the checks read, through one symbolic link; None without it."""
        entry = self.entries.get(path)
        if entry is not None and entry.kind == "symlink":
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), entry.link)).lstrip("/")
        body = self.files.contents.get(path)
        return None if body is None else body.decode("utf-8", "replace")


def read(name: str, tar: Path) -> Image:
    """The image in that tar. Raises NotCheckedError when it is none, or not what its digests say."""
    seen: set[str] = set()

    def keep(path: str) -> bool:
        seen.add(path)
        return path in READ or path.startswith(READ_BELOW)

    try:
        with Layout.open(tar) as layout:
            found = layout.image()
            return Image(name, tar, found.config, layout.files(found, keep), frozenset(seen))
    except OciError as error:
        raise NotCheckedError(f"{name}: {error}") from error
