"""Where an image comes from: checks of its provenance against the commit, the recipe and the base image."""

from delivery.attest.model import Evidence, Expected, Problem, problems
from delivery.attest.provenance import Provenance
from delivery.oci.image import Image
from delivery.oci.statement import PROVENANCE, SPDX

LABEL = "org.opencontainers.image.revision"
BASE_LABEL = "org.opencontainers.image.base.name"
VARIABLE = "FINCHAT_REVISION"
DIRTY = "-dirty"


def attached(evidence: Evidence, found: Provenance | None) -> list[Problem]:
    """Both attestations are there, and the provenance tells all steps."""
    kinds = [each.predicate_type for each in evidence.statements]
    wrong = []
    if found is None:
        told = f"no statement of type {PROVENANCE}…; build with attest=type=provenance,mode=max"
        wrong.append(("provenance", told))
    elif not found.is_complete:
        wrong.append(("provenance", "it lists no build steps; build with mode=max"))
    if SPDX not in kinds:
        wrong.append(("SBOM", f"no statement of type {SPDX}; build with attest=type=sbom"))
    return problems("attached", wrong)


def subjects(evidence: Evidence) -> list[Problem]:
    """Every statement names the image's manifest as its subject, and nothing else."""
    wrong = []
    for statement in evidence.statements:
        named = {each.digest for each in statement.subjects}
        if named != {evidence.image.digest}:
            about = ", ".join(sorted(named)) or "nothing"
            wrong.append((statement.predicate_type, f"it is about {about}, not {evidence.image.digest}"))
    return problems("subject", wrong)


def builder(found: Provenance) -> list[Problem]:
    """The provenance names who built."""
    if found.builder:
        return []
    return problems("builder", [("provenance", "builder.id is empty; set builder-id= of the attestation")])


def revision(found: Provenance, image: Image, expected: Expected) -> list[Problem]:
    """Every place that names a commit names the expected one, and the provenance names one at all."""
    env = dict(each.partition("=")[::2] for each in image.config.env)
    named = {
        **found.revisions,
        **({f"label {LABEL}": image.config.labels[LABEL]} if LABEL in image.config.labels else {}),
        **({f"variable {VARIABLE}": env[VARIABLE]} if VARIABLE in env else {}),
    }
    wrong = [] if found.revisions else [("provenance", "it names no commit; set GIT_SHA when building")]
    for where, commit in named.items():
        if commit == f"{expected.revision}{DIRTY}":
            wrong.append((where, f"built from {expected.revision} with changes that are not committed"))
        elif commit != expected.revision:
            wrong.append((where, f"it says {commit or 'nothing'}, expected was {expected.revision}"))
    return problems("revision", wrong)


def base(found: Provenance, image: Image, expected: Expected) -> list[Problem]:
    """Base images are named with digests, the label's among them, and the base's layers are at the bottom."""
    bases = [each for each in found.materials if each.is_image and not each.is_tool]
    wrong = [] if bases else [("provenance", "it names no base image among its materials")]
    wrong += [(each.name, "it is named without a digest") for each in bases if not each.digest]
    label = image.config.labels.get(BASE_LABEL, "")
    if label and bases and not any(_same(label, each.name, each.digest) for each in bases):
        names = ", ".join(each.name for each in bases)
        wrong.append((label, f"the label {BASE_LABEL} names it, the provenance names {names}"))
    real = expected.base.get(image.platform)
    if real is not None:
        if not expected.base_digests & {each.digest for each in bases}:
            names = ", ".join(sorted(expected.base_digests))
            wrong.append((label or "base", f"the base image at hand is {names}, which is no material"))
        if image.config.diff_ids[: len(real)] != real:
            wrong.append((label or "base", "the image does not start with the layers of its base image"))
    return problems("base", wrong)


def base_layers(found: Provenance | None, image: Image, expected: Expected) -> int:
    """How many of the image's layers, from the bottom, are its base image's; 0 when that is not known.

    The real base image decides where there is one; else what the provenance says of the image sources.
    """
    real = expected.base.get(image.platform)
    if real is not None:
        return len(real) if image.config.diff_ids[: len(real)] == real else 0
    digests = tuple(layer.digest for layer in image.layers)
    known = found.layers.values() if found else ()
    return max((len(each) for each in known if digests[: len(each)] == each), default=0)


def dockerfile(found: Provenance, expected: Expected) -> list[Problem]:
    """The recipe is recorded, and is the expected one byte for byte."""
    body = found.recipes.get(found.entry_point, b"") if found.entry_point else b""
    if not body:
        named = found.entry_point or "provenance"
        return problems("dockerfile", [(named, "the Dockerfile is not recorded; build with mode=max")])
    if expected.dockerfile is not None and body != expected.dockerfile:
        return problems(
            "dockerfile", [(found.entry_point, "what is recorded is not the commit's Dockerfile")]
        )
    return []


def _same(label: str, name: str, digest: str) -> bool:
    """Whether the label's reference is this material: by name and tag, or by name and digest."""
    reference, _, pinned = label.partition("@")
    reference = _short(reference)
    if pinned and pinned != digest:
        return False
    tagged = ":" in reference.rpartition("/")[2]
    return _short(name) == reference or (not tagged and _short(name).rpartition(":")[0] == reference)


def _short(reference: str) -> str:
    return reference.removeprefix("docker.io/").removeprefix("library/")
