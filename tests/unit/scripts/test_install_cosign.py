import re
import subprocess
from pathlib import Path

import pytest

GO = """#!/bin/sh
[ "$1" = install ] || exit 9
echo "$2" > "$GOBIN/cosign"
"""


def run(repo: Path, folder: Path, *programs: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    """The script on a machine with the usual programs and these, given with their text."""
    (folder / "bin").mkdir(exist_ok=True)
    for name, text in programs:
        (folder / "bin" / name).write_text(text, "utf-8")
        (folder / "bin" / name).chmod(0o755)
    for name in ("bash", "sed", "grep", "mkdir", "realpath"):
        (folder / "bin" / name).symlink_to(f"/usr/bin/{name}")
    return subprocess.run(
        [repo / "scripts/install_cosign.sh", folder / "put"],
        env={"PATH": str(folder / "bin"), "HOME": str(folder), "GITHUB_PATH": str(folder / "path")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pinned_version_is_built_and_put_on_the_path(repo: Path, tmp_path: Path) -> None:
    done = run(repo, tmp_path, ("go", GO))
    assert done.returncode == 0, done.stderr
    built = (tmp_path / "put/cosign").read_text("utf-8").strip()
    assert re.fullmatch(r"github\.com/sigstore/cosign/v3/cmd/cosign@v3\.\d+\.\d+", built)
    assert (tmp_path / "path").read_text("utf-8") == f"{tmp_path}/put\n"


@pytest.mark.parametrize(("flags", "built"), [("--signing-config=''", False), ("--key=''", True)])
def test_only_an_older_cosign_is_replaced(repo: Path, tmp_path: Path, flags: str, built: bool) -> None:
    done = run(repo, tmp_path, ("go", GO), ("cosign", f'#!/bin/sh\necho "{flags}"\n'))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "put/cosign").exists() is built


def test_no_go_is_named(repo: Path, tmp_path: Path) -> None:
    done = run(repo, tmp_path)
    assert done.returncode == 1
    assert "no program 'go'" in done.stderr
