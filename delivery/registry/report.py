"""Plans, proofs and checks as text for people and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from delivery.registry.cleanup import Plan
from delivery.registry.proof import Proof
from delivery.registry.push_guard import Check
from delivery.registry.removal import Removal

_SHORT = len("sha256:") + 12


def plan_table(plan: Plan, name: str) -> str:
    """The plan of the repository called `name`, one tag a line with the reasons, and a line of counts."""
    rows = [
        (
            "keep" if decision.keep else "remove",
            decision.tag.name,
            decision.tag.created.strftime("%Y-%m-%d %H:%M") if decision.tag.created else "unknown",
            decision.tag.digest[:_SHORT],
            "; ".join(decision.reasons),
        )
        for decision in plan.decisions
    ]
    counts = (
        f"{len(plan.kept)} tags stay, {len(plan.removed)} go; {len(plan.deletions)} manifests to delete, "
        f"{len(plan.spared)} spared because a kept tag needs them"
    )
    return "\n".join([name, *_columns([("", "tag", "created (UTC)", "digest", "why"), *rows]), counts])


def removal_text(removal: Removal) -> str:
    """What was deleted and what was proven, the faults one a line."""
    proof = removal.proof
    asked = f"{proof.tags} tags, {proof.manifests} manifests, {proof.blobs} blobs asked for"
    verdict = f"BROKEN, {len(proof.faults)} faults" if proof.faults else "what is left pulls"
    lines = [f"deleted {len(removal.deleted)} manifests; {verdict}: {asked}"]
    return "\n".join([*lines, *(f"  {fault}" for fault in proof.faults)])


def plan_object(plan: Plan, name: str, removal: Removal | None) -> dict[str, Any]:
    """The same for programs. Without a removal (a dry run) the proof is "not checked"."""
    return {
        "repository": name,
        "applied": removal is not None,
        "tags": [
            {
                "tag": decision.tag.name,
                "digest": decision.tag.digest,
                "created": decision.tag.created.isoformat() if decision.tag.created else None,
                "decision": "keep" if decision.keep else "remove",
                "reasons": list(decision.reasons),
            }
            for decision in plan.decisions
        ],
        "deletions": list(plan.deletions),
        "spared": list(plan.spared),
        "deleted": list(removal.deleted) if removal else [],
        "proof": _proof_object(removal.proof) if removal else "not checked",
    }


def check_object(check: Check) -> dict[str, Any]:
    """A check of one reference before a push."""
    return {
        "reference": str(check.reference),
        "verdict": check.verdict.value,
        "push": check.to_push,
        "local": list(check.local),
        "remote": list(check.remote),
        "explanation": check.explanation,
    }


def _proof_object(proof: Proof) -> dict[str, Any]:
    return {
        "pulls": not proof.faults,
        "tags": proof.tags,
        "manifests": proof.manifests,
        "blobs": proof.blobs,
        "faults": list(proof.faults),
    }


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
