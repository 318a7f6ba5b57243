"""Workflows and other files that a host of the project reads: zizmor's audits, and their schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from delivery.scan import sarif
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Scope, Severity, joined

YAML = ("yml", "yaml")
# The first pattern that fits a file names its schema.
SCHEMAS = (
    (".github/workflows/*", "vendor.github-workflows"),
    (".github/dependabot.*", "vendor.dependabot"),
    (".github/actions/*/action.*", "vendor.github-actions"),
    (".github/ISSUE_TEMPLATE/config.*", "vendor.github-issue-config"),
    (".github/ISSUE_TEMPLATE/*", "vendor.github-issue-forms"),
    ("compose*", "vendor.compose-spec"),
)


def _files(root: Path, pattern: str) -> set[str]:
    return {
        str(path.relative_to(root))
        for path in root.glob(pattern)
        if path.is_file() and path.suffix.removeprefix(".") in YAML
    }


class Zizmor:
    """zizmor over .github, offline: its audits that ask GitHub are not among them."""

    name = "zizmor"
    needs = "zizmor, and workflows under .github"

    def run(self, scope: Scope) -> Outcome:
        """Audit; see `Check`."""
        files = _files(scope.root, ".github/workflows/*") | _files(scope.root, ".github/actions/*/action.*")
        if not files:
            raise NotCheckedError("no workflow under .github/workflows")
        done = scope.tools.run(
            "zizmor", "--offline", "--quiet", "--no-progress", "--format", "sarif", ".github"
        )
        return sarif.outcome(self.name, done, scope.root, f"{len(files)} files, offline audits")


class Schemas:
    """check-jsonschema's own copies of the schemas, so that nothing is fetched."""

    name = "schemas"
    needs = "check-jsonschema"

    def run(self, scope: Scope) -> Outcome:
        """Validate; see `Check`."""
        done: list[Outcome] = []
        claimed: set[str] = set()
        for pattern, schema in SCHEMAS:
            files = sorted(_files(scope.root, pattern) - claimed)
            claimed |= set(files)
            if files:
                done.append(self._validated(scope, schema, files))
        if not claimed:
            raise NotCheckedError("no workflow, dependabot or compose file is there")
        if not any(file.startswith(".github/workflows/") for file in claimed):
            done.append(Outcome(not_checked=("no workflow under .github/workflows",)))
        return joined(done)

    def _validated(self, scope: Scope, schema: str, files: list[str]) -> Outcome:
        done = scope.tools.run(
            "check-jsonschema", "--builtin-schema", schema, "--output-format", "json", *files
        )
        try:
            report = json.loads(done.text)
            found = tuple(self._findings(schema, report))
        except (ValueError, KeyError, TypeError) as error:
            raise NotCheckedError(f"check-jsonschema gave no report: {done.complaint}") from error
        return Outcome(found, looked_at=", ".join(files))

    def _findings(self, schema: str, report: dict[str, Any]) -> Iterator[Finding]:
        for error in report.get("errors", []):
            best = error.get("best_deep_match") or error
            message = f"{best['path']}: {best['message']}"
            yield Finding(self.name, error["filename"], 0, schema.partition(".")[2], message, Severity.MEDIUM)
        for error in report.get("parse_errors", []):
            message = f"cannot be read: {error['message']}"
            yield Finding(self.name, error["filename"], 0, "unreadable", message, Severity.HIGH)
