"""Versions in files and the changelog's entry."""

from datetime import date
from pathlib import Path

import pytest

from delivery.release.texts import changelog_faults, other_versions, project_version

TODAY = date(2026, 11, 23)
GOOD = """# Changelog

## [Unreleased]

## [1.2.3] - 2026-11-20

### Added

- Something.

## [1.2.2] - 2026-01-01

- Else.
"""


def faults(text: str) -> list[str]:
    return list(changelog_faults(text, "1.2.3", TODAY))


def test_a_whole_entry_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## [1.2.3] - 2026-11-20", "## [1.2.4] - 2026-11-20", 'no heading "## [1.2.3] - 2026-11-23"'),
        ("2026-11-20", "2026-11-24", "is to come"),
        (" - 2026-11-20", "", "no date"),
        ("2026-11-20", "20.11.2026", "no date"),
        ("- Something.\n", "", "nothing is listed"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n- And more.\n", "2 entries are under Unreleased"),
    ],
)
def test_a_fault_is_told(old: str, new: str, said: str) -> None:
    assert old in GOOD
    (fault,) = faults(GOOD.replace(old, new, 1))
    assert said in fault


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    (tmp_path / "docker-bake.hcl").write_text('variable "VERSION" {\n  default     = "1.2.3"\n}\n', "utf-8")
    (tmp_path / "SECURITY.md").write_text("| 1.2 (latest release) | yes |\n", "utf-8")
    return tmp_path


def test_files_that_agree_have_no_fault(checkout: Path) -> None:
    assert project_version(checkout) == "1.2.3"
    assert list(other_versions(checkout, "1.2.3")) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docker-bake.hcl", "1.2.3", "1.2.2", "docker-bake.hcl: VERSION is 1.2.2"),
        ("docker-bake.hcl", "VERSION", "OTHER", "docker-bake.hcl: VERSION is missing"),
        ("SECURITY.md", "1.2", "1.1", "SECURITY.md: does not list 1.2"),
    ],
)
def test_the_file_that_disagrees_is_named(checkout: Path, file: str, old: str, new: str, said: str) -> None:
    path = checkout / file
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    (fault,) = other_versions(checkout, "1.2.3")
    assert fault.startswith(said)


def test_the_own_files_agree(repo: Path) -> None:
    assert list(other_versions(repo, project_version(repo))) == []
