"""Packages that an image really holds, read from its files: Debian's database and Python's metadata."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from delivery.attest.model import AttestError
from delivery.oci.layout import Files

STATUS = "var/lib/dpkg/status"
STATUS_FOLDER = "var/lib/dpkg/status.d/"
INFO = "var/lib/dpkg/info/"
METADATA = (".dist-info/METADATA", ".egg-info/PKG-INFO")
RECORD = ".dist-info/RECORD"


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A package: its `kind`, its name (Python's normalised) and version as the package itself says."""

    kind: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that a package says is its own, by path; `sha256` in URL-safe base64 without "=", or empty."""

    path: str
    sha256: str = ""


def keep(path: str) -> bool:
    """Whether the content of the file at this path is needed here."""
    if path.startswith("var/lib/dpkg/"):
        in_info = path.startswith(INFO) and path.endswith(".list")
        return path == STATUS or path.startswith(STATUS_FOLDER) or in_info
    return path.endswith((*METADATA, RECORD))


def debian(files: Files) -> Iterator[Package]:
    """Installed Debian packages; also those of images that keep one file for each. Raises AttestError."""
    for path, body in files.contents.items():
        if path != STATUS and not (path.startswith(STATUS_FOLDER) and not path.endswith(".md5sums")):
            continue
        for stanza in body.decode("utf-8", "replace").split("\n\n"):
            told = HeaderParser().parsestr(stanza.lstrip("\n"))
            # Distroless images write no Status: what is there is installed.
            if told["Package"] and str(told["Status"] or "installed").split()[-1] == "installed":
                if not told["Version"]:
                    raise AttestError(f"{path}: package {told['Package']} has no version")
                yield Package("deb", str(told["Package"]), str(told["Version"]))


def python(files: Files) -> Iterator[Package]:
    """Installed Python distributions. Raises AttestError for metadata without a name or version."""
    for path, body in files.contents.items():
        if not path.endswith(METADATA):
            continue
        told = HeaderParser().parsestr(body.decode("utf-8", "replace"))
        if not told["Name"] or not told["Version"]:
            raise AttestError(f"{path}: no name or no version")
        yield Package("pypi", canonicalize_name(str(told["Name"])), str(told["Version"]))


def python_claims(files: Files) -> Mapping[str, list[Claim]]:
    """What each distribution's RECORD names, as paths from the root, by the RECORD's path."""
    found: dict[str, list[Claim]] = {}
    for path, body in files.contents.items():
        if not path.endswith(RECORD):
            continue
        site = PurePosixPath(path).parent.parent
        rows = csv.reader(io.StringIO(body.decode("utf-8", "replace")))
        found[path] = [_claim(site, row) for row in rows if row]
    return found


def debian_claims(files: Files) -> Mapping[str, list[Claim]]:
    """What each Debian package's list of files names, by the list's path."""
    return {
        path: [
            Claim(line.strip("/")) for line in body.decode("utf-8", "replace").splitlines() if line != "/."
        ]
        for path, body in files.contents.items()
        if path.startswith(INFO) and path.endswith(".list")
    }


def _claim(site: PurePosixPath, row: list[str]) -> Claim:
    digest = row[1].removeprefix("sha256=") if len(row) > 1 and row[1].startswith("sha256=") else ""
    parts: list[str] = [] if row[0].startswith("/") else list(site.parts)
    for part in PurePosixPath(row[0].lstrip("/")).parts:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return Claim("/".join(parts), digest)
