"""What a test does when something outside the project is not there.

On a developer's machine such a test is skipped and says why; in CI (CI=true) it fails, because there the
machine is meant to have everything.
"""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

REPO = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"true", "1"}
# Taken when the tests start: they run without the caller's settings (see conftest.py).
_CALLER = dict(os.environ)
_SHARED = Path(_CALLER.get("FINCHAT_TEST_SHARED") or REPO.parent / "shared")


def absent(reason: str) -> NoReturn:
    """Skip the running test with that reason; in CI fail it."""
    if IN_CI:
        pytest.fail(f"{reason}; in CI that is a failure", pytrace=False)
    pytest.skip(reason)


def shared_folder() -> Path | None:
    """The folder of real filings and questions, or None; for parameters that are made at collection."""
    return _SHARED if (_SHARED / "tools" / "unpack").is_file() else None


def find_shared() -> Path:
    """The folder of real filings and questions; `absent` without it."""
    folder = shared_folder()
    if folder is None:
        absent(f"no folder of real filings at {_SHARED} (FINCHAT_TEST_SHARED names another)")
    return folder


@cache
def unpack_edgar(shared: Path) -> Path:
    """The folder of filings in EDGAR's layout, unpacked once for all test processes and runs."""
    with FileLock(Path(tempfile.gettempdir()) / f"finchat-unpack-{os.getuid()}.lock"):
        done = subprocess.run(
            [shared / "tools" / "unpack"], env=_CALLER, text=True, capture_output=True, check=True
        )
    return Path(done.stdout.strip())


def find_chromium() -> str:
    """The program file of Chromium; `absent` without it."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    absent("no Chromium on PATH (scripts/ensure_chromium.sh installs Debian's)")


@cache
def _docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=30).returncode == 0


def need_docker() -> None:
    """Return when a Docker engine answers; `absent` otherwise."""
    if not _docker_answers():
        absent("no Docker engine answers `docker info`")
