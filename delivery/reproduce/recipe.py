"""How to build a published image again, read from its provenance."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from delivery.attest.provenance import ARGUMENT, Provenance
from delivery.oci.image import Image
from delivery.reproduce.errors import RefusedError

VERSION_LABEL = "org.opencontainers.image.version"
EPOCH, BASE, REVISION = "SOURCE_DATE_EPOCH", "BASE_IMAGE", "GIT_SHA"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TARGET = re.compile(r"[a-z][a-z0-9-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NEXT = "build it with `docker buildx bake release` and ATTEST=true"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides an image's bytes, beside what the commit itself says.

    `target` is the Dockerfile's; `epoch` is in seconds since 1970; `version` is empty where none is
    told; `arguments` are the other build arguments; `pins` maps base images, as FROM names them, to digests.
    """

    revision: str
    target: str
    platform: str
    epoch: int
    version: str
    base: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)


def read(image: Image, provenance: Provenance) -> Recipe:
    """The recipe of that image. Raises RefusedError, which names the part that is missing."""
    given = {
        name.removeprefix(ARGUMENT): value
        for name, value in provenance.arguments.items()
        if name.startswith(ARGUMENT)
    }
    if wrong := sorted(name for name in given if not _NAME.fullmatch(name)):
        raise RefusedError(f"its provenance names the build argument {wrong[0]!r:.100}, which is no name")
    return Recipe(
        revision=_revision(provenance),
        target=_part(_TARGET, provenance.arguments.get("target", ""), "the Dockerfile's target"),
        platform=image.platform,
        epoch=int(_part(re.compile(r"[0-9]{1,12}"), given.get(EPOCH, ""), f"the build argument {EPOCH}")),
        version=image.config.labels.get(VERSION_LABEL, ""),
        base=_part(re.compile(r"[^\s-]\S*"), given.get(BASE, ""), f"the build argument {BASE}"),
        arguments={name: value for name, value in given.items() if name not in {EPOCH, BASE, REVISION}},
        pins=_pins(provenance),
    )


def _revision(provenance: Provenance) -> str:
    """The one commit that all of the provenance names."""
    told = set(provenance.revisions.values())
    if len(told) > 1:
        said = ", ".join(f"{place} {commit}" for place, commit in sorted(provenance.revisions.items()))
        raise RefusedError(f"its provenance names more than one commit: {said}; {_NEXT} from one checkout")
    (commit,) = told or {""}
    if commit.endswith("-dirty"):
        raise RefusedError(
            f"it was built from {commit}: with files that were never committed; {_NEXT} from a clean checkout"
        )
    return _part(_COMMIT, commit, "the commit")


def _part(form: re.Pattern[str], value: str, what: str) -> str:
    if form.fullmatch(value):
        return value
    said = f"has {value!r:.100} for {what}" if value else f"does not tell {what}"
    raise RefusedError(f"its provenance {said}, so the same bytes cannot be built; {_NEXT}")


def _pins(provenance: Provenance) -> dict[str, str]:
    images = [one for one in provenance.materials if one.is_image and not one.is_tool]
    unpinned = [one.name for one in images if not one.digest]
    if unpinned or not images:
        which = f"the digest of {unpinned[0]}" if unpinned else "any base image"
        raise RefusedError(f"its provenance does not tell {which}, so another one might be taken; {_NEXT}")
    return {one.name: one.digest for one in images}
