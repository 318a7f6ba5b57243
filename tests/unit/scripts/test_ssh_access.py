"""What a deploy from CI writes to reach a host by ssh."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.absence import REPO

GIVEN = {"DEPLOY_SSH_KEY": "a key\nof two lines", "DEPLOY_KNOWN_HOSTS": "host ssh-ed25519 AAAA"}


def run(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
    script = REPO / "scripts/ssh_access.sh"
    return subprocess.run([script, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_key_and_hosts_are_for_the_owner_alone_and_unknown_hosts_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path, **GIVEN)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / ".ssh"
    assert (folder / "deploy").read_text("utf-8") == "a key\nof two lines\n"
    assert (folder / "known_hosts").read_text("utf-8") == "host ssh-ed25519 AAAA\n"
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    assert "StrictHostKeyChecking yes" in (folder / "config").read_text("utf-8")
    assert "a key" not in done.stdout + done.stderr


@pytest.mark.parametrize("missing", GIVEN)
def test_what_is_not_set_is_named(tmp_path: Path, missing: str) -> None:
    done = run(tmp_path, **{name: value for name, value in GIVEN.items() if name != missing})
    assert done.returncode == 1
    assert f"error: {missing} is not set" in done.stderr
    assert not (tmp_path / ".ssh").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    assert run(tmp_path, **GIVEN).returncode == 0
    again = run(tmp_path, **GIVEN | {"DEPLOY_SSH_KEY": "other"})
    assert again.returncode == 1
    assert "has a key or settings already" in again.stderr
    assert (tmp_path / ".ssh/deploy").read_text("utf-8").startswith("a key")


def test_help_says_how(tmp_path: Path) -> None:
    assert "DEPLOY_SSH_KEY=" in run(tmp_path, "--help").stdout
