"""The files of an image: its layers laid over each other, later ones hiding what earlier ones held.

Done as containerd does it when it unpacks an image, but in memory: nothing is written anywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from delivery.oci.errors import UnreadableError, UnsafeError

Kind = Literal["file", "directory", "symlink", "hardlink", "fifo", "device"]
HIDES = ".wh."
HIDES_ALL = ".wh..wh..opq"
LONGEST = 4096  # code points of a path
_HOPS = 40  # links followed on one path, as the kernel does


@dataclass(frozen=True, slots=True)
class File:
    """One entry of an image's file tree.

    `path` has no leading slash; `mode` holds the permission bits with setuid, setgid and sticky; `size` is in
    bytes; `mtime` in seconds since 1970; `layer` counts from 0 and is the last layer that wrote the entry.
    `sha256` (64 hex digits) and `size` are of the content and only files and hard links have them; `link` is
    a symbolic link's text as it stands, or the path that a hard link shares its content with. `xattrs` are
    the extended attributes by name. `since` is the layer from which on a file has had this content; it is
    lower than `layer` where a later layer changed only its mode, owner or time.
    """

    path: str
    kind: Kind
    mode: int
    uid: int
    gid: int
    layer: int
    size: int = 0
    sha256: str = ""
    link: str = ""
    mtime: float = 0
    xattrs: Mapping[str, str] = field(default_factory=dict)
    since: int = 0


@dataclass(slots=True)
class _Node:
    """A place in the tree. `content` is kept for those files only that the caller asked for."""

    entry: File
    content: bytes | None = None
    children: "dict[str, _Node]" = field(default_factory=dict)


class Tree:
    """A tree under construction: `add` and `hide`, layer by layer."""

    def __init__(self) -> None:
        self._root = _Node(File("", "directory", 0o755, 0, 0, 0))

    def add(self, entry: File, content: bytes | None = None) -> None:
        """Put the entry in, in place of what is there; a directory over a directory keeps what it holds.

        Links on the way to it are followed inside the tree, and missing directories made. Raises UnsafeError
        for a path with `..` in it, UnreadableError for a hard link to what is not there.
        """
        *folders, name = parts(entry.path) or [""]
        if not name:
            self._root.entry = replace(entry, path="")
            return
        parent = self._enter(folders, entry.layer)
        path = _below(parent.entry, name)
        if entry.kind == "hardlink":
            entry, content = self._shared(entry)
        node = parent.children.get(name)
        if node and node.entry.kind == entry.kind == "directory":
            node.entry = replace(entry, path=path, since=entry.layer)
        else:
            same = node is not None and entry.sha256 != "" and node.entry.sha256 == entry.sha256
            since = node.entry.since if node is not None and same else entry.layer
            parent.children[name] = _Node(replace(entry, path=path, since=since), content)

    def hide(self, path: str, layer: int) -> None:
        """Take away what earlier layers than `layer` have at a whiteout's path, or below it.

        The path is that of the whiteout file itself: `a/.wh.b` hides `a/b`, `a/.wh..wh..opq` all in `a`.
        """
        *folders, name = parts(path)
        parent = self._enter(folders, layer)
        if name == HIDES_ALL:
            for each in list(parent.children):
                self._drop(parent, each, layer)
        elif not name.startswith(f"{HIDES}{HIDES}"):  # other names of that kind are old file systems' own
            self._drop(parent, name.removeprefix(HIDES), layer)

    def files(self) -> Iterator[tuple[File, bytes | None]]:
        """Every entry below the root with its kept content, sorted by path."""
        waiting = [self._root]
        found: list[_Node] = []
        while waiting:
            node = waiting.pop()
            found.extend(node.children.values())
            waiting.extend(node.children.values())
        for node in sorted(found, key=lambda each: each.entry.path):
            yield node.entry, node.content

    def _enter(self, folders: list[str], layer: int) -> _Node:
        """The directory of that path, links followed; made where there is none."""
        trail, left, hops = [self._root], list(reversed(folders)), 0
        while left:
            name = left.pop()
            if name in {"", "."}:
                continue
            if name == "..":  # of a link that was followed; the root is its own parent
                trail = trail[:-1] or trail
                continue
            here = trail[-1]
            node = here.children.get(name)
            if node and node.entry.kind == "symlink":
                hops += 1
                if hops > _HOPS:
                    raise UnsafeError(f"{'/'.join(folders)}: links that lead in a circle")
                trail = [self._root] if node.entry.link.startswith("/") else trail
                left.extend(reversed(node.entry.link.split("/")))
                continue
            if node is None or node.entry.kind != "directory":
                path = _below(here.entry, name)
                node = here.children[name] = _Node(File(path, "directory", 0o755, 0, 0, layer, since=layer))
            trail.append(node)
        return trail[-1]

    def _shared(self, entry: File) -> tuple[File, bytes | None]:
        """The hard link with the size and digest of what it shares."""
        *folders, name = parts(entry.link) or [""]
        node = self._enter(folders, entry.layer).children.get(name)
        if node is None or node.entry.kind not in {"file", "hardlink"}:
            raise UnreadableError(f"{entry.path}: a hard link to {entry.link}, which is no file of the image")
        target = node.entry
        return replace(entry, link=target.path, size=target.size, sha256=target.sha256), node.content

    @staticmethod
    def _drop(parent: _Node, name: str, layer: int) -> None:
        """Take the entry away with all below it, but for what this layer itself has put there."""
        if name not in parent.children:
            return
        found = [(parent, name, parent.children[name])]
        for _, _, node in found:  # grows while it is walked: every entry below, parents first
            found.extend((node, each, child) for each, child in node.children.items())
        for holder, each, node in reversed(found):
            if node.entry.layer < layer and not node.children:
                del holder.children[each]


def parts(path: str) -> list[str]:
    """The names along a path inside an image, without empty ones and dots. Raises UnsafeError for `..`."""
    names = [name for name in path.split("/") if name not in {"", "."}]
    if ".." in names or "\0" in path:
        raise UnsafeError(f"{path!r:.200}: a path that leads out of the image; refused")
    return names


def _below(parent: File, name: str) -> str:
    """The path of that name in the directory. Raises UnsafeError when it is longer than systems allow."""
    path = f"{parent.path}/{name}".removeprefix("/")
    if len(path) > LONGEST:
        raise UnsafeError(f"{path[:100]}…: a path of more than {LONGEST} characters; refused")
    return path
