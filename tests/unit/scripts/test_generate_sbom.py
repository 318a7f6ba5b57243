"""scripts/generate_sbom.py as people run it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery.sbom.read import read
from delivery.sbom.write import CYCLONEDX, SPDX
from scripts.generate_sbom import main

EPOCH = {"SOURCE_DATE_EPOCH": "1735786800"}


def run(
    repo: Path, *arguments: str, python: tuple[str, ...] = (sys.executable,), **environment: str
) -> "subprocess.CompletedProcess[str]":
    command = [*python, str(repo / "scripts" / "generate_sbom.py"), *arguments]
    return subprocess.run(
        command, env={**os.environ, **EPOCH, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def written(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder with both documents of the web pages' image, and the summary."""
    folder = tmp_path_factory.mktemp("sbom") / "new"
    done = run(
        repo, "--target", "webapp", "--output-dir", str(folder), "--json", PYTHONHASHSEED="1", TZ="Asia/Tokyo"
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_both_documents_are_written_and_nothing_else(written: tuple[Path, dict[str, Any]]) -> None:
    folder, facts = written
    assert sorted(path.name for path in folder.iterdir()) == [CYCLONEDX, SPDX]
    assert facts["files"] == [str(folder / SPDX), str(folder / CYCLONEDX)]
    assert facts["name"] == "finchat-sec-qa-webapp"
    for name in (SPDX, CYCLONEDX):
        sbom = read((folder / name).read_bytes())
        assert len(sbom.packages) == facts["packages"] > 10


def test_a_second_run_writes_the_same_bytes(
    repo: Path, tmp_path: Path, written: tuple[Path, dict[str, Any]]
) -> None:
    """As a module, from another folder, with other hash seeds, another time zone and another language."""
    command = [
        sys.executable,
        "-m",
        "scripts.generate_sbom",
        "--target",
        "webapp",
        "--output-dir",
        str(tmp_path),
    ]
    other = {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C", "PYTHONPATH": str(repo)}
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **EPOCH, **other}, check=True)
    for name in (SPDX, CYCLONEDX):
        assert (tmp_path / name).read_bytes() == (written[0] / name).read_bytes()


def test_the_written_documents_agree_with_the_lock(
    written: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--target", "webapp", "--check", str(written[0] / SPDX)]) == 0
    assert f"agrees with the SBOM of {written[0] / SPDX}" in capsys.readouterr().out


def test_a_planted_fault_is_named_and_fails(
    tmp_path: Path, written: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((written[0] / CYCLONEDX).read_bytes())
    removed, changed = document["components"].pop(0), document["components"][0]
    changed["version"] = "0.0.1"
    (tmp_path / "faulty.json").write_text(json.dumps(document), "utf-8")
    against = ["--target", "webapp", "--check", str(tmp_path / "faulty.json")]
    assert main([*against, "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["agree"] is False
    assert [(one["name"], one["kind"]) for one in facts["differences"]] == [
        (removed["name"], "missing"),
        (changed["name"], "version"),
    ]
    assert main(against) == 1
    plain = capsys.readouterr().out
    assert f"differs: {removed['name']} {removed['version']} is locked, but" in plain
    assert "agrees" not in plain


def test_what_could_not_be_compared_was_not_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.json").write_text("{}", "utf-8")
    assert main(["--check", str(tmp_path / "other.json")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("generate_sbom: not checked: ")


def test_a_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert main(["--target", "webapp", "--output-dir", str(tmp_path / "file")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("generate_sbom: not written: ")
    assert str(tmp_path / "file") in said


def test_help_has_examples(repo: Path) -> None:
    done = run(repo, "--help")
    assert done.returncode == 0
    assert "python scripts/generate_sbom.py --check finchat-sec-qa:api" in done.stdout


@pytest.fixture
def copy(repo: Path, tmp_path: Path) -> Path:
    """A checkout without an environment: the script itself, and links to what it reads."""
    root = tmp_path / "checkout"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(repo / "scripts" / "generate_sbom.py", root / "scripts")
    for name in ("delivery", "pyproject.toml", "poetry.lock"):
        (root / name).symlink_to(repo / name)
    return root


BARE = (sys.executable, "-S")  # without site-packages: a Python that has none of the libraries


def test_without_an_environment_it_says_what_to_run_first(copy: Path) -> None:
    done = run(copy, python=BARE)
    assert done.returncode == 2
    assert "no cyclonedx, packageurl, packaging, spdx_tools here; run `make install-dev` first" in done.stderr


def test_a_python_without_the_libraries_hands_over_to_the_environment(
    copy: Path, tmp_path: Path, written: tuple[Path, dict[str, Any]]
) -> None:
    (copy / ".venv").symlink_to(sys.prefix)
    target = tmp_path / "out put"
    done = run(copy, "--target", "webapp", "--output-dir", str(target), python=BARE)
    assert done.returncode == 0, done.stderr
    assert (target / SPDX).read_bytes() == (written[0] / SPDX).read_bytes()


def test_an_incomplete_environment_is_named_and_not_started_for_ever(copy: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    done = run(copy, python=BARE)
    assert done.returncode == 2
    assert "run `make install-dev` first" in done.stderr
