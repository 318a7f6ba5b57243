"""Known vulnerabilities of the locked dependencies, by pip-audit."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Scope, Severity
from delivery.scan.tools import Done

# Asked in turn: a package index that serves no vulnerability data leaves the second.
SERVICES = ("pypi", "osv")
TOOLS = "scripts/tools.txt"
_HINT = "`scripts/environment.sh tools` installs it"


class Dependencies:
    """pip-audit over poetry.lock, all groups, and over the pinned build tools.

    pip-audit says "No known vulnerabilities found" of packages that its service does not know. `--strict`
    turns that into an error, and an audit that names a package it skipped counts as none.
    """

    name = "dependencies"
    needs = "Poetry in .tools, and a service with vulnerability data"

    def run(self, scope: Scope) -> Outcome:
        """Audit; see `Check`."""
        with tempfile.TemporaryDirectory(prefix="finchat-scan-") as folder:
            locked = Path(folder) / "poetry.lock.txt"
            self._export(scope, locked)
            files = [locked, *(path for path in [scope.root / TOOLS] if path.is_file())]
            reasons = []
            for service in SERVICES:
                try:
                    return self._audit(scope, service, files)
                except NotCheckedError as reason:
                    reasons.append(f"{service}: {reason}")
        raise NotCheckedError(f"could not be audited. {'; '.join(reasons)}")

    def _export(self, scope: Scope, target: Path) -> None:
        python = scope.root / ".tools/bin/python"
        done = scope.tools.run(
            str(python), "-m", "poetry", "export", "--quiet", "--no-interaction", "--all-groups",
            "--output", str(target),
            hint=_HINT,
        )  # fmt: skip
        if done.code or not target.is_file():
            raise NotCheckedError(f"poetry.lock could not be exported: {done.complaint}")

    def _audit(self, scope: Scope, service: str, files: list[Path]) -> Outcome:
        which = [argument for path in files for argument in ("--requirement", str(path))]
        done = scope.tools.run(
            "pip-audit", "--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off",
            "--vulnerability-service", service, "--format", "json", *which,
        )  # fmt: skip
        audited = _audited(done)
        found = tuple(sorted(set(self._findings(audited))))
        return Outcome(found, looked_at=f"{len(audited)} packages of {len(files)} files, by {service}")

    def _findings(self, audited: list[dict[str, Any]]) -> Iterator[Finding]:
        for package in audited:
            for known in package["vulns"]:
                fixed = ", ".join(known.get("fix_versions") or []) or "no version yet"
                names = ", ".join(known.get("aliases") or [])
                message = f"known vulnerability ({names or known['id']}); fixed in {fixed}"
                place = f"{package['name']}=={package['version']}"
                yield Finding(self.name, place, 0, known["id"], message, Severity.HIGH)


def _audited(done: Done) -> list[dict[str, Any]]:
    """The packages of pip-audit's report. Raises NotCheckedError unless all of them were audited."""
    try:
        packages: list[dict[str, Any]] = json.loads(done.text)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotCheckedError(done.complaint) from error
    skipped = [package["name"] for package in packages if "vulns" not in package]
    if skipped or not packages:
        raise NotCheckedError(f"{len(skipped)} of {len(packages)} packages were skipped, as {skipped[:3]}")
    return packages
