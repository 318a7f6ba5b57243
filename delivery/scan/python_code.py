"""Static analysis of the project's Python: bandit, and the security rules of ruff."""

import json
from pathlib import PurePosixPath

from delivery.scan import sarif
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Scope, Severity

PACKAGES = ("finchat_sec_qa", "api", "webapp", "delivery", "scripts", "benchmarks")


class Bandit:
    """bandit from medium severity up; the low ones are ruff's too, where each remark carries its reason."""

    name = "bandit"
    needs = "bandit"

    def run(self, scope: Scope) -> Outcome:
        """Analyse; see `Check`. Tests are left out: they assert and start programs by design."""
        folders = [folder for folder in PACKAGES if (scope.root / folder).is_dir()]
        if not folders:
            raise NotCheckedError(f"none of the folders {', '.join(PACKAGES)} is there")
        done = scope.tools.run(
            "bandit",
            "--quiet",
            "--ignore-nosec",
            "--recursive",
            "--severity-level",
            "medium",
            "--format",
            "json",
            *folders,
        )
        try:
            report = json.loads(done.text)
            files = [name for name in report["metrics"] if name != "_totals"]
            found = tuple(self._finding(each) for each in report["results"])
            unread = tuple(f"bandit, {each['filename']}: {each['reason']}" for each in report["errors"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotCheckedError(f"bandit gave no report: {done.complaint}") from error
        if not files:
            raise NotCheckedError("bandit found no Python file")
        return Outcome(found, unread, f"{len(files)} files, from medium severity")

    def _finding(self, result: dict[str, str]) -> Finding:
        return Finding(
            check=self.name,
            place=str(PurePosixPath(result["filename"])),
            line=int(result["line_number"]),
            id=result["test_id"],
            message=" ".join(result["issue_text"].split()),
            severity=Severity(result["issue_severity"].lower()),
        )


class RuffSecurity:
    """ruff's S rules over the whole checkout, tests included."""

    name = "ruff"
    needs = "ruff"

    def run(self, scope: Scope) -> Outcome:
        """Analyse; see `Check`."""
        done = scope.tools.run(
            "ruff", "check", "--no-cache", "--select", "S", "--output-format", "sarif", "."
        )
        listed = scope.tools.run("ruff", "check", "--no-cache", "--show-files", ".").text.split()
        files = len([name for name in listed if name.endswith(".py")])
        if not files:
            raise NotCheckedError("ruff found no Python file")
        return sarif.outcome(self.name, done, scope.root, f"{files} files, rules S")
