"""Whose each file of an image is: a package's, the base image's, or on a list with a reason."""

import base64
import fnmatch
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from delivery.attest import packages
from delivery.attest.model import Problem, problems
from delivery.attest.packages import Claim
from delivery.oci.layout import Files
from delivery.oci.tree import File

Owner = Literal["debian", "python", "base image", "list", "nobody"]
BYTECODE = re.compile(r"(?P<folder>.*)__pycache__/(?P<name>[^/]+)\.[\w-]+(\.opt-\d)?\.pyc")
_HOPS = 40


@dataclass(frozen=True, slots=True)
class Account:
    """How many files each has, the problems, and the patterns of the list that fit no file."""

    figures: Mapping[Owner, int]
    problems: tuple[Problem, ...]
    unused: tuple[str, ...]


def account(files: Files, base_layers: int, listed: Mapping[str, str]) -> Account:
    """Whose every file (link, device …) of the image is; directories are nobody's concern.

    `base_layers` counts the layers from the bottom that are the base image's: what they hold is Debian's
    where a package claims it, else the base image's, also with another mode or owner. Above them a Debian
    package owns only what it brought along itself: other content in place of the base image's is nobody's.
    A Python distribution owns a file only with the content that its RECORD says, the project's own files
    too; bytecode belongs to whom its module belongs to. `listed` maps patterns of paths to reasons; `*`
    stands for slashes as well.
    """
    names = _Names(files)
    brought = _debian(files, names)
    recorded = _python(files, names)
    counts: Counter[Owner] = Counter()
    wrong: list[Problem] = []
    used = set()
    for path, entry in files.entries.items():
        if entry.kind == "directory":
            continue
        owner = _owner(entry, base_layers, brought.get(path), recorded)
        if owner == "nobody" and _of_base_module(entry, files, base_layers):
            owner = "base image"
        if owner == "nobody":
            fits = [pattern for pattern in listed if fnmatch.fnmatchcase(path, pattern)]
            used.update(fits)
            owner = "list" if fits else "nobody"
        counts[owner] += 1
        if owner == "nobody":
            wrong.extend(_unowned(entry, recorded.get(path)))
    return Account(counts, tuple(wrong), tuple(sorted(set(listed) - used)))


def _owner(entry: File, base_layers: int, brought_in: int | None, recorded: Mapping[str, Claim]) -> Owner:
    in_base = entry.since < base_layers
    if brought_in is not None and (in_base or brought_in >= base_layers):
        return "debian"
    claim = recorded.get(entry.path)
    if claim is not None and _fits(entry, claim):
        return "python"
    source = _source(entry.path)
    if source and source in recorded:
        return "python"
    return "base image" if in_base else "nobody"


def _of_base_module(entry: File, files: Files, base_layers: int) -> bool:
    """Whether it is bytecode of a module that is still the base image's: the standard library's, compiled."""
    module = files.entries.get(_source(entry.path))
    return module is not None and module.kind == "file" and module.since < base_layers


def _fits(entry: File, claim: Claim) -> bool:
    if not claim.sha256 or not entry.sha256:
        return True
    padded = claim.sha256 + "=" * (-len(claim.sha256) % 4)
    try:
        return base64.urlsafe_b64decode(padded).hex() == entry.sha256
    except ValueError:
        return False


def _unowned(entry: File, claim: Claim | None) -> Iterator[Problem]:
    if claim is not None:
        yield from problems(
            "content", [(entry.path, "its content is not what its distribution's RECORD says")]
        )
    else:
        told = f"no package, project or list owns this {entry.kind} (layer {entry.layer})"
        yield from problems("file", [(entry.path, told)])


def _source(path: str) -> str:
    """The module that a file of bytecode was compiled from; empty for other files."""
    found = BYTECODE.fullmatch(path)
    return f"{found['folder']}{found['name']}.py" if found else ""


def _debian(files: Files, names: "_Names") -> Mapping[str, int]:
    """Paths that Debian packages claim, with the layer that brought the package's list of them."""
    found: dict[str, int] = {}
    for path, claims in packages.debian_claims(files).items():
        layer = files.entries[path].since
        for claim in claims:
            real = names.real(claim.path)
            found[real] = max(layer, found.get(real, 0))
    return found


def _python(files: Files, names: "_Names") -> Mapping[str, Claim]:
    return {
        names.real(claim.path): claim for claims in packages.python_claims(files).values() for claim in claims
    }


class _Names:
    """Paths with the links on their way followed: a merged /usr has /bin/sh at usr/bin/sh."""

    def __init__(self, files: Files) -> None:
        self._entries = files.entries
        self._folders: dict[str, str] = {"": ""}

    def real(self, path: str) -> str:
        """Where that path leads; its last part is not followed."""
        folder, _, name = path.rpartition("/")
        return f"{self._folder(folder)}/{name}".removeprefix("/")

    def _folder(self, path: str) -> str:
        if path not in self._folders:
            self._folders[path] = self._walk(path)
        return self._folders[path]

    def _walk(self, path: str) -> str:
        left, hops = list(reversed(path.split("/"))), 0
        trail: list[str] = []
        while left:
            name = left.pop()
            if name in {"", "."}:
                continue
            if name == "..":
                trail = trail[:-1]
                continue
            entry = self._entries.get("/".join([*trail, name]))
            if entry is not None and entry.kind == "symlink" and hops < _HOPS:
                hops += 1
                trail = [] if entry.link.startswith("/") else trail
                left.extend(reversed(entry.link.split("/")))
            else:
                trail.append(name)
        return "/".join(trail)
