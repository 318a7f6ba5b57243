import hashlib
import lzma
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.scan.debian import DebianPackages
from delivery.scan.debian_version import DebianVersion
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Outcome
from tests.absence import absent
from tests.unit.delivery.oci.making import entry, symlink
from tests.unit.delivery.scan.planted import image, scope

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RELEASE = b'ID=debian\nVERSION_CODENAME="bookworm"\n'
STATUS = b"""Package: libssl3
Status: install ok installed
Architecture: amd64
Version: 3.0.20-1~deb12u2
Description: keys
 Version: 9 of a text

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: tzdata
Status: install ok installed
Version: 2026f-0+deb12u1
"""
INDEX = """Package: libssl3
Version: 3.0.19-1
Architecture: amd64

Package: libssl3
Version: 3.0.22-1~deb12u2
Architecture: amd64

Package: tzdata
Version: 2026f-0+deb12u1

Package: gone
Version: 2.0
"""


class Mirror:
    """A mirror of the security suite, in memory."""

    def __init__(self, index: str = INDEX, until: str = "Sat, 28 Nov 2026 00:53:02 UTC") -> None:
        folder = "https://mirror.test/dists/bookworm-security"
        packed = lzma.compress(index.encode())
        release = f"Date: Sat, 21 Nov 2026 00:53:02 UTC\nValid-Until: {until}\nSHA256:\n"
        release += f" {hashlib.sha256(packed).hexdigest()} {len(packed)} main/binary-amd64/Packages.xz\n"
        self.files = {
            f"{folder}/InRelease": release.encode(),
            f"{folder}/main/binary-amd64/Packages.xz": packed,
        }
        self.asked: list[str] = []

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise NotCheckedError(f"{url} cannot be read")
        return self.files[url]


def looked(folder: Path, mirror: Mirror, files: dict[str, bytes], images: int = 1) -> Outcome:
    layer = [entry(name, body) for name, body in files.items()]
    layer.append(symlink("etc/os-release", "../usr/lib/os-release"))
    same = [image(folder, layer)] * images
    return DebianPackages(NOW, mirror.get).run(scope(folder, *same))


SOURCES = {"etc/apt/sources.list": b"deb https://mirror.test bookworm-security main\n"}
FILES = {"usr/lib/os-release": RELEASE, "var/lib/dpkg/status": STATUS, **SOURCES}


def test_a_package_behind_the_suite_is_found(tmp_path: Path) -> None:
    outcome = looked(tmp_path, Mirror(), FILES)
    (found,) = outcome.findings
    assert (found.id, found.where) == ("behind-security", "small libssl3")
    assert found.message.startswith("3.0.20-1~deb12u2 is behind 3.0.22-1~deb12u2")
    assert outcome.looked_at == "small: 2 packages against bookworm-security of Sat, 21 Nov 2026"
    assert outcome.not_checked == ()


def test_distroless_images_have_a_file_per_package(tmp_path: Path) -> None:
    files = {
        "usr/lib/os-release": RELEASE,
        "var/lib/dpkg/status.d/libssl3": b"Package: libssl3\nVersion: 3.0.18-1\n",
        **SOURCES,
    }
    assert [found.place for found in looked(tmp_path, Mirror(), files).findings] == ["small libssl3"]


def test_a_suite_is_fetched_once_for_all_images(tmp_path: Path) -> None:
    mirror = Mirror()
    assert len(looked(tmp_path, mirror, FILES, images=3).findings) == 3
    assert len(mirror.asked) == 2


def not_checked(folder: Path, mirror: Mirror, files: dict[str, bytes]) -> str:
    outcome = looked(folder, mirror, files)
    assert outcome.findings == ()
    (reason,) = outcome.not_checked
    return reason


def test_without_the_mirror_nothing_is_said_to_be_clean(tmp_path: Path) -> None:
    mirror = Mirror()
    mirror.files.clear()
    assert not_checked(tmp_path, mirror, FILES).endswith("bookworm-security/InRelease cannot be read")


def test_a_stale_mirror_is_none(tmp_path: Path) -> None:
    assert "the mirror is stale" in not_checked(
        tmp_path, Mirror(until="Fri, 20 Nov 2026 00:00:00 UTC"), FILES
    )


def test_an_index_that_is_not_the_release_s_is_none(tmp_path: Path) -> None:
    mirror = Mirror()
    address = next(url for url in mirror.files if url.endswith(".xz"))
    mirror.files[address] = lzma.compress(b"Package: libssl3\nVersion: 1\n")
    assert "is not the one that InRelease names" in not_checked(tmp_path, mirror, FILES)


def test_a_release_without_an_end_is_none(tmp_path: Path) -> None:
    assert "does not say how long" in not_checked(tmp_path, Mirror(until="soon"), FILES)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"usr/lib/os-release": b"ID=alpine\nVERSION_CODENAME=3\n"}, "no Debian release"),
        ({"var/lib/dpkg/status": STATUS}, "no Debian release"),
        ({"usr/lib/os-release": RELEASE}, "no installed package"),
    ],
)
def test_another_system_is_not_checked(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    assert said in not_checked(tmp_path, Mirror(), files)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({}, "/etc/apt names no mirror of bookworm-security"),
        ({"etc/apt/sources.list": b"deb https://mirror.test bookworm main\n"}, "names no mirror"),
        ({"etc/apt/sources.list": b"deb file:///mirror bookworm-security main\n"}, "no plain HTTP address"),
    ],
)
def test_an_image_whose_sources_name_no_mirror_is_not_checked(
    tmp_path: Path, sources: dict[str, bytes], said: str
) -> None:
    mirror = Mirror()
    files = {"usr/lib/os-release": RELEASE, "var/lib/dpkg/status": STATUS, **sources}
    assert said in not_checked(tmp_path, mirror, files)
    assert mirror.asked == []


IN_ORDER = [
    "0~~", "0~", "0", "0a", "0+", "1.0~rc1-1", "1.0-1~deb12u1", "1.0-1", "1.0-1+deb12u1", "1.0-1+deb12u2",
    "1.0-1+deb12u10", "1.0a-1", "1.0.1-1", "1.2-3-4", "1.10-1", "2", "1:0.1",
]  # fmt: skip


def test_versions_stand_in_debian_s_order() -> None:
    shuffled = sorted(sorted(IN_ORDER), key=DebianVersion)
    assert shuffled == IN_ORDER
    assert DebianVersion("1.0") == DebianVersion("0:1.0-0") == DebianVersion("1.00")
    assert hash(DebianVersion("1.0")) == hash(DebianVersion("1.00"))


texts = st.text("019abz~+.-", min_size=1, max_size=8).map(lambda text: f"1{text}".rstrip("-"))


@pytest.fixture(scope="module")
def _dpkg() -> None:
    if shutil.which("dpkg") is None:
        absent("no dpkg to compare with (a package of that name has it)")


@pytest.mark.usefixtures("_dpkg")
@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_versions_compare_as_dpkg_compares_them(one: str, other: str) -> None:
    def dpkg(relation: str) -> bool:
        return (
            subprocess.run(["dpkg", "--compare-versions", one, relation, other], check=False).returncode == 0
        )

    assert dpkg("lt") == (DebianVersion(one) < DebianVersion(other))
    assert dpkg("eq") == (DebianVersion(one) == DebianVersion(other))
