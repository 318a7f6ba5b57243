"""What a bill is asked of: a target of a project's folder, with everything that is read to make it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from delivery.sbom.build import bill
from delivery.sbom.errors import LockError, SbomError
from delivery.sbom.licences import licences
from delivery.sbom.lock import read_lock
from delivery.sbom.model import Sbom
from delivery.sbom.platforms import image_platform, running_platform
from delivery.sbom.project import Project, Target, read_project

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bill is made of: a target of the project in folder `root`, on a platform that Docker names.

    An environment's platform is the running interpreter's own.
    """

    root: Path
    target: Target = "api"
    platform: str = "linux/amd64"


def make(subject: Subject) -> tuple[Project, Sbom]:
    """The project, and the bill of the target. Raises LockError when project and lock do not fit."""
    project = read_project(_text(subject.root / "pyproject.toml"))
    lock = read_lock(_text(subject.root / "poetry.lock"))
    own = subject.target == "environment"
    return project, bill(
        project,
        lock,
        target=subject.target,
        platform=running_platform() if own else image_platform(subject.platform),
        known=licences(distributions()),
        created=created(subject.root),
    )


def created(root: Path) -> datetime:
    """SOURCE_DATE_EPOCH, else the time of the commit, so that a second run writes the same bytes.

    Raises SbomError when there is neither.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH") or _commit_time(root)
    try:
        return datetime.fromtimestamp(int(stated), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SbomError(f"SOURCE_DATE_EPOCH={stated!r} is no number of seconds since 1970") from error


def summary(sbom: Sbom) -> Facts:
    """A bill in short: how many packages and dependencies, and whose licence is not known."""
    every = [*sbom.packages, *([sbom.root] if sbom.root else [])]
    return {
        "name": sbom.name,
        "version": sbom.root.version if sbom.root else "",
        "packages": len(sbom.packages),
        "dependencies": sum(len(package.depends_on) for package in every),
        "without_licence": [package.name for package in every if package.licence.expression is None],
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LockError(f"{path} cannot be read: {error}") from error


def _commit_time(root: Path) -> str:
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SbomError(
            "the time is not known, for there is no git commit; set SOURCE_DATE_EPOCH=<seconds since 1970>"
        ) from error
    return done.stdout.strip()
