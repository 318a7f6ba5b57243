"""Workflows and other files that a host of the project reads: zizmor's audits, and their schemas."""

import json
from pathlib import Path

from delivery.scan import sarif
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Scope

YAML = ("yml", "yaml")
SCHEMA_SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_schemas.py"


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
        workflows = _files(scope.root, ".github/workflows/*")
        if not workflows:
            raise NotCheckedError("no workflow under .github/workflows")
        others = (
            _files(scope.root, pattern) for pattern in (".github/actions/*/action.*", ".github/dependabot.*")
        )
        files = sorted(workflows.union(*others))
        # Files, not their folder, so that the report has their names from the root.
        done = scope.tools.run("zizmor", "--offline", "--no-progress", "--format", "sarif", *files)
        return sarif.outcome(self.name, done, scope.root, f"{len(files)} files, offline audits")


class Schemas:
    """Workflows, forms, Dependabot's settings and compose files, by scripts/check_schemas.py."""

    name = "schemas"
    needs = "check-jsonschema, and files that it knows a schema for"

    def run(self, scope: Scope) -> Outcome:
        """Validate; see `Check`. A process of its own, since the validator writes to standard output."""
        done = scope.tools.run("python", str(SCHEMA_SCRIPT), "--json", "--root", str(scope.root))
        try:
            report = json.loads(done.text)
            found = tuple(Finding(self.name, *_placed(text)) for text in report["misfits"])
            said = ", ".join(
                f"{files} {schema.partition('.')[2]}" for schema, files in report["files"].items()
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NotCheckedError(done.complaint) from error
        return Outcome(found, looked_at=said)


def _placed(misfit: str) -> tuple[str, int, str, str]:
    """Place, line, id and message of "file: what does not fit"."""
    place, _, message = misfit.partition(": ")
    return place, 0, "schema", message
