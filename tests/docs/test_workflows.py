"""What `make lint` says of .github/ is true of it, the tools it relies on find faults, and the pages fit."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from scripts.bake_variables import variables
from scripts.check_schemas import misfits
from scripts.check_workflows import faults
from tests.absence import REPO

WORKFLOWS = sorted((REPO / ".github/workflows").glob("*.yml"))
FORMS = sorted(
    set((REPO / ".github/ISSUE_TEMPLATE").glob("*.yml")) - {REPO / ".github/ISSUE_TEMPLATE/config.yml"}
)
BIN = Path(sys.executable).parent


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def audit(folder: Path) -> subprocess.CompletedProcess[str]:
    line = [
        BIN / "zizmor",
        "--offline",
        "--no-config",
        "--strict-collection",
        "--persona=auditor",
        "--no-progress",
    ]
    return subprocess.run([*line, folder], capture_output=True, text=True, check=False)


def test_the_workflows_hold_the_rules() -> None:
    assert faults(REPO) == []


def test_every_file_fits_its_schema(capfd: pytest.CaptureFixture[str]) -> None:
    assert misfits(REPO) == [], capfd.readouterr().out


def test_zizmor_finds_nothing() -> None:
    done = audit(REPO / ".github")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (r"@[0-9a-f]{40} # v7\.0\.1", "@v7", "unpinned-uses"),
        ("run: make lint", 'run: make lint ARGS="${{ github.head_ref }}"', "template-injection"),
        ("permissions: {}\n", "", "excessive-permissions"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        (r"\n +with:\n +persist-credentials: false\n", "\n", "artipacked"),
    ],
)
def test_zizmor_finds_a_planted_fault(tmp_path: Path, old: str, new: str, rule: str) -> None:
    text = (REPO / ".github/workflows/ci.yml").read_text("utf-8")
    planted, count = re.subn(old, new, text, count=1)
    assert count == 1
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text(planted, "utf-8")
    done = audit(tmp_path / ".github")
    assert done.returncode >= 10, "zizmor ends with 11 to 14 when it found something"
    assert f"[{rule}]" in done.stdout


def test_only_the_release_can_publish() -> None:
    """Who may write what, so that a new right is seen in review."""
    granted = {
        (path.name, name, right)
        for path in WORKFLOWS
        for name, job in load(path)["jobs"].items()
        for right, access in job["permissions"].items()
        if access == "write"
    }
    assert granted == {
        ("release.yml", "images", "packages"),
        ("release.yml", "images", "id-token"),
        ("release.yml", "publish", "contents"),
        ("registry.yml", "cleanup", "packages"),
    }


def test_a_release_reads_no_cache() -> None:
    text = (REPO / ".github/workflows/release.yml").read_text("utf-8")
    assert not re.search(r"cache: pip|cache-from|cache-to", text)
    assert "no-cache: true" in text


def test_bake_knows_every_variable_that_ci_sets() -> None:
    bakefile = (REPO / "docker-bake.hcl").read_text(encoding="utf-8")
    github = {"GITHUB_REPOSITORY_OWNER": "a", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "1"}
    names = {*variables(REPO, github), "PUSH"}
    assert {name for name in names if f'variable "{name}"' not in bakefile} == set()


def test_the_page_tells_of_every_workflow_and_variable() -> None:
    page = (REPO / "docs/ci.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+\.yml)` \|", page, re.MULTILINE)) == {path.name for path in WORKFLOWS}
    github = {"GITHUB_REPOSITORY_OWNER": "a", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "1"}
    assert set(variables(REPO, github)) == set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))


def test_the_supported_version_is_the_current_one() -> None:
    version = variables(REPO, {})["VERSION"]
    policy = (REPO / "SECURITY.md").read_text("utf-8")
    assert f"| {version.rpartition('.')[0]} (latest release) | yes |" in policy


def test_the_signature_is_verified_against_the_workflow_that_signs() -> None:
    policy = (REPO / "SECURITY.md").read_text("utf-8")
    pattern = re.search(r"--certificate-identity-regexp '([^']+)'", policy)
    assert pattern
    signer = "https://github.com/finchat-sec-qa/finchat-sec-qa/.github/workflows/release.yml@refs/tags/v0.1.0"
    assert re.search(pattern[1], signer)
    assert not re.search(pattern[1], signer.replace("release", "ci"))
    assert not re.search(pattern[1], signer.replace("tags/v", "heads/v"))
    assert not re.search(pattern[1], signer.replace("github.com/finchat-sec-qa/", "github.com/someone/"))


def test_owned_and_updated_paths_exist() -> None:
    owned = re.findall(r"^/(\S+)", (REPO / ".github/CODEOWNERS").read_text("utf-8"), re.MULTILINE)
    updated = [update["directory"].lstrip("/") for update in load(REPO / ".github/dependabot.yml")["updates"]]
    assert owned
    assert updated
    assert [path for path in [*owned, *updated] if not (REPO / path).exists()] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_forms_ask_for_what_can_be_given(form: Path) -> None:
    """Commands that a form names exist, and ids are unique."""
    ids = [field["id"] for field in load(form)["body"]]
    assert len(ids) == len(set(ids))
    named = re.findall(r"`finchat (?:(?!-)(\w+)|--version)", form.read_text("utf-8"))
    line = [sys.executable, "-m", "finchat_sec_qa.cli", "--help"]
    shown = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert [name for name in named if name and f"\n  {name} " not in shown] == []


def test_a_wrong_answer_comes_with_what_is_needed_to_repeat_it() -> None:
    form = load(REPO / ".github/ISSUE_TEMPLATE/wrong_answer.yml")
    needed = {field["id"] for field in form["body"] if field.get("validations", {}).get("required")}
    assert {"question", "answer", "accession", "right", "version"} <= needed
