"""The mirror of the security suite, as the sources inside an image name it."""

from pathlib import Path

import pytest

from delivery.scan.apt_sources import Source, security_folder, sources
from delivery.scan.errors import NotCheckedError
from delivery.scan.image import Image
from tests.unit.delivery.oci.making import entry
from tests.unit.delivery.scan.planted import image

# As python:3.11-slim has it, Debian 13.
DEB822 = b"""Types: deb
# http://snapshot.test/archive/debian/20261109T000000Z
URIs: http://deb.test/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
# http://snapshot.test/archive/debian-security/20261109T000000Z
URIs: http://deb.test/debian-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
"""
BOOKWORM = DEB822.replace(b"trixie", b"bookworm")
WRAPPED = b"""types: deb deb-src
uris:
 https://one.test/security/
# a comment within
\thttps://two.test/security
suites: trixie-security
components: main
 contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 suites: none
"""
LINES = b"""# deb https://commented.test bookworm-security main
deb-src https://sources.test bookworm-security main
deb http://deb.test/debian bookworm main contrib # bookworm-security
 deb [ arch=amd64 signed-by=/usr/share/keyrings/a.gpg ] http://deb.test/security bookworm-security main
deb broken
"""


def with_files(folder: Path, **files: bytes) -> Image:
    """An image with these files of /etc/apt; a name's double underscore is a slash, a single one a dot."""
    named = {name.replace("__", "/").replace("_", "."): body for name, body in files.items()}
    return image(folder, [entry(f"etc/apt/{name}", body) for name, body in named.items()])


def test_the_security_suite_stands_in_a_stanza(tmp_path: Path) -> None:
    found = with_files(tmp_path, sources_list_d__debian_sources=DEB822)
    assert security_folder(found, "trixie") == "http://deb.test/debian-security/dists/trixie-security"
    assert [source.suite for source in sources(found)] == ["trixie", "trixie-updates", "trixie-security"]


def test_fields_of_several_lines_name_several_mirrors(tmp_path: Path) -> None:
    found = with_files(tmp_path, sources_list_d__debian_sources=WRAPPED)
    assert list(sources(found)) == [
        Source("https://one.test/security/", "trixie-security", ("main", "contrib")),
        Source("https://two.test/security", "trixie-security", ("main", "contrib")),
    ]
    assert security_folder(found, "trixie") == "https://one.test/security/dists/trixie-security"


@pytest.mark.parametrize("file", ["sources_list", "sources_list_d__debian_list"])
def test_the_security_suite_stands_in_a_line(tmp_path: Path, file: str) -> None:
    found = with_files(tmp_path, **{file: LINES})
    assert security_folder(found, "bookworm") == "http://deb.test/security/dists/bookworm-security"


def test_an_address_in_brackets_is_no_option(tmp_path: Path) -> None:
    found = with_files(tmp_path, sources_list=b"deb http://[::1]:80/security bookworm-security main\n")
    assert security_folder(found, "bookworm") == "http://[::1]:80/security/dists/bookworm-security"


def test_until_debian_10_the_suite_has_another_name(tmp_path: Path) -> None:
    found = with_files(tmp_path, sources_list=b"deb http://deb.test/security buster/updates main\n")
    assert security_folder(found, "buster") == "http://deb.test/security/dists/buster/updates"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"sources_list": b"deb http://deb.test/debian bookworm main\n"},
        {"sources_list": b"deb http://deb.test/security bookworm-security contrib\n"},
        {"sources_list": LINES.replace(b" deb ", b"# deb ")},
        {"sources_list_d__debian_sources": DEB822},  # of another release
        {"sources_list_d__debian_sources": BOOKWORM + b"Enabled: no\n"},
        {"sources_list_d__debian_sources": BOOKWORM.replace(b"deb\n", b"deb-src\n")},
        {"sources_list_d__debian_sources_bak": BOOKWORM},
    ],
)
def test_without_a_source_that_apt_reads_there_is_no_mirror(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(NotCheckedError, match=r"/etc/apt names no mirror of bookworm-security"):
        security_folder(with_files(tmp_path, **files), "bookworm")


@pytest.mark.parametrize(
    "uri", ["file:///mirror", "mirror+file:/etc/mirrors", "https://me:hidden@deb.test/", "http://["]
)
def test_what_cannot_be_asked_openly_is_not_asked(tmp_path: Path, uri: str) -> None:
    found = with_files(tmp_path, sources_list=f"deb {uri} bookworm-security main\n".encode())
    with pytest.raises(NotCheckedError, match="no plain HTTP address") as reason:
        security_folder(found, "bookworm")
    assert "hidden" not in str(reason.value)
