"""What a repository holds now: every tag with its manifests, date and signatures, as values."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from delivery.registry.client import Registry
from delivery.registry.documents import (
    CREATED,
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    Manifest,
    parse_date,
    parse_object,
)
from delivery.registry.errors import AbsentError, BadAnswerError

_DEEPEST = 4  # an index of indexes of … beyond this is no image
# cosign keeps what it says about an image under a tag that is made of the image's digest.
_COMPANION = re.compile(r"sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?\Z")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag and what it leads to.

    `holds` are the digests of all manifests it leads to, its own first; `missing` those of them that the
    registry does not have. `created` is None when no date was recorded. For a signature, `subject` is the
    digest of the image it is about, and `orphan` says that the registry has no such manifest.
    """

    name: str
    digest: str
    created: datetime | None
    holds: tuple[str, ...]
    missing: tuple[str, ...] = ()
    subject: str = ""
    orphan: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """All tags of a repository at one moment; `repository` without the host."""

    repository: str
    tags: tuple[Tag, ...]

    @property
    def heads(self) -> dict[str, str]:
        """Tag to digest: what changes when somebody pushes."""
        return {tag.name: tag.digest for tag in self.tags}


class _Reader:
    """Reads manifests of one repository, each once: a digest names the same bytes for ever."""

    def __init__(self, registry: Registry, repository: str) -> None:
        self._registry = registry
        self.repository = repository
        self._read: dict[str, Manifest | None] = {}
        self._dates: dict[str, datetime | None] = {}

    def head(self, tag: str) -> Manifest:
        found = self._registry.manifest(self.repository, tag)
        self._read[found.digest] = found
        return found

    def get(self, digest: str) -> Manifest | None:
        """The manifest, or None when the registry does not have it."""
        if digest not in self._read:
            try:
                self._read[digest] = self._registry.manifest(self.repository, digest)
            except AbsentError:
                self._read[digest] = None
        return self._read[digest]

    def below(self, manifest: Manifest) -> dict[str, Manifest | None]:
        """The manifest and all that it leads to, parents first; None for what is missing.

        Raises BadAnswerError for indexes that are nested too deep.
        """
        found: dict[str, Manifest | None] = {manifest.digest: manifest}
        level = [manifest]
        for _ in range(_DEEPEST):
            children = {child.digest: child for parent in level for child in parent.manifests}
            new = [child for child in children.values() if child.digest not in found]
            found |= {child.digest: self._child(child) for child in new}
            level = [read for child in new if (read := found[child.digest])]
        if any(read.manifests for read in level):
            raise BadAnswerError(f"{self.repository}@{manifest.digest}: indexes are nested too deep")
        return found

    def _child(self, child: Descriptor) -> Manifest | None:
        return self.get(child.digest) if child.media_type in (*INDEX_TYPES, *MANIFEST_TYPES) else None

    def created(self, manifest: Manifest) -> datetime | None:
        """When it was made: by its annotation, else the latest of its images' configurations."""
        annotated = parse_date(manifest.annotations.get(CREATED))
        if annotated:
            return annotated
        if not manifest.is_index:
            return self._configured(manifest)
        children = (self.get(digest) for digest in sorted(manifest.platforms))
        dates = [self.created(child) for child in children if child and not child.is_index]
        return max((date for date in dates if date), default=None)

    def _configured(self, manifest: Manifest) -> datetime | None:
        config = manifest.config
        if config is None or not config.media_type.endswith("+json"):
            return None
        if config.digest not in self._dates:
            try:
                body = self._registry.blob(self.repository, config)
                data = parse_object(body, f"{self.repository}@{config.digest}")
                self._dates[config.digest] = parse_date(data.get("created"))
            except AbsentError:
                self._dates[config.digest] = None
        return self._dates[config.digest]


def survey(registry: Registry, repository: str) -> Survey:
    """Read every tag of the repository.

    Raises AbsentError naming a tag whose manifest is gone, BadAnswerError for one that cannot be read: what
    cannot be understood is not cleaned up around.
    """
    reader = _Reader(registry, repository)
    tops = {name: reader.head(name) for name in registry.tags(repository)}
    tags = [_tag(name, top, reader) for name, top in tops.items()]
    reached = {digest for tag in tags for digest in tag.holds if digest not in tag.missing}
    lost = {
        tag.subject
        for tag in tags
        if tag.subject and tag.subject not in reached and not registry.holds(repository, tag.subject)
    }
    return Survey(repository, tuple(replace(tag, orphan=tag.subject in lost) for tag in tags))


def _tag(name: str, top: Manifest, reader: _Reader) -> Tag:
    below = reader.below(top)
    companion = _COMPANION.match(name)
    return Tag(
        name,
        top.digest,
        reader.created(top),
        holds=tuple(below),
        missing=tuple(digest for digest, found in below.items() if found is None),
        subject=f"sha256:{companion[1]}" if companion else "",
    )


def heads(registry: Registry, repository: str) -> dict[str, str]:
    """Tag to digest, now; as `Survey.heads`. Tags that vanish while we look are left out."""
    found = {}
    for name in registry.tags(repository):
        try:
            found[name] = registry.manifest(repository, name).digest
        except AbsentError:
            continue
    return found


def holds(registry: Registry, repository: str, digest: str) -> tuple[str, ...]:
    """The digest and those of all manifests it leads to, tagged or not.

    Raises AbsentError, BadAnswerError.
    """
    reader = _Reader(registry, repository)
    return tuple(reader.below(reader.head(digest)))
