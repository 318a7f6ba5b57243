"""One file for each schema, clean and with a planted fault."""

import json
from pathlib import Path

import pytest

from scripts.check_schemas import SCHEMAS, main, plan

FILES = {
    ".github/workflows/ci.yml": (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n", "runs-on", "runs_on",
    ),
    ".github/actions/a/action.yml": (
        "name: a\ndescription: a\nruns:\n  using: composite\n  steps: []\n", "using", "uses",
    ),
    ".github/dependabot.yml": (
        "version: 2\nupdates:\n- package-ecosystem: pip\n  directory: /\n  schedule:\n    interval: weekly\n",
        "weekly", "sometimes",
    ),
    ".github/ISSUE_TEMPLATE/config.yml": ("blank_issues_enabled: false\n", "false", "perhaps"),
    ".github/ISSUE_TEMPLATE/bug.yml": (
        "name: a\ndescription: b\nbody:\n  - type: textarea\n    id: c\n    attributes:\n      label: d\n",
        "textarea", "textfield",
    ),
    "compose.yaml": ("services:\n  a:\n    image: b\n", "image", "imgae"),
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, (text, _, _) in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_every_schema_has_its_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_schema, unknown = plan(tree)
    assert set(by_schema) == set(SCHEMAS.values())
    assert all(len(files) == 1 for files in by_schema.values())
    assert unknown == []
    assert main(["--root", str(tree)]) == 0
    assert capsys.readouterr().out == "schemas: 6 files fit\n"


@pytest.mark.parametrize("name", FILES)
def test_a_planted_fault_is_named(tree: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, old, new = FILES[name]
    assert text.count(old) == 1
    (tree / name).write_text(text.replace(old, new), "utf-8")
    assert main(["--root", str(tree)]) == 1
    assert capsys.readouterr().out.startswith(f"{name}: $")


def test_a_file_that_is_no_yaml_is_named(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".github/dependabot.yml").write_text("a: [\n", "utf-8")
    assert main(["--root", str(tree)]) == 1
    assert capsys.readouterr().out.startswith(".github/dependabot.yml: ")


def test_a_file_without_a_schema_is_not_clean(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".github/labels.yml").write_text("a: b\n", "utf-8")
    assert main(["--root", str(tree), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["misfits"] == [
        ".github/labels.yml: no schema is known; name one in scripts/check_schemas.py"
    ]


def test_nothing_is_not_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 2
    assert "not checked" in capsys.readouterr().err
