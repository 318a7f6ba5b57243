"""Small clones, and a stand-in for the program docker, for the tests of this room."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

AUTHOR = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    """What git prints in that folder."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | AUTHOR, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root: Path, files: Mapping[str, str], executable: str = "") -> str:
    """Write and commit the files, in a clone that is made if need be; the commit's hash."""
    root.mkdir(exist_ok=True)
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    if executable:
        (root / executable).chmod(0o755)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "files")
    return git(root, "rev-parse", "HEAD")


def program(folder: Path, name: str, script: str) -> Path:
    """A shell script under that program's name; the folder goes first on PATH."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return folder
