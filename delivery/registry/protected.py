"""What is in use, read from files and options, and found in a repository before anything is planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.registry.client import Registry
from delivery.registry.errors import AbsentError, ReferenceFormError, RegistryError
from delivery.registry.reference import Reference, is_digest, is_tag, parse_reference
from delivery.registry.survey import Survey, holds

_MEND = "mend the list of what is in use, then run again; nothing was deleted"


@dataclass(frozen=True, slots=True)
class Use:
    """Something that must stay: a full reference, or a tag or digest alone (then `path` is empty).

    `source` says where it was written, for messages; `reason` is shown in the plan.
    """

    reference: Reference
    source: str
    reason: str

    def concerns(self, repository: Reference) -> bool:
        """True when it may be meant for that repository.

        The last part of the name decides: a mirror has the same images under another host or folder, and
        to keep too much harms nobody.
        """
        ours = repository.path.rpartition("/")[2]
        return self.reference.path.rpartition("/")[2] in {"", ours}

    def names(self, repository: Reference) -> bool:
        """True when it is written as exactly that repository, so that it must be found there."""
        same_host = not self.reference.host or self.reference.server == repository.server
        return same_host and self.reference.path == repository.path


def read_uses(path: Path) -> tuple[Use, ...]:
    """The references in a file, one a line; blank lines and what follows # are left out.

    Raises ReferenceFormError with file and line, RegistryError when the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path}: cannot be read: {error}; --deployed wants a text file") from error
    written = ((number, line.partition("#")[0].strip()) for number, line in enumerate(lines, start=1))
    return tuple(parse_use(text, f"{path}:{number}", "deployed") for number, text in written if text)


def parse_use(text: str, source: str, reason: str) -> Use:
    """What `text` names: a digest, a tag (a word without : / and @), or a reference with one of them.

    Raises ReferenceFormError that begins with `source`.
    """
    if is_digest(text):
        return Use(Reference("", "", "", text), source, reason)
    if is_tag(text):
        return Use(Reference("", "", text), source, reason)
    try:
        reference = parse_reference(text)
    except ReferenceFormError as error:
        raise ReferenceFormError(f"{source}: {error}") from error
    if not reference.tag and not reference.digest:
        raise ReferenceFormError(f"{source}: {text!r} names no image: add :TAG or @sha256:DIGEST")
    return Use(reference, source, reason)


@dataclass(frozen=True, slots=True)
class Protected:
    """Tags and digests that must stay, each with the reason, as `Rules` takes them; `met`: the uses found."""

    tags: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    met: frozenset[Use] = frozenset()


def protect(registry: Registry, repository: Reference, found: Survey, uses: Sequence[Use]) -> Protected:
    """The uses that concern the repository, with all manifests they lead to, also without a tag.

    Raises RegistryError naming a use that is written for this repository and not in it: a plan that rests
    on a wrong list of what is deployed is worth nothing.
    """
    tags: list[tuple[str, str]] = []
    digests: list[tuple[str, str]] = []
    met: set[Use] = set()
    for use in uses:
        reached = _reached(registry, found, use.reference) if use.concerns(repository) else ()
        if reached:
            met.add(use)
            digests += [(digest, use.reason) for digest in reached]
            # Where both are written the digest is what runs, but the tag may be asked for again.
            tags += [(use.reference.tag, use.reason)] if use.reference.tag else []
        elif use.names(repository):
            raise RegistryError(f"{use.source}: {use.reference} is not in {repository}; {_MEND}")
    return Protected(tuple(dict.fromkeys(tags)), tuple(dict.fromkeys(digests)), frozenset(met))


def demand_met(uses: Iterable[Use], found: Iterable[Protected]) -> None:
    """Return when every tag or digest written without a name was found in one repository at least.

    Raises RegistryError for the first that was not.
    """
    met = frozenset[Use]().union(*(protected.met for protected in found))
    for use in uses:
        if not use.reference.path and use not in met:
            raise RegistryError(f"{use.source}: {_bare(use)} is in none of the repositories; {_MEND}")


def _bare(use: Use) -> str:
    return use.reference.digest or use.reference.tag


def _reached(registry: Registry, found: Survey, reference: Reference) -> Sequence[str]:
    """The manifests that the reference leads to in the surveyed repository; none when it is not there."""
    if not reference.digest:
        return [tag.digest for tag in found.tags if tag.name == reference.tag]
    try:
        return holds(registry, found.repository, reference.digest)
    except AbsentError:
        return ()
