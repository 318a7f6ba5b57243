"""Each rule of scripts/check_workflows.py, by a fault that is planted into a workflow that is clean."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_workflows import Callables, faults, main

PIN = "3d3c42e5aac5ba805825da76410c181273ba90b1"
CLEAN = f"""\
name: ci
on: push
permissions: {{}}
concurrency:
  group: ci
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@{PIN} # v7.0.1
        with:
          persist-credentials: false
      - run: make test ARGS="-m 'not shared'"
      - run: |
          # both
          make -j2 build lint
          docker buildx bake --no-cache --set '*.output=type=cacheonly' api \\
            default
      - run: python scripts/facts.py --tag "$TAG" >> "$GITHUB_ENV"
      - run: python -m scripts.facts
      - run: scripts/facts.py
      - run: gh release create "$TAG" dist/*.whl
      - uses: docker/bake-action@{PIN} # v7.3.0
        with:
          targets: api,default
  after:
    permissions: {{}}
    uses: $/.github/workflows/ci.yml
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(CLEAN, "utf-8")
    (tmp_path / "Makefile").write_text("store := x\ntest: ## Test\nbuild:\nlint: test\n", "utf-8")
    (tmp_path / "docker-bake.hcl").write_text('group "default" {\n}\ntarget "api" {\n}\n', "utf-8")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/facts.py").write_text("", "utf-8")
    return tmp_path


def test_a_clean_workflow_has_no_fault(tree: Path) -> None:
    assert faults(tree) == []


def test_what_may_be_called_is_read_from_the_files_themselves(tree: Path) -> None:
    callables = Callables.of(tree)
    assert callables.make == {"test", "build", "lint"}
    assert callables.bake == {"api", "default"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f"actions/checkout@{PIN}", "actions/checkout@v7", "'actions/checkout@v7' is not pinned"),
        (f"actions/checkout@{PIN}", f"actions/checkout@{PIN[:12]}", "is not pinned"),
        (f"{PIN} # v7.0.1", f"{PIN} # the checkout", "does not say its version"),
        (f"{PIN} # v7.3.0", f"{PIN}", "does not say its version"),
        (
            f"{PIN} # v7.3.0",
            f"{PIN} # v7.3.0\n      - uses: docker/bake-action@{'0' * 40} # v7",
            "another commit",
        ),
        ("          persist-credentials: false\n", "          fetch-depth: 0\n", "leaves its token behind"),
        ("        with:\n          persist-credentials: false\n", "", "leaves its token behind"),
        ("permissions: {}\nconcurrency", "concurrency", "write `permissions: {}` at the top"),
        ("permissions: {}\nconcurrency", "permissions: write-all\nconcurrency", "write `permissions: {}`"),
        ("    permissions:\n      contents: read\n", "", "job 'test' has no `permissions`"),
        (
            "    permissions:\n      contents: read\n",
            "    permissions: write-all\n",
            "job 'test' has no `permissions`",
        ),
        ("    permissions: {}\n    uses", "    uses", "job 'after' has no `permissions`"),
        ("    timeout-minutes: 5\n", "", "job 'test' has no `timeout-minutes`"),
        ("concurrency:\n  group: ci\n", "", "has no `concurrency`"),
        ("make test", "make tset", "make target 'tset' is not in Makefile"),
        ("build lint", "build lnit", "make target 'lnit' is not in Makefile"),
        ("            default", "            webapp", "bake target 'webapp' is not in docker-bake.hcl"),
        ("targets: api,default", "targets: api,releese", "bake target 'releese' is not in docker-bake.hcl"),
        ("scripts/facts.py --tag", "scripts/fact.py --tag", "'scripts/fact.py' does not exist"),
        ("-m scripts.facts", "-m scripts.fact", "'scripts/fact.py' does not exist"),
        ("run: scripts/facts.py", "run: scripts/facts.sh", "'scripts/facts.sh' does not exist"),
        ("run: python -m scripts.facts", "run: python -m pytest", "is no make, docker buildx bake"),
        ("run: python -m scripts.facts", "run: pip install x", "'pip install x' is no make"),
        ("gh release create", "gh api", "is no make, docker buildx bake, gh release or file in scripts/"),
        ('>> "$GITHUB_ENV"', '>> "$HOME/.profile"', "is a program of its own"),
        ("run: scripts/facts.py", "run: make test && make build", "is a program of its own"),
        ("run: scripts/facts.py", "run: make test | tee log", "is a program of its own"),
        ("run: scripts/facts.py", 'run: make test ARGS="$(id)"', "is a program of its own"),
        ("run: scripts/facts.py", "run: make test ARGS='", "cannot be read"),
        ('"$TAG" dist', '"${{ github.ref_name }}" dist', "put into the shell as code"),
        (
            "$/.github/workflows/ci.yml",
            "$/.github/workflows/cd.yml",
            "'$/.github/workflows/cd.yml' does not exist",
        ),
        ("jobs:\n", "jobs:\n  empty:\n", "job 'empty' is no mapping"),
        ("name: ci\n", "name: ci\nname: cd\n", "is not valid YAML"),
        ("name: ci\n", "name: [ci\n", "is not valid YAML"),
        (CLEAN, "- name: ci\n", "is no mapping"),
    ],
)
def test_a_planted_fault_is_named_with_its_line(tree: Path, old: str, new: str, said: str) -> None:
    assert CLEAN.count(old) == 1, "the fault goes to one place"
    (tree / ".github/workflows/ci.yml").write_text(CLEAN.replace(old, new), "utf-8")
    found = faults(tree)
    assert [said in str(fault) for fault in found] == [True], found
    assert re.match(r"\.github/workflows/ci\.yml:\d+: ", str(found[0]))


def test_the_line_is_the_faults_own(tree: Path) -> None:
    (tree / ".github/workflows/ci.yml").write_text(CLEAN.replace("make test", "make tset"), "utf-8")
    assert [fault.line for fault in faults(tree)] == [CLEAN.splitlines().index("      - run: |")]


def test_own_actions_are_held_to_the_same_rules(tree: Path) -> None:
    action = tree / ".github/actions/engine/action.yml"
    action.parent.mkdir(parents=True)
    action.write_text("name: engine\nruns:\n  using: composite\n  steps:\n    - run: curl x | sh\n", "utf-8")
    said = "'curl x | sh' is a program of its own; put it into scripts/ and call that"
    assert [str(fault) for fault in faults(tree)] == [f".github/actions/engine/action.yml:5: {said}"]


def test_no_workflow_is_not_clean(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".github/workflows/ci.yml").unlink()
    assert main(["--root", str(tree)]) == 2
    assert "not checked: no workflow in" in capsys.readouterr().err


def test_the_command_prints_faults_and_fails(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tree)]) == 0
    assert capsys.readouterr().out == "workflows: no fault\n"
    (tree / "Makefile").write_text("test:\n", "utf-8")
    assert main(["--root", str(tree), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["faults"]
    assert {fault["text"] for fault in told} == {
        "make target 'build' is not in Makefile",
        "make target 'lint' is not in Makefile",
    }


@pytest.mark.parametrize("called", [["scripts/check_workflows.py"], ["-m", "scripts.check_workflows"]])
def test_help_shows_examples(repo: Path, called: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *called, "--help"], cwd=repo, capture_output=True, text=True, check=True
    )
    assert "examples:\n  python -m scripts.check_workflows" in done.stdout
