"""A commit, checked out into a folder of its own, with a umask and file times of its own."""

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from delivery.reproduce.errors import RevisionError

YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What must not matter: `path` below the work folder, `umask`, and the year of all files' times.

    `since` is in seconds since 1970; every file gets a time of its own in the year after it.
    """

    path: str
    umask: int
    since: int


def check_out(root: Path, revision: str, folder: Path, around: Surroundings) -> None:
    """Put the commit of the clone at `root` into `folder`, which must not exist yet.

    Nothing is written to the clone, and nothing taken from it that is not committed. Raises RevisionError.
    """
    resolve(root, revision)
    # Without the caller's hooks; the objects stay where they are.
    own = ("--template=", "--config", "core.hooksPath=/dev/null")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _git(
        "clone",
        "--quiet",
        "--shared",
        "--no-checkout",
        *own,
        "--",
        str(root),
        str(folder),
        umask=around.umask,
    )
    _git("-C", str(folder), "checkout", "--quiet", "--detach", revision, umask=around.umask)
    _set_times(folder, around.since)


def resolve(root: Path, revision: str) -> str:
    """The full hash of a commit that the clone at `root` has. Raises RevisionError."""
    try:
        return _git(
            "-C", str(root), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
    except RevisionError as error:
        raise RevisionError(
            f"commit {revision} is not in the clone at {root}; run git fetch origin {revision} there"
        ) from error


def commit_time(root: Path, revision: str) -> int:
    """When the commit was made, in seconds since 1970. Raises RevisionError."""
    return int(_git("-C", str(root), "log", "-1", "--format=%ct", "--end-of-options", revision))


def _set_times(folder: Path, since: int) -> None:
    """Other times at every run: BuildKit does not fetch a file anew whose size and time it has seen."""
    for parent, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        for name in (*folders, *files):
            when = since * 10**9 + secrets.randbelow(YEAR * 10**9)
            os.utime(Path(parent, name), ns=(when, when), follow_symlinks=False)


def _git(*arguments: str, umask: int = -1) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments], env=environ, umask=umask, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RevisionError(f"git {' '.join(arguments)}: {done.stderr.strip() or 'failed'}")
    return done.stdout.strip()
