"""What an image must show, as a TOML file says it; deploy/policies/ has ours."""

from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from delivery.scan.model import Severity
from deploy.gate.errors import PolicyError
from deploy.tables import Table, read_table

Answer = Literal["allow", "refuse"]
Scanner = Literal["trivy", "debian"]


def _says_something(pattern: str) -> str:
    if not pattern.strip("*?/ "):
        raise ValueError("this pattern would allow everything; name more than wildcards")
    return pattern


def _beside_policy(path: Path, info: ValidationInfo) -> Path:
    """The path as seen from the policy's own folder, which must have the file."""
    found = Path((info.context or {}).get("folder", "")) / path
    if not found.is_file():
        raise ValueError(f"there is no file {found}")
    return found


Pattern = Annotated[str, AfterValidator(_says_something)]
Listed = Annotated[tuple[Pattern, ...], Field(min_length=1)]
File = Annotated[Path, AfterValidator(_beside_policy)]


class Identity(Table):
    """Who signs without a key: a regular expression of the identity, and the address that vouches for it."""

    identity: Annotated[str, Field(min_length=1)]
    issuer: Annotated[str, Field(pattern=r"^https?://")]


class Signature(Table):
    """One of the keys or identities must have signed.

    `transparency_log`: signatures by a key must be in the public log too. Keyless ones always are.
    """

    keys: tuple[File, ...] = ()
    identities: tuple[Identity, ...] = ()
    transparency_log: bool = True


class Findings(Table):
    """All `scanners` must have looked, and found nothing of these severities but what `exceptions` excuses.

    `when_not_checked` says what becomes of an image at which a scanner could not look. A result is used again
    for `valid_hours`; 0 scans every time.
    """

    scanners: tuple[Scanner, ...] = ("trivy",)
    severities: tuple[Severity, ...] = (Severity.CRITICAL, Severity.HIGH)
    exceptions: File | None = None
    when_not_checked: Answer = "refuse"
    valid_hours: Annotated[float, Field(ge=0, le=24 * 7)] = 24

    @property
    def valid(self) -> timedelta:
        """How long a result may be used again."""
        return timedelta(hours=self.valid_hours)


class Policy(Table):
    """What an image must show. In patterns `*` stands for anything, slashes too.

    `repositories` are those it may come from (host/path, without tag); `local` says whether an image of this
    machine's engine, which nobody can have signed, may pass. `builders` are ids of the provenance. `bases`
    are all images that may have been built on or copied from: `python:3.11-slim`, with `@sha256:…` to pin
    one. `max_age_days` counts from the end of the build. `owned` lists files that belong to no package.
    """

    platform: Annotated[str, Field(pattern=r"^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?$")] = "linux/amd64"
    repositories: Listed
    local: Answer = "refuse"
    builders: Listed
    bases: Listed
    max_age_days: Annotated[float, Field(gt=0)]
    owned: File | None = None
    signature: Signature
    findings: Findings = Findings()

    @property
    def max_age(self) -> timedelta:
        """How old an image may be."""
        return timedelta(days=self.max_age_days)


def read(file: Path) -> Policy:
    """The policy in that file; paths in it are relative to its folder.

    Raises PolicyError, which names the file and every key that is wrong.
    """
    if not file.exists():
        raise PolicyError(f"{file}: there is no such file; name a policy with --policy")
    found = read_table(file, Policy, PolicyError)
    if not found.signature.keys and not found.signature.identities:
        raise PolicyError(
            f"{file}: signature: nobody is named; list public keys in signature.keys, or "
            "[[signature.identities]]"
        )
    return found


def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns stands for the name, by capital and small letters."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
