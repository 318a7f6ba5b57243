"""Whether the bill of materials is complete: held against every file of the image, once for a digest."""

import hashlib
from collections.abc import Mapping
from typing import Final

from delivery.attest import bill, origin, owned_files, owners
from delivery.attest.model import AttestError, Expected
from deploy.gate.errors import PolicyError
from deploy.gate.model import Check, failed, not_checked, ok
from deploy.gate.policy import Policy
from deploy.gate.subject import Subject

KIND = "bill"
SHOWN = 5
ADVICE = (
    "build it again with a Dockerfile that installs by package managers only; a file that must be there "
    "without one goes to the policy's list `owned`, with the reason"
)


def check(subject: Subject, policy: Policy) -> Check:
    """The bill lists exactly what is there, and every file belongs to a package, the base, or the list.

    Raises PolicyError when the list of owned files cannot be used, OciError when a layer cannot be read.
    """
    name: Final = "sbom-complete"
    if not any(each.is_spdx for each in subject.evidence.statements):
        return not_checked(name, "there is no bill of materials", "see the check sbom")
    owned = _owned(policy)
    # The image and all that is said of it, by digest: nothing else decides.
    said = sorted(each.digest for each in subject.evidence.statements)
    key = (subject.image.digest, *said, hashlib.sha256(repr(sorted(owned.items())).encode()).hexdigest())
    kept = subject.cache.value(KIND, *key)
    if kept is None:
        try:
            kept = _compared(subject, owned)
        except AttestError as error:
            return failed(name, str(error), ADVICE)
        subject.cache.keep_value(KIND, kept, *key)
    wrong, counted = kept
    if not wrong:
        return ok(name, counted)
    more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return failed(name, "; ".join(wrong[:SHOWN]) + more, ADVICE)


def _compared(subject: Subject, owned: Mapping[str, str]) -> tuple[list[str], str]:
    """What is wrong, and what was counted. Raises AttestError."""
    said = bill.read(subject.evidence)
    if said is None:
        raise AttestError("there is no bill of materials")
    files, image = subject.files, subject.image
    held = bill.held(files)
    base = origin.base_layers(subject.provenance, image, Expected(""))
    account = owners.account(files, base, owned)
    wrong = [*bill.compared(held, said), *bill.contents(files, said), *account.problems]
    counted = f"{len(held)} packages and {sum(account.figures.values())} files in {len(image.layers)} layers"
    return [f"{each.subject}: {each.text}" for each in wrong], counted


def _owned(policy: Policy) -> Mapping[str, str]:
    if policy.owned is None:
        return {}
    try:
        return owned_files.read(policy.owned.read_text(encoding="utf-8"), str(policy.owned))
    except (AttestError, OSError, ValueError) as error:
        raise PolicyError(f"owned: {error}") from error
