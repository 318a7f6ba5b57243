"""The values of this room: what is expected of an image, and what was found wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from delivery.oci.image import Image
from delivery.oci.layout import Files
from delivery.oci.statement import Statement

Check = Literal[
    "attached", "subject", "builder", "revision", "base", "dockerfile", "leak", "package", "content", "file"
]
CHECKS: Mapping[Check, str] = {
    "attached": "provenance (mode=max) and SBOM are attached to every platform's image",
    "subject": "every statement is about the image it is attached to",
    "builder": "the provenance names its builder",
    "revision": "provenance and image name the expected commit",
    "base": "the base image is named with its digest, and its layers lie at the bottom",
    "dockerfile": "the Dockerfile is recorded, and is that of the commit",
    "leak": "no secret in provenance, SBOM, configuration, history or file names",
    "package": "the SBOM lists the Python distributions and Debian packages that are in the image",
    "content": "files have the content that the SBOM and their distributions say",
    "file": "every file belongs to a package, the project, the base image or a named list",
}


class AttestError(Exception):
    """A list or statement cannot be read; the message names it and says what is wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. `subject` names it: a package, path, argument; `text` says what is wrong."""

    check: Check
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.text}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an image must be.

    `revision` is the commit in full. `dockerfile` is the text it was to be built by, None when not known.
    `base` maps platforms to the diff_ids of the real base image, and `base_digests` are the digests it goes
    by; both are empty when it is not at hand, and then the layers count that the provenance gives it.
    `secrets` are values that must be nowhere. `owned` maps patterns of paths to the reason why files may be
    there that no package owns.
    """

    revision: str
    dockerfile: bytes | None = None
    base: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base_digests: frozenset[str] = frozenset()
    secrets: tuple[str, ...] = ()
    owned: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An image with what is attested about it; `bodies` holds each statement's bytes by its digest."""

    image: Image
    statements: tuple[Statement, ...]
    bodies: Mapping[str, bytes]
    files: Files


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out for the image of one platform. `figures` counts what was looked at.

    `unchecked` names checks that could not be done, with the reason: they are not passed.
    """

    platform: str
    digest: str
    problems: tuple[Problem, ...]
    unchecked: Mapping[Check, str]
    figures: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """True when everything was checked and nothing is wrong."""
        return not self.problems and not self.unchecked


def problems(check: Check, found: Sequence[tuple[str, str]]) -> list[Problem]:
    """The problems of one check, of (subject, text) pairs."""
    return [Problem(check, subject, text) for subject, text in found]
