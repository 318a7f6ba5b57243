"""scripts/check_attestations.py on a small image, as a program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.attest.model import CHECKS
from tests.unit.delivery.attest.making import COMMIT, RECIPE, Parts, base_layer
from tests.unit.delivery.oci.making import Making

LIST = '[[file]]\npath = "usr/local/lib/finchat/*"\nreason = "the project\'s"\n'


@pytest.fixture
def run(repo: Path, tmp_path: Path) -> "Run":
    return Run(repo, tmp_path)


class Run:
    """Runs the script on the image of the parts, with their list and Dockerfile."""

    def __init__(self, repo: Path, folder: Path) -> None:
        self._repo, self._folder = repo, folder
        (folder / "owned.toml").write_text(LIST, "utf-8")
        (folder / "Dockerfile").write_bytes(RECIPE)

    def __call__(
        self, parts: Parts, *arguments: str, revision: str = COMMIT, module: bool = False
    ) -> subprocess.CompletedProcess[str]:
        image = parts.layout(self._folder)
        script = ["-m", "scripts.check_attestations"] if module else ["scripts/check_attestations.py"]
        lists = [f"--owned={self._folder / 'owned.toml'}", f"--dockerfile={self._folder / 'Dockerfile'}"]
        command = [
            sys.executable,
            *script,
            "--layout",
            str(image),
            "--revision",
            revision,
            *lists,
            *arguments,
        ]
        return subprocess.run(command, cwd=self._repo, capture_output=True, text=True, check=False)


def test_a_sound_image_exits_0(run: Run) -> None:
    done = run(Parts(), module=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("  passed ") == len(CHECKS)


def test_faults_exit_1_and_are_in_the_json(run: Run) -> None:
    done = run(Parts(app=Parts().app | {"opt/extra": b""}), "--json", revision="f" * 40)
    (document,) = json.loads(done.stdout)
    problems = document["manifests"][0]["problems"]
    assert done.returncode == 1
    assert document["passed"] is False
    assert {each["check"] for each in problems} == {"file", "revision"}
    assert "opt/extra" in {each["subject"] for each in problems}


def test_another_base_exits_1(run: Run, tmp_path: Path) -> None:
    other = Making()
    other.image(base_layer())
    done = run(Parts(), "--base", str(other.archive(tmp_path / "base.tar")))
    assert done.returncode == 1
    assert "which is no material" in done.stdout


def test_given_secrets_are_looked_for(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets").write_text("\nhunter2 in a file\n", "utf-8")
    monkeypatch.setenv("INDEX_WORD", "hunter2 in a variable")
    parts = Parts(history=[{"created_by": "hunter2 in a file"}], recipe=RECIPE)
    parts.config["Cmd"] = ["hunter2 in a variable"]
    done = run(parts, "--secret-env=INDEX_WORD", f"--secret-file={tmp_path / 'secrets'}")
    assert done.returncode == 1
    assert "history: it holds one of the secrets" in done.stdout
    assert "configuration: it holds one of the secrets" in done.stdout
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--layout", "no/such/layout.tar"], "not checked: no/such/layout.tar"),
        (["--secret-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is not set"),
    ],
)
def test_what_cannot_be_read_exits_2(run: Run, arguments: list[str], told: str) -> None:
    done = run(Parts(), *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_commit_that_is_not_here_leaves_the_dockerfile_unchecked(repo: Path, tmp_path: Path) -> None:
    image = Parts().layout(tmp_path)
    command = ["scripts/check_attestations.py", "--layout", str(image), "--revision", COMMIT]
    done = subprocess.run([sys.executable, *command], cwd=repo, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not checked  dockerfile" in done.stdout


def test_the_page_names_every_check(repo: Path) -> None:
    page = (repo / "docs" / "attestations.md").read_text(encoding="utf-8")
    assert [check for check in CHECKS if f"\n| `{check}` |" not in page] == []
