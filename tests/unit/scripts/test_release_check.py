"""`make release-check` as a command: its exit codes, and the file that production reads."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import record
from deploy.errors import DeployError
from scripts.release_check import NAMES, main


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clean commit that says 1.2.3 everywhere."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    (tmp_path / "docker-bake.hcl").write_text('variable "VERSION" {\n  default = "1.2.3"\n}\n', "utf-8")
    (tmp_path / "SECURITY.md").write_text("| 1.2 (latest release) | yes |\n", "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## [1.2.3] - 2020-11-01\n\n- New.\n", "utf-8")
    (tmp_path / ".gitignore").write_text("/build/\n", "utf-8")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *who, *line], cwd=tmp_path, check=True)
    return tmp_path


def run(clone: Path, *arguments: str, **variables: str) -> Result:
    given = {"VERSION": "", "REGISTRY": ""} | variables
    return CliRunner().invoke(main, ["--root", str(clone), *arguments], env=given)


def test_a_part_that_passes_says_that_it_is_a_part(clone: Path) -> None:
    done = run(clone, "--only", "tree", "--only", "version", "--only", "changelog")
    assert done.exit_code == 4, done.output
    assert done.output.splitlines()[-1].startswith("partial: 1.2.3")
    assert [line.split()[0] for line in done.output.splitlines()[:3]] == ["passed"] * 3


def test_a_part_is_kept_apart_and_is_none_for_production(clone: Path) -> None:
    told = json.loads(run(clone, "--only", "tree", "--json").stdout)
    folder = clone / "build/release-check"
    assert json.loads((folder / "partial" / f"{told['revision']}.json").read_text("utf-8")) == told
    with pytest.raises(DeployError, match="no release-check"):
        record.release_check_for(told["revision"], "v1.2.3", folder)
    with pytest.raises(DeployError, match="only a part"):
        record.release_check_for(told["revision"], "v1.2.3", folder / "partial")


def test_a_failure_ends_with_1_and_names_itself(clone: Path) -> None:
    (clone / "more.py").write_text("", "utf-8")
    done = run(clone, "--only", "tree")
    assert done.exit_code == 1
    assert "not committed: more.py" in done.output


def test_another_version_than_the_checkout_has_is_wrong_usage(clone: Path) -> None:
    done = run(clone, "--only", "tree", VERSION="v1.2.4")
    assert done.exit_code == 2
    assert "v1.2.4 is not v1.2.3" in done.output


def test_a_whole_run_in_a_clone_without_anything_fails_and_is_none_for_production(clone: Path) -> None:
    """Nothing is there to make: every check that runs a program fails or says that it was not done."""
    done = run(clone, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [each["name"] for each in told["checks"]] == list(NAMES)
    passed = {each["name"] for each in told["checks"] if each["passed"]}
    assert passed == {"tree", "version", "changelog"}
    assert (told["passed"], told["partial"], told["verdict"]) == (False, False, "failed")
    with pytest.raises(DeployError, match=r"did not pass \(lint, types"):
        record.release_check_for(told["revision"], "v1.2.3", clone / "build/release-check")


def test_help_lists_the_checks_and_examples() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    assert ", ".join(NAMES[:4]) in shown
    assert "python -m scripts.release_check --version v1.2.3" in shown
