import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.bake_variables import CheckoutError, main, variables
from tests.absence import absent

TIME = "1700000000"
GITHUB = {
    "GITHUB_REPOSITORY_OWNER": "FinChat-SEC-QA",
    "GITHUB_REPOSITORY": "FinChat-SEC-QA/finchat-sec-qa",
    "GITHUB_RUN_ID": "42",
}


def git(root: Path, *arguments: str) -> str:
    env = {**os.environ, "GIT_COMMITTER_DATE": f"{TIME} +0000", "GIT_AUTHOR_DATE": f"{TIME} +0000"}
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose main is one commit of version 1.2.3."""
    if shutil.which("git") is None:
        absent("no program 'git'")
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "first")
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    return clone


def test_a_clone_of_main(clone: Path) -> None:
    assert variables(clone, {}) == {
        "GIT_SHA": git(clone, "rev-parse", "HEAD"),
        "VERSION": "1.2.3",
        "SOURCE_DATE_EPOCH": TIME,
        "LATEST": "true",
    }


def test_github_names_registry_and_builder(clone: Path) -> None:
    found = variables(clone, GITHUB)
    assert found["REGISTRY"] == "ghcr.io/finchat-sec-qa", "registries allow no capital letters"
    assert found["BUILDER_ID"] == "https://github.com/FinChat-SEC-QA/finchat-sec-qa/actions/runs/42"
    assert variables(clone, {**GITHUB, "REGISTRY": "example.com/team"})["REGISTRY"] == "example.com/team"


def test_a_commit_beside_main_is_never_latest(clone: Path) -> None:
    git(clone, "checkout", "-q", "-b", "side")
    git(clone, "commit", "-q", "--allow-empty", "-m", "beside")
    assert variables(clone, {})["LATEST"] == "false"


def test_a_clone_that_does_not_know_main_is_not_latest(clone: Path) -> None:
    git(clone, "remote", "remove", "origin")
    assert variables(clone, {})["LATEST"] == "false"


def test_the_tag_of_a_release_is_its_version(clone: Path) -> None:
    assert variables(clone, {}, tag="v1.2.3")["VERSION"] == "1.2.3"
    with pytest.raises(CheckoutError, match=r"tag v1\.2\.4 releases version 1\.2\.3 of pyproject\.toml"):
        variables(clone, {}, tag="v1.2.4")


def test_no_clone_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    assert main(["--root", str(tmp_path)]) == 1
    assert f"in {tmp_path}: " in capsys.readouterr().err


def test_lines_and_json_say_the_same(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(clone)]) == 0
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert main(["--root", str(clone), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == lines
    assert lines["VERSION"] == "1.2.3"
