"""What production asks for before it takes a version: its tag, its release-check, its staging report.

All three are about the same bytes: the tag names the commit, the release-check the manifests that were built
and tested, the staging report the digests that were tried.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.errors import DeployError
from deploy.model import Release
from deploy.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "staging"
RELEASE_CHECKS = ROOT / "build" / "release-check"
VERSION = re.compile(r"v\d+\.\d+\.\d+")


def path_of(made: Release, folder: Path = REPORTS) -> Path:
    """Where the report on a release lies: named by both digests, since these are what was tried."""
    return folder / f"{_digest(made.api)[7:23]}-{_digest(made.webapp)[7:23]}.json"


def keep_report(made: Release, document: Mapping[str, Any], page: str, folder: Path = REPORTS) -> Path:
    """Write a report as JSON and, beside it, as a page; returns the JSON's path."""
    path = path_of(made, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".html").write_text(page, encoding="utf-8")
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def report_for(settings: Settings, made: Release, folder: Path = REPORTS) -> dict[str, Any]:
    """The passed report on these very images, whatever registry they were tried from.

    Raises DeployError when there is none, it did not pass, or it is not by the standard limits.
    """
    path = path_of(made, folder)
    advice = "run `make deploy-staging` for this commit, and deploy what it tried"
    report = _read(path, f"{settings.name}: no staging report on these images ({path})", advice)
    tried = tuple(_digest(str(report.get(name))) for name in ("api", "webapp"))
    if tried != (_digest(made.api), _digest(made.webapp)):
        raise DeployError(f"{path}: is about other images; {advice}")
    if report.get("passed") is not True:
        raise DeployError(f"{path}: staging did not pass ({_failed(report)}); mend it, and {advice}")
    if report.get("standard") is not True:
        raise DeployError(f"{path}: was made by other limits than deploy/staging/limits.toml; {advice}")
    return report


def commit_of(version: str, root: Path = ROOT) -> str:
    """The commit of a tag v1.2.3 of this clone. Raises DeployError where there is none such."""
    if not VERSION.fullmatch(version):
        raise DeployError(f"{version!r} is no version; production takes tags like v1.2.3")
    line = ["git", "rev-parse", "--verify", "--quiet", f"refs/tags/{version}^{{commit}}"]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(
            f"there is no tag {version} in {root}; `git fetch --tags`, or release it (docs/release.md)"
        )
    return done.stdout.strip()


def release_check_for(commit: str, version: str, folder: Path = RELEASE_CHECKS) -> dict[str, Any]:
    """The passed release-check of a commit, for a version v1.2.3.

    Raises DeployError when there is none, it did not pass, was only a part, or is about another version.
    """
    path = folder / f"{commit}.json"
    advice = f"check out {version} and run `make release-check`"
    found = _read(path, f"no release-check of {version}, commit {commit[:12]} ({path})", advice)
    if found.get("revision") != commit or f"v{found.get('version')}" != version:
        raise DeployError(
            f"{path}: is about {found.get('version')}, commit {found.get('revision')}; {advice}"
        )
    if found.get("partial") is not False:
        raise DeployError(f"{path}: is only a part of the checks; {advice}, all of it")
    if found.get("passed") is not True:
        raise DeployError(f"{path}: the release-check did not pass ({_failed(found)}); mend it, and {advice}")
    return found


def same_manifests(check: Mapping[str, Any], manifests: Mapping[str, str]) -> None:
    """Raise DeployError unless the images are those that the release-check built, by platform manifest."""
    built = check.get("manifests") or {}
    for name, digest in manifests.items():
        if built.get(name) != digest:
            raise DeployError(
                f"{name}: the release-check built the manifest {built.get(name)}, this image has {digest}; "
                "run it against the published images: `make release-check REGISTRY=…` (docs/release.md)"
            )


def _read(path: Path, absent: str, advice: str) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DeployError(f"{absent}; {advice}") from error
    except (OSError, ValueError, TypeError) as error:
        raise DeployError(f"{path}: cannot be read: {error}; {advice}") from error


def _failed(report: Mapping[str, Any]) -> str:
    """The names of the checks that did not pass."""
    wrong = [str(each["name"]) for each in report.get("checks", ()) if not each.get("passed")]
    return ", ".join(wrong) or "no check is listed"


def _digest(reference: str) -> str:
    """The digest of a reference by digest, or the whole of a local image's id."""
    return reference.rpartition("@")[2]
