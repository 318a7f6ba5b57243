"""Two bills of materials of the same image, compared: what the lock promises, and what was found in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from packaging.version import InvalidVersion, Version

from delivery.sbom.model import Sbom

# Distributions that the base image brings and nothing locks, with the reason why that is no fault.
UNLOCKED = {
    "pip": "installer of the base image; the shipped stages remove it, copies in ensurepip may stay",
    "setuptools": "build tool of the base image; the shipped stages remove it, copies in ensurepip may stay",
    "wheel": "build tool of some base images; the shipped stages remove it",
}


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One Python distribution on which two bills disagree.

    `missing`: ours has it, the other does not; `version`: the other has it in another version; `extra`: only
    the other has it. `own` and `other` are versions, None where there is none.
    """

    name: str
    kind: Literal["missing", "version", "extra"]
    own: str | None = None
    other: str | None = None

    def __str__(self) -> str:
        if self.kind == "missing":
            return f"{self.name} {self.own} is locked, but is not in the other bill"
        if self.kind == "version":
            return f"{self.name} is locked as {self.own}, but the other bill has {self.other}"
        return f"{self.name} {self.other} is in the other bill, but nothing locks it"


def compare(own: Sbom, other: Sbom, unlocked: Mapping[str, str] = UNLOCKED) -> Sequence[Difference]:
    """The differences in Python distributions, sorted; empty when the two agree. Pure.

    Everything of `own`, its root too, must be in `other` in the same version and in no second one; everything
    of `other` must be in `own`, but for the names in `unlocked`. Licences and files are not compared.
    """
    locked, found = _versions(own), _versions(other)
    differences = [
        Difference(name, "missing", own=" and ".join(sorted(locked[name].values())))
        for name in locked.keys() - found.keys()
    ]
    differences += [
        Difference(name, "version", own=" and ".join(sorted(locked[name].values())), other=text)
        for name in locked.keys() & found.keys()
        for version, text in found[name].items()
        if version not in locked[name]
    ]
    differences += [
        Difference(name, "extra", other=text)
        for name in found.keys() - locked.keys() - unlocked.keys()
        for text in found[name].values()
    ]
    return sorted(differences, key=lambda one: (one.name, one.kind, one.other or ""))


def tolerated(own: Sbom, other: Sbom, unlocked: Mapping[str, str] = UNLOCKED) -> Mapping[str, str]:
    """The distributions of `other` that only `unlocked` allows: "name version" to the reason. Pure."""
    locked, found = _versions(own), _versions(other)
    return {
        f"{name} {text}": unlocked[name]
        for name in sorted(found.keys() & unlocked.keys() - locked.keys())
        for text in sorted(found[name].values())
    }


def _versions(sbom: Sbom) -> dict[str, dict[Version | str, str]]:
    """For each Python distribution, its versions: comparable (1.0 is 1.0.0), with the text of each."""
    found: dict[str, dict[Version | str, str]] = {}
    root = [sbom.root] if sbom.root and sbom.root.kind == "python" else []
    for package in (*root, *sbom.of("python")):
        found.setdefault(package.name, {}).setdefault(_version(package.version), package.version)
    return found


def _version(text: str) -> Version | str:
    try:
        return Version(text)
    except InvalidVersion:
        return text  # compared as it stands
