"""Carrying out a plan: check, delete by digest, prove what is left. A story in the order it happens."""

from dataclasses import dataclass

from delivery.registry.cleanup import Plan
from delivery.registry.client import Registry
from delivery.registry.errors import RegistryError
from delivery.registry.proof import Proof, prove_pulls
from delivery.registry.survey import Survey, heads


@dataclass(frozen=True, slots=True)
class Removal:
    """What was deleted, and the proof of what is left."""

    deleted: tuple[str, ...]
    proof: Proof


class IncompleteError(RegistryError):
    """A deletion failed after others had succeeded; `deleted` are those."""

    def __init__(self, message: str, deleted: tuple[str, ...]) -> None:
        super().__init__(message)
        self.deleted = deleted


def carry_out(registry: Registry, found: Survey, plan: Plan, *, read: bool) -> Removal:
    """Delete what the plan says and prove that the kept tags pull; `read` is as in `prove_pulls`.

    Raises RegistryError before anything is deleted when a kept tag is broken already, or the repository
    changed since the survey; IncompleteError when it broke off on the way. Faults afterwards are in the
    proof.
    """
    kept = tuple((tag.name, tag.digest) for tag in plan.kept)
    if plan.deletions:
        _demand_whole(prove_pulls(registry, plan.repository, kept, read=False), plan)
        _demand_unchanged(registry, found)
    deleted = _delete(registry, plan)
    proof = prove_pulls(registry, plan.repository, kept, read=read)
    left = [digest for digest in deleted if registry.holds(plan.repository, digest)]
    faults = (*proof.faults, *(f"{digest}: deleted, and still there" for digest in left))
    return Removal(deleted, Proof(proof.tags, proof.manifests, proof.blobs, faults))


def _demand_whole(proof: Proof, plan: Plan) -> None:
    if proof.faults:
        message = (
            f"{plan.repository}: tags that stay cannot be pulled even now, so nothing was deleted; "
            "push them again, or delete them by hand:"
        )
        raise RegistryError("\n  ".join([message, *proof.faults]))


def _demand_unchanged(registry: Registry, found: Survey) -> None:
    now = heads(registry, found.repository)
    before = found.heads
    changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if changed:
        message = f"{found.repository}: {', '.join(changed)} changed while we looked"
        raise RegistryError(f"{message}; nothing was deleted, run again")


def _delete(registry: Registry, plan: Plan) -> tuple[str, ...]:
    deleted: list[str] = []
    for digest in plan.deletions:
        try:
            registry.delete(plan.repository, digest)
        except RegistryError as error:
            if not deleted:
                raise
            message = f"{error}; {len(deleted)} of {len(plan.deletions)} manifests were deleted before"
            raise IncompleteError(message, tuple(deleted)) from error
        deleted.append(digest)
    return tuple(deleted)
