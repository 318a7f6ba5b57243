import json
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.scan.checks import IMAGE_CHECKS
from scripts.security_scan import NAMES
from tests.absence import REPO
from tests.unit.delivery.scan.planted import TOKEN, git, write


def run(root: Path, *arguments: str, module: bool = True) -> subprocess.CompletedProcess[str]:
    start = ["-m", "scripts.security_scan"] if module else ["scripts/security_scan.py"]
    places = ["--root", str(root), "--report-dir", str(root / "reports")]
    command = [sys.executable, *start, *places, *arguments]
    return subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"api/a.py": f'KEY = "{TOKEN}"\n', ".gitignore": "none.toml\nreports\n", "none.toml": ""})
    return tmp_path


def test_a_fault_is_reported_and_fails(checkout: Path) -> None:
    done = run(checkout, "--exceptions", str(checkout / "none.toml"), "--only", "secrets", "--json")
    assert done.returncode == 1, done.stderr
    values = json.loads(done.stdout)
    assert [check["name"] for check in values["checks"]] == ["secrets", "exceptions"]
    assert values["checks"][0]["findings"][0]["place"] == "api/a.py"
    assert json.loads((checkout / "reports/summary.json").read_text("utf-8")) == values
    assert TOKEN not in done.stdout


def test_not_checked_fails_only_when_strict(checkout: Path) -> None:
    only = ["--exceptions", str(checkout / "none.toml"), "--only", "zizmor"]
    assert run(checkout, *only, module=False).returncode == 0
    strict = run(checkout, *only, "--strict")
    assert strict.returncode == 4
    assert "not checked: zizmor: no workflow under .github/workflows" in strict.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "everything"], "'everything' is not one of"),
        (["--exceptions", "no/such.toml"], "does not exist"),
        (["--exceptions", "pyproject.toml"], "pyproject.toml: holds [[exception]] tables only"),
    ],
)
def test_wrong_usage_exits_with_2(checkout: Path, arguments: list[str], said: str) -> None:
    done = run(checkout, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_the_help_names_every_check_and_has_examples() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/security_scan.py", "--help"],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(f"\n    {name} " in done.stdout for name in NAMES)
    assert "Examples:" in done.stdout


def test_the_page_names_every_check() -> None:
    page = (REPO / "docs/security-scan.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in page] == []


def test_image_checks_are_checks() -> None:
    assert set(NAMES) > IMAGE_CHECKS
