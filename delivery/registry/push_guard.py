"""Tags are never overwritten, except `latest`: whether an image on this machine may be pushed to a tag.

Images are compared by the manifests of their platforms. The digest of an index is no measure: BuildKit's
provenance carries times, so each build of the same image has another.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from delivery.registry.client import Registry
from delivery.registry.errors import AbsentError, ReferenceFormError
from delivery.registry.reference import Reference

MOVING = frozenset({"latest"})


class Verdict(enum.Enum):
    """What a push would do to a tag."""

    NEW = "new"
    SAME = "same"
    MOVES = "moves"
    OVERWRITES = "overwrites"


@dataclass(frozen=True, slots=True)
class Check:
    """One reference: what a push would do, and the platform manifests on both sides, sorted."""

    reference: Reference
    verdict: Verdict
    local: tuple[str, ...]
    remote: tuple[str, ...] = ()

    @property
    def to_push(self) -> bool:
        """True when a push is needed and allowed."""
        return self.verdict in {Verdict.NEW, Verdict.MOVES}

    @property
    def explanation(self) -> str:
        """The verdict in words, with what to do."""
        return _WORDS[self.verdict].format(local=", ".join(self.local), remote=", ".join(self.remote))


_WORDS = {
    Verdict.NEW: "not in the registry yet; may be pushed",
    Verdict.SAME: "the registry has this very image ({remote}); nothing to push",
    Verdict.MOVES: "moves from {remote} to {local}; may be pushed",
    Verdict.OVERWRITES: (
        "refused: the tag is taken by {remote}, the image here is {local}. Somebody may have deployed it. "
        "Pull and use that one; or, when this one is to be published, commit or raise the version, so that "
        "it has a tag of its own"
    ),
}


def check_push(registry: Registry, reference: Reference, local: Callable[[], frozenset[str]]) -> Check:
    """Compare the image on this machine with what the tag holds in the registry.

    `local` gives the digests of its platform manifests. Raises ReferenceFormError without a tag, and what
    the registry or `local` raises: a check that could not be made is no permission.
    """
    if not reference.tag or reference.digest:
        raise ReferenceFormError(f"{reference}: write it with a tag and without a digest, as it is pushed")
    here = local()
    ours = tuple(sorted(here))
    try:
        there = registry.manifest(reference.remote_path, reference.tag).platforms
    except AbsentError:
        return Check(reference, Verdict.NEW, ours)
    theirs = tuple(sorted(there))
    if here == there:
        return Check(reference, Verdict.SAME, ours, theirs)
    verdict = Verdict.MOVES if reference.tag in MOVING else Verdict.OVERWRITES
    return Check(reference, verdict, ours, theirs)
