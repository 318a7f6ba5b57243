import os
import time
from pathlib import Path

import pytest

from delivery.registry.documents import digest_of
from deploy.gate import GateError
from deploy.gate.cache import UNUSED, Cache, code, default_folder


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "deep" / "cache")


def test_what_is_kept_comes_back(cache: Cache, tmp_path: Path) -> None:
    cache.keep_value("bill", [["wrong"], "counted"], "a", "b")
    assert Cache(tmp_path / "deep" / "cache").value("bill", "a", "b") == [["wrong"], "counted"]
    assert cache.value("bill", "a") is None
    assert cache.value("bill", "ab") is None
    assert cache.value("scan", "a", "b") is None


def test_a_document_is_believed_by_its_digest_only(cache: Cache, tmp_path: Path) -> None:
    digest = digest_of(b"{}")
    cache.keep_document(digest, b"{}")
    assert cache.document(digest) == b"{}"
    (file,) = (tmp_path / "deep" / "cache").iterdir()
    file.write_bytes(b"[]")
    assert cache.document(digest) is None


def test_a_damaged_entry_counts_as_absent(cache: Cache, tmp_path: Path) -> None:
    cache.keep_value("bill", 1, "a")
    (file,) = (tmp_path / "deep" / "cache").iterdir()
    file.write_bytes(b'{"half')
    assert cache.value("bill", "a") is None


def test_what_an_older_program_found_is_not_believed(cache: Cache, tmp_path: Path) -> None:
    cache.keep_value("bill", 1, "a")
    (file,) = (tmp_path / "deep" / "cache").iterdir()
    assert len(code()) == 64
    assert file == cache._place("bill", code(), "a") != cache._place("bill", "older", "a")


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_folder_that_others_may_write_to_is_not_believed(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(GateError, match="nothing in it can be believed; remove it"):
        Cache(folder)


def test_its_own_folder_is_the_callers_alone(cache: Cache, tmp_path: Path) -> None:
    assert (tmp_path / "deep" / "cache").stat().st_mode & 0o777 == 0o700
    assert default_folder().parts[-2:] == ("finchat-deploy", "gate")


def test_without_a_folder_nothing_is_kept_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    cache = Cache(tmp_path / "file" / "cache")
    cache.keep_value("bill", 1, "a")
    cache.tidy()
    assert cache.value("bill", "a") is None


def test_what_nobody_uses_goes(cache: Cache, tmp_path: Path) -> None:
    cache.keep_value("bill", 1, "used")
    cache.keep_value("bill", 2, "unused")
    long_ago = time.time() - UNUSED - 60
    for file in (tmp_path / "deep" / "cache").iterdir():
        os.utime(file, (long_ago, long_ago))
    assert cache.value("bill", "used") == 1
    cache.tidy()
    assert cache.value("bill", "used") == 1
    assert cache.value("bill", "unused") is None
