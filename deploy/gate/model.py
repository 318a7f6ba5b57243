"""The values of the gate: what each check came to, and the verdict on one image."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

Name = Literal[
    "source", "signature", "provenance", "revision", "builder", "base", "sbom", "sbom-complete", "findings",
    "age",
]  # fmt: skip
Outcome = Literal["ok", "failed", "not-checked"]

CHECKS: Mapping[Name, str] = {
    "source": "the image comes from where the policy says",
    "signature": "a known key or identity signed the image's digest",
    "provenance": "it is recorded in full how this image was built",
    "revision": "it was built from the asked commit, without changes",
    "builder": "an allowed builder built it",
    "base": "it stands on an allowed base image",
    "sbom": "a bill of materials is attached, and is about this image",
    "sbom-complete": "the bill lists what is in the image, and every file belongs to somebody",
    "findings": "the scanners found nothing grave that is not excused",
    "age": "it was built recently enough",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `detail` says what was seen, `advice` what to do about a refusal (else empty).

    `refuses` is True when the image may not pass because of it: always for "failed", and for "not-checked"
    unless the policy lets that pass.
    """

    name: Name
    outcome: Outcome
    detail: str
    advice: str = ""
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one image, with every check, in the order of `CHECKS`.

    `digest` is that of the index, which is signed; `manifest` that of the platform's manifest, which names
    what runs and is the same in every build of a commit. Both are equal for an image without attestations.
    `pinned` is what to pull and run, by digest. `revision` is the commit that the provenance names; it,
    `version` and `created` (aware, the end of the build) are None when the image does not say.
    """

    reference: str
    pinned: str
    digest: str
    manifest: str
    platform: str
    revision: str | None
    version: str | None
    created: datetime | None
    checks: tuple[Check, ...]

    @property
    def accepted(self) -> bool:
        """True when no check refuses the image."""
        return not any(check.refuses for check in self.checks)

    @property
    def refusals(self) -> tuple[Check, ...]:
        """The checks that refuse it."""
        return tuple(check for check in self.checks if check.refuses)

    def document(self) -> dict[str, Any]:
        """The verdict as JSON has it; times in RFC 3339."""
        created = self.created.isoformat() if self.created else None
        return {**asdict(self), "created": created, "accepted": self.accepted}


def ok(name: Name, detail: str) -> Check:
    """A check that holds."""
    return Check(name, "ok", detail)


def failed(name: Name, detail: str, advice: str) -> Check:
    """A check that does not hold."""
    return Check(name, "failed", detail, advice, refuses=True)


def not_checked(name: Name, detail: str, advice: str, *, refuses: bool = True) -> Check:
    """A check that could not be done."""
    return Check(name, "not-checked", detail, advice, refuses=refuses)
