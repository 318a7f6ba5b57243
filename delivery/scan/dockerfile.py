"""Dockerfiles: hadolint, and the build checks of BuildKit itself."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from delivery.scan import sarif
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Scope, Severity, joined
from delivery.scan.tools import Done, Toolbox

BAKE = "docker-bake.hcl"
HINT = "install Docker with buildx"
Report = dict[str, Any]  # as BuildKit writes it
PATTERNS = ("*Dockerfile*", "docker/*Dockerfile*")


def dockerfiles(root: Path) -> list[str]:
    """Dockerfiles of the checkout, relative to it. Raises NotCheckedError without any."""
    found = {
        str(path.relative_to(root))
        for pattern in PATTERNS
        for path in root.glob(pattern)
        if path.is_file() and not path.name.endswith(".dockerignore")
    }
    if not found:
        raise NotCheckedError(f"no Dockerfile in the checkout ({', '.join(PATTERNS)})")
    return sorted(found)


class Hadolint:
    """hadolint with all its rules; a remark in the Dockerfile turns none off, exceptions have one place."""

    name = "hadolint"
    needs = "hadolint"

    def run(self, scope: Scope) -> Outcome:
        """Lint; see `Check`. DL1000 means that it could not read the file, and so nothing else in it."""
        files = dockerfiles(scope.root)
        done = scope.tools.run("hadolint", "--disable-ignore-pragma", "--format", "sarif", *files)
        return sarif.outcome(self.name, done, scope.root, ", ".join(files))


class BuildChecks:
    """BuildKit's own rules (`--call=check`), over every stage that a target needs, without building.

    They are asked through bake, which knows the contexts that a Dockerfile names; a Dockerfile of no bake
    target is asked about by itself.
    """

    name = "buildx"
    needs = "a Docker engine with buildx"

    def run(self, scope: Scope) -> Outcome:
        """Check each Dockerfile; see `Check`."""
        files = dockerfiles(scope.root)
        reports = list(_by_bake(scope.tools)) if (scope.root / BAKE).is_file() else []
        covered = {file for file, _ in reports}
        reports += [(file, _by_build(scope.tools, file)) for file in files if file not in covered]
        return joined([self._outcome(file, of_file) for file, of_file in _grouped(reports)])

    def _outcome(self, file: str, reports: list[Report]) -> Outcome:
        found, cut = set(), set()
        for report in reports:
            for warning in report.get("warnings") or []:
                message = warning.get("detail") or warning.get("description", "")
                found.add(
                    Finding(self.name, file, _line(warning), warning["ruleName"], message, Severity.MEDIUM)
                )
            failure = report.get("buildError")
            if failure and failure["message"].startswith("dockerfile parse error"):
                message = failure["message"]
                found.add(Finding(self.name, file, _line(failure), "ParseError", message, Severity.HIGH))
            elif failure:
                # The rules that come after an image that cannot be had were not applied.
                cut.add(f"{file}: {failure['message']}")
        return Outcome(tuple(sorted(found)), tuple(sorted(cut)), f"{file}, {len(reports)} targets")


def _by_bake(tools: Toolbox) -> Iterator[tuple[str, Report]]:
    """(Dockerfile, report) of every bake target."""
    bake = ("buildx", "bake", "--file", BAKE, "--progress", "quiet")
    listed = _json(tools.run("docker", *bake, "--list=type=targets,format=json", hint=HINT))
    targets = [target["name"] for target in listed if not target.get("group")]
    # Bake opens the files that a target writes even when it only checks.
    check = ("--call=check,format=json", "--set=*.output=type=cacheonly")
    report = _json(tools.run("docker", *bake, *check, *targets, hint=HINT))
    for target in report["target"].values():
        build = target["build"]
        context = PurePosixPath(build.get("context", "."))
        yield str(context / build.get("dockerfile", "Dockerfile")), target["check"]


def _by_build(tools: Toolbox, file: str) -> Report:
    check = ("--progress", "quiet", "--call=check,format=json")
    report: Report = _json(tools.run("docker", "buildx", "build", *check, "--file", file, ".", hint=HINT))
    return report


def _grouped(reports: list[tuple[str, Report]]) -> Iterator[tuple[str, list[Report]]]:
    for file in sorted({file for file, _ in reports}):
        yield file, [report for of_file, report in reports if of_file == file]


def _json(done: Done) -> Any:
    try:
        return json.loads(done.text)
    except ValueError as error:
        raise NotCheckedError(f"docker buildx gave no report: {done.complaint}") from error


def _line(place: Report) -> int:
    ranges = (place.get("location") or {}).get("ranges") or []
    return int(ranges[0]["start"]["line"]) if ranges else 0
