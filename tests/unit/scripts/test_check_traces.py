import subprocess
from pathlib import Path

import pytest

from scripts.check_traces import folders, index_hosts, traces


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / ".gitignore").write_text("ignored\n", "utf-8")
    return root


def test_a_folder_of_this_machine_is_found_with_its_line(checkout: Path) -> None:
    (checkout / "notes.md").write_text(f"fine\nsee {checkout.parent}/shared\n", "utf-8")
    needle = f"{checkout.parent}/"
    assert needle in folders(checkout)
    assert traces(checkout, folders(checkout)) == [f"notes.md:2: {needle}"]


def test_an_index_set_here_is_found(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@packages.example.test/simple")
    assert "packages.example.test" in index_hosts()
    (checkout / "lock").write_text("url = https://packages.example.test/simple\n", "utf-8")
    assert traces(checkout, index_hosts()) == ["lock:1: packages.example.test"]


def test_binary_and_ignored_files_are_left_out(checkout: Path) -> None:
    (checkout / "picture.bin").write_bytes(b"\0needle")
    (checkout / "ignored").write_text("needle", "utf-8")
    (checkout / "seen").write_text("needle", "utf-8")
    assert traces(checkout, {"needle"}) == ["seen:1: needle"]


def test_an_ordinary_folder_is_no_trace() -> None:
    assert "/tmp/" not in folders(Path("/tmp/project"))  # noqa: S108 - named, not used
