"""One inspection, from a name to a verdict."""

from datetime import datetime
from pathlib import Path

from delivery.oci.errors import OciError
from delivery.registry.errors import RegistryError
from delivery.registry.reference import parse_reference
from delivery.scan.tools import Toolbox, beside_python
from deploy.gate import bill, findings, origin, signature
from deploy.gate.cache import Cache, default_folder
from deploy.gate.errors import GateError
from deploy.gate.model import Verdict
from deploy.gate.policy import Policy
from deploy.gate.subject import Subject, opened

VERSION = "org.opencontainers.image.version"


def inspect(
    reference: str,
    *,
    policy: Policy,
    revision: str | None,
    now: datetime,
    cache: Path | None = None,
    tools: Toolbox | None = None,
) -> Verdict:
    """The verdict on the image of that name: all checks are run, whatever the others came to.

    `reference` is host/path with a tag or digest; a name without a host is one of this machine's engine.
    `revision` is the commit in full that must have been built; with None any one will do. `now` is aware.
    `cache` is the folder of what never changes (the caller's own by default), `tools` the scanners to use.
    Raises GateError when the image cannot be read, PolicyError when a file that the policy names cannot.
    """
    kept = Cache(cache or default_folder())
    try:
        with opened(parse_reference(reference), policy.platform, kept) as subject:
            verdict = judge(subject, policy, revision, now, tools or Toolbox(Path.cwd(), beside_python()))
    except (OciError, RegistryError, OSError) as error:
        raise GateError(f"{reference} cannot be read, so it is not let in: {error}") from error
    kept.tidy()
    return verdict


def judge(subject: Subject, policy: Policy, revision: str | None, now: datetime, tools: Toolbox) -> Verdict:
    """The verdict on an image that is open. Raises OciError for a layer that cannot be read, PolicyError."""
    image = subject.image
    return Verdict(
        reference=str(subject.reference),
        pinned=subject.pinned,
        digest=image.index,
        manifest=image.digest,
        platform=image.platform,
        revision=origin.built_from(subject.provenance),
        version=image.config.labels.get(VERSION),
        created=origin.created(subject),
        checks=(
            origin.source(subject, policy),
            signature.check(subject, policy),
            origin.provenance(subject),
            origin.revision(subject, revision),
            origin.builder(subject, policy),
            origin.base(subject, policy),
            origin.bill_attached(subject),
            bill.check(subject, policy),
            findings.check(subject, policy, now, tools),
            origin.age(subject, policy, now),
        ),
    )
