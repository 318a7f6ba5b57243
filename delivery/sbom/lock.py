"""poetry.lock: which packages a group of dependencies installs on a platform, and what each needs."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)

from delivery.sbom.errors import LockError
from delivery.sbom.model import Artifact
from delivery.sbom.platforms import Platform


@dataclass(frozen=True, slots=True)
class Need:
    """Something a package, or the project, depends on: under `marker`, with `extras` of it."""

    name: NormalizedName
    marker: Marker | None = None
    extras: frozenset[str] = frozenset()

    def applies(self, platform: Platform, extras: frozenset[str] = frozenset()) -> bool:
        """Whether it is needed there when the needing package was asked for with those extras."""
        return self.marker is None or any(
            self.marker.evaluate({**platform.markers, "extra": extra}) for extra in extras | {""}
        )


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of the lock. `groups` gives, for each group that installs it, under which marker."""

    name: NormalizedName
    version: str
    groups: Mapping[str, Marker | None]
    artifacts: tuple[Artifact, ...]
    needs: tuple[Need, ...]

    def is_installed(self, groups: Iterable[str], platform: Platform) -> bool:
        """Whether one of the groups installs it there."""
        return any(
            group in self.groups and Need(self.name, self.groups[group]).applies(platform) for group in groups
        )

    def artifacts_for(self, platform: Platform) -> tuple[Artifact, ...]:
        """The files that an installer may choose from there: wheels that fit, else the source archives.

        Raises LockError when there is none.
        """
        wheels = [one for one in self.artifacts if one.name.endswith(".whl")]
        fitting = [one for one in wheels if not platform.tags.isdisjoint(_tags(one.name))]
        found = fitting or [one for one in self.artifacts if one not in wheels]
        if not found:
            raise LockError(f"poetry.lock: no file of {self.name} {self.version} fits {platform.name}")
        return tuple(sorted(found))


def read_lock(text: str) -> tuple[Locked, ...]:
    """Every package of a poetry.lock (version 2.1 of the format). Raises LockError when it cannot be read."""
    try:
        return tuple(_locked(entry) for entry in tomllib.loads(text)["package"])
    except KeyError as error:
        raise LockError(f"poetry.lock: an entry has no {error}; write the file anew: make lock") from error
    except (tomllib.TOMLDecodeError, InvalidMarker, InvalidWheelFilename, TypeError, ValueError) as error:
        raise LockError(f"poetry.lock cannot be read: {error}; write it anew: make lock") from error


def select(lock: Iterable[Locked], groups: Iterable[str], platform: Platform) -> dict[NormalizedName, Locked]:
    """The packages the groups install there, by name. Raises LockError when one comes in two versions."""
    groups, chosen = tuple(groups), dict[NormalizedName, Locked]()
    for package in lock:
        if not package.is_installed(groups, platform):
            continue
        twin = chosen.setdefault(package.name, package)
        if twin is not package:
            raise LockError(
                f"poetry.lock: {package.name} is locked as {twin.version} and {package.version} "
                f"for {platform.name}; write it anew: make lock"
            )
    return chosen


def connect(
    root: NormalizedName,
    asked: Iterable[Need],
    chosen: Mapping[NormalizedName, Locked],
    platform: Platform,
) -> dict[NormalizedName, frozenset[NormalizedName]]:
    """Who needs whom there, from the root's needs on; every chosen package is a key.

    Raises LockError when something needed is not chosen, or something chosen is not needed: then the lock
    does not belong to pyproject.toml.
    """
    needs = {root: tuple(asked)} | {name: package.needs for name, package in chosen.items()}
    extras: dict[NormalizedName, frozenset[str]] = {root: frozenset()}
    edges: dict[NormalizedName, frozenset[NormalizedName]] = {}
    pending = [root]
    while pending:
        node = pending.pop()
        applying = [need for need in needs[node] if need.applies(platform, extras[node])]
        edges[node] = frozenset(need.name for need in applying) - {node}
        for need in applying:
            if need.name not in needs:
                raise LockError(f"poetry.lock: {node} needs {need.name}, which is not locked; run: make lock")
            asked_for = extras.get(need.name, frozenset()) | need.extras
            if asked_for != extras.get(need.name):
                extras[need.name] = asked_for
                pending.append(need.name)
    if unneeded := sorted(chosen.keys() - edges.keys()):
        raise LockError(f"poetry.lock: nothing needs {', '.join(unneeded)}; run: make lock")
    return edges


def _locked(entry: Mapping[str, Any]) -> Locked:
    stated = entry.get("markers")
    by_group = stated if isinstance(stated, dict) else dict.fromkeys(entry["groups"], stated)
    return Locked(
        name=canonicalize_name(entry["name"]),
        version=str(entry["version"]),
        groups={group: _marker(by_group.get(group)) for group in entry["groups"]},
        artifacts=tuple(_artifact(entry, file["file"], file["hash"]) for file in entry["files"]),
        needs=tuple(
            need
            for name, stated in entry.get("dependencies", {}).items()
            for need in _needs(name, stated if isinstance(stated, list) else [stated])
        ),
    )


def _needs(name: str, alternatives: list[Any]) -> Iterable[Need]:
    for stated in alternatives:
        table = stated if isinstance(stated, dict) else {}
        extras = frozenset(table.get("extras", ()))
        yield Need(canonicalize_name(name), _marker(table.get("markers")), extras)


def _artifact(entry: Mapping[str, Any], name: str, digest: str) -> Artifact:
    algorithm, _, value = digest.partition(":")
    if algorithm != "sha256" or len(value) != 64:
        raise LockError(f"poetry.lock: {entry['name']}: {name} has no SHA-256 but {digest!r}; run: make lock")
    return Artifact(name, value)


def _marker(text: str | None) -> Marker | None:
    return Marker(text) if text else None


def _tags(wheel: str) -> frozenset[Any]:
    return parse_wheel_filename(wheel)[3]
