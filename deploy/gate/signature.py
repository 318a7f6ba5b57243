"""Whether somebody the policy knows has signed the image's digest; cosign looks, anew every time."""

import json
import subprocess
from collections.abc import Iterator

from delivery.registry.reference import is_loopback
from deploy.gate.model import Check, failed, not_checked, ok
from deploy.gate.policy import Policy
from deploy.gate.subject import Subject

LONGEST = 60  # seconds for one key or identity
SIGN = "sign it with scripts/sign_images.py and a key that the policy lists, or let CI sign it"


def check(subject: Subject, policy: Policy) -> Check:
    """One of the policy's keys or identities signed the index, and so everything that it leads to."""
    if subject.is_local:
        told = "an image of the engine carries no signature"
        return not_checked("signature", told, "push and sign it", refuses=policy.local == "refuse")
    refused = []
    for who, command in commands(subject, policy):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
        except FileNotFoundError:
            return not_checked("signature", "there is no program cosign", "run scripts/install_cosign.sh")
        except subprocess.TimeoutExpired:
            refused.append(f"{who}: cosign gave no answer within {LONGEST} s")
            continue
        if done.returncode == 0 and subject.image.index in _signed(done.stdout):
            return ok("signature", f"by {who}")
        refused.append(f"{who}: {_complaint(done.stderr)}")
    return failed("signature", f"{subject.image.index} is not signed by {'; nor by '.join(refused)}", SIGN)


def commands(subject: Subject, policy: Policy) -> Iterator[tuple[str, list[str]]]:
    """Who may have signed, in words, with the command line that finds out."""
    http = ["--allow-http-registry"] if is_loopback(subject.reference.host) else []
    verify = ["cosign", "verify", "--output", "json", *http]
    no_log = [] if policy.signature.transparency_log else ["--insecure-ignore-tlog"]
    for key in policy.signature.keys:
        yield f"the key {key.name}", [*verify, "--key", str(key), *no_log, subject.pinned]
    for each in policy.signature.identities:
        who = ["--certificate-identity-regexp", each.identity, "--certificate-oidc-issuer", each.issuer]
        yield f"the identity {each.identity} of {each.issuer}", [*verify, *who, subject.pinned]


def _signed(printed: str) -> set[str]:
    """The digests that the signatures are about, as cosign prints them."""
    try:
        return {each["critical"]["image"]["docker-manifest-digest"] for each in json.loads(printed)}
    except (ValueError, KeyError, TypeError):
        return set()


def _complaint(printed: str) -> str:
    """What cosign says is wrong, in one line."""
    lines = [line for line in printed.splitlines() if line.strip() and not line.startswith("WARNING")]
    said = lines[-1] if lines else "cosign says nothing of this digest"
    return said.removeprefix("error during command execution: ").removeprefix("Error: ")
