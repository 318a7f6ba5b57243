"""When a bill was made, and what is read to make it."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery.sbom.errors import LockError, SbomError
from delivery.sbom.subject import Subject, created, make
from tests.unit.delivery.sbom.making import PYPROJECT, small_lock


@pytest.fixture
def no_epoch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def test_a_stated_time_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735786800")
    assert created(tmp_path) == datetime(2025, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("stated", ["yesterday", "1e9", "9" * 30])
def test_a_time_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stated: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    with pytest.raises(SbomError, match=f"SOURCE_DATE_EPOCH='{stated}' is no number of seconds"):
        created(tmp_path)


@pytest.mark.usefixtures("no_epoch")
def test_without_one_it_is_the_commit_s(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.test"]
    when = {**os.environ, "GIT_COMMITTER_DATE": "2020-02-02T02:02:02+00:00"}
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], env=when, check=True)
    assert created(tmp_path) == datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC)


@pytest.mark.usefixtures("no_epoch")
def test_with_neither_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match="no git commit; set SOURCE_DATE_EPOCH="):
        created(tmp_path)


def test_project_and_lock_are_read_from_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735786800")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    with pytest.raises(LockError, match=r"poetry\.lock cannot be read: .*No such file"):
        make(Subject(tmp_path))
    (tmp_path / "poetry.lock").write_text(small_lock(), "utf-8")
    project, sbom = make(Subject(tmp_path, platform="linux/amd64"))
    assert project.author == "Its authors"
    assert [one.name for one in sbom.packages] == ["alpha", "beta-lib", "delta"]
