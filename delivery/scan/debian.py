"""Debian packages of an image, held against the security suite of their release."""

import hashlib
import lzma
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from delivery.scan.apt_sources import security_folder
from delivery.scan.debian_version import DebianVersion
from delivery.scan.errors import NotCheckedError
from delivery.scan.image import DPKG_BELOW, DPKG_STATUS, Image
from delivery.scan.inside import each
from delivery.scan.model import Finding, Outcome, Scope, Severity

Fetch = Callable[[str], bytes]


def fetch(url: str) -> bytes:
    """What that address holds. Raises NotCheckedError when it cannot be had."""
    try:
        return httpx.get(url, follow_redirects=True, timeout=30).raise_for_status().content
    except httpx.HTTPError as error:
        raise NotCheckedError(f"{url} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Suite:
    """A release's security suite for one architecture: package name to newest version."""

    name: str
    day: str
    newest: Mapping[str, DebianVersion]


class DebianPackages:
    """Installed packages that the security suite has a newer version of."""

    name = "debian"
    needs = "images whose apt sources name a mirror of Debian's security suite that can be reached"

    def __init__(self, now: datetime, get: Fetch = fetch) -> None:
        """`now` (aware) decides whether the suite's index is still valid."""
        self._now, self._get = now, get
        self._suites: dict[tuple[str, str], Suite] = {}

    def run(self, scope: Scope) -> Outcome:
        """Look at every image; see `Check`."""
        return each(scope, self._look)

    def _look(self, image: Image) -> Outcome:
        release = dict(
            line.split("=", 1) for line in (image.text("etc/os-release") or "").splitlines() if "=" in line
        )
        codename = release.get("VERSION_CODENAME", "").strip('"')
        if release.get("ID", "").strip('"') != "debian" or not codename:
            raise NotCheckedError("no Debian release is named in /etc/os-release")
        packages = dict(installed(image))
        if not packages:
            raise NotCheckedError("no installed package in /var/lib/dpkg")
        folder = security_folder(image, codename)
        suite = self._suite(folder, codename, image.config.platform.split("/")[1])
        behind = [
            Finding(
                check=self.name,
                place=f"{image.name} {package}",
                line=0,
                id="behind-security",
                message=f"{version} is behind {suite.newest[package].text}; rebuild on a newer base image",
                severity=Severity.HIGH,
            )
            for package, version in sorted(packages.items())
            if package in suite.newest and DebianVersion(version) < suite.newest[package]
        ]
        said = f"{image.name}: {len(packages)} packages against {suite.name} of {suite.day}"
        return Outcome(tuple(behind), looked_at=said)

    def _suite(self, folder: str, codename: str, architecture: str) -> Suite:
        key = folder, architecture
        if key not in self._suites:
            self._suites[key] = self._fetched(folder, codename, architecture)
        return self._suites[key]

    def _fetched(self, folder: str, codename: str, architecture: str) -> Suite:
        path = f"main/binary-{architecture}/Packages.xz"
        release = self._get(f"{folder}/InRelease").decode("utf-8", "replace")
        self._demand_valid(release, f"{folder}/InRelease")
        packed = self._get(f"{folder}/{path}")
        # A mirror that is being updated serves an index of another hour; half an index is none.
        if f" {hashlib.sha256(packed).hexdigest()} " not in release:
            raise NotCheckedError(f"{folder}/{path} is not the one that InRelease names; try again later")
        try:
            index = lzma.decompress(packed).decode("utf-8", "replace")
        except lzma.LZMAError as error:
            raise NotCheckedError(f"{folder}/{path} is damaged: {error}") from error
        newest: dict[str, DebianVersion] = {}
        for fields in paragraphs(index):
            name, version = fields.get("Package", ""), DebianVersion(fields.get("Version", ""))
            newest[name] = max(version, newest.get(name, version))
        return Suite(f"{codename}-security", _header(release, "Date")[:16].strip(), newest)

    def _demand_valid(self, release: str, url: str) -> None:
        try:
            until = parsedate_to_datetime(_header(release, "Valid-Until").replace("UTC", "+0000"))
        except ValueError as error:
            raise NotCheckedError(f"{url} does not say how long it is valid") from error
        if until.astimezone(UTC) < self._now:
            raise NotCheckedError(f"{url} was valid until {until:%Y-%m-%d}; the mirror is stale")


def installed(image: Image) -> Iterator[tuple[str, str]]:
    """(package, version) of every installed package, from dpkg's status or a distroless status.d."""
    # Distroless images keep one file per package, without a Status line.
    single = [path for path in image.entries if path.startswith(DPKG_BELOW)]
    for path in [DPKG_STATUS, *single]:
        for fields in paragraphs(image.text(path) or ""):
            state = fields.get("Status", "install ok installed")
            if "Version" in fields and state.endswith(" installed"):
                yield fields["Package"], fields["Version"]


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The one-line fields of each paragraph of a Debian control file."""
    for block in text.split("\n\n"):
        lines = (line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != " ")
        fields = {name: value.strip() for name, value in lines}
        if "Package" in fields:
            yield fields


def _header(release: str, name: str) -> str:
    for line in release.splitlines():
        if line.startswith(f"{name}: "):
            return line.partition(": ")[2]
    return ""
