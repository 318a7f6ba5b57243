import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from finchat_sec_qa.errors import NotFoundError, StoreCorruptError, StoreError
from finchat_sec_qa.store.originals import Originals

CONTENT = b"<html>as it came</html>"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "originals" / SHA256[:2] / SHA256


def test_bytes_are_kept_under_their_hash(originals: Originals, file: Path) -> None:
    originals.write(SHA256, CONTENT)
    originals.write(SHA256, CONTENT)
    assert originals.read(SHA256) == CONTENT
    assert file.read_bytes() == CONTENT
    assert [path.name for path in file.parent.iterdir()] == [SHA256]


def test_bytes_with_another_hash_are_refused(originals: Originals, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="another one"):
        originals.write(SHA256, CONTENT + b"!")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT.replace(b"a", b"b"), CONTENT + b" "])
def test_one_changed_byte_is_noticed_and_mended_by_storing_again(
    originals: Originals, file: Path, damage: bytes
) -> None:
    originals.write(SHA256, CONTENT)
    file.write_bytes(damage)
    with pytest.raises(StoreCorruptError, match=SHA256):
        originals.read(SHA256)
    originals.write(SHA256, CONTENT)
    assert originals.read(SHA256) == CONTENT


def test_a_missing_file_is_corruption_not_absence(originals: Originals, file: Path) -> None:
    originals.write(SHA256, CONTENT)
    file.unlink()
    with pytest.raises(StoreCorruptError, match="missing"):
        originals.read(SHA256)


@pytest.mark.parametrize("name", ["", "abc", "../../../etc/passwd", "A" * 64, SHA256 + "\n", f"../{SHA256}"])
def test_only_hashes_are_names(originals: Originals, name: str) -> None:
    with pytest.raises(NotFoundError):
        originals.read(name)


def test_tidy_takes_out_what_no_filing_knows(originals: Originals, file: Path) -> None:
    originals.write(SHA256, CONTENT)
    other = hashlib.sha256(b"other").hexdigest()
    originals.write(other, b"other")
    (file.parent / ".part-left").write_bytes(b"half")
    assert originals.tidy({SHA256}) == 2
    assert [path for path in file.parents[1].rglob("*") if path.is_file()] == [file]
    assert originals.tidy({SHA256}) == 0


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        Originals(tmp_path / "file").write(SHA256, CONTENT)


FULL_DISK = """
import hashlib, resource, signal, sys
from pathlib import Path
from finchat_sec_qa.errors import StoreError
from finchat_sec_qa.store.originals import Originals

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
content = b"x" * 50_000
try:
    Originals(Path(sys.argv[1])).write(hashlib.sha256(content).hexdigest(), content)
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no file size limits on this system")
def test_when_a_write_fails_nothing_is_left(tmp_path: Path, repo: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=repo,
        env={**os.environ, "PYTHONPATH": str(repo)},
    )
    assert "File too large" in run.stdout
    assert str(tmp_path) in run.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
