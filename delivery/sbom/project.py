"""pyproject.toml: what the project is, and what each of its images, or its environment, asks for."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from delivery.sbom.errors import LockError
from delivery.sbom.lock import Need

Target = Literal["api", "webapp", "environment"]
# The groups whose requirements docker/Dockerfile exports for each image, and scripts/environment.sh installs.
GROUPS: Mapping[Target, tuple[str, ...]] = {
    "api": ("main",),
    "webapp": ("webapp",),
    "environment": ("main", "dev"),
}


@dataclass(frozen=True, slots=True)
class Project:
    """`groups` holds what each group asks for; "main" are the dependencies of the program itself."""

    name: NormalizedName
    version: str
    licence: str
    author: str
    groups: Mapping[str, tuple[Need, ...]]

    def asks(self, target: Target) -> tuple[Need, ...]:
        """What that target asks for. Raises LockError when the project has no such group."""
        missing = [group for group in GROUPS[target] if group not in self.groups]
        if missing:
            raise LockError(f"pyproject.toml: no dependency group {missing[0]!r}, which {target} is made of")
        return tuple(need for group in GROUPS[target] for need in self.groups[group])


def read_project(text: str) -> Project:
    """The project a pyproject.toml describes (PEP 621 and PEP 735). Raises LockError when it does not."""
    try:
        document = tomllib.loads(text)
        project, groups = document["project"], document.get("dependency-groups", {})
        asked = {"main": tuple(map(_need, project.get("dependencies", ())))}
        asked |= {group: tuple(_group(groups, group, ())) for group in groups}
        return Project(
            name=canonicalize_name(project["name"]),
            version=str(project["version"]),
            licence=str(project["license"]),
            author=str(project["authors"][0]["name"]),
            groups=asked,
        )
    except KeyError as error:
        raise LockError(f"pyproject.toml: [project] has no {error}; add it") from error
    except (tomllib.TOMLDecodeError, InvalidRequirement, IndexError, TypeError) as error:
        raise LockError(f"pyproject.toml cannot be read: {error}") from error


def _group(groups: Mapping[str, list[Any]], name: str, within: tuple[str, ...]) -> Iterator[Need]:
    if name in within or name not in groups:
        raise LockError(f"pyproject.toml: dependency group {name!r} is not there or includes itself")
    for entry in groups[name]:
        if isinstance(entry, str):
            yield _need(entry)
        else:
            yield from _group(groups, entry["include-group"], (*within, name))


def _need(text: str) -> Need:
    requirement = Requirement(text)
    return Need(canonicalize_name(requirement.name), requirement.marker, frozenset(requirement.extras))
