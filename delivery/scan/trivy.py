"""Known vulnerabilities of everything in an image, by trivy where it is installed."""

import json
from collections.abc import Iterator
from typing import Any

from delivery.scan.errors import NotCheckedError
from delivery.scan.image import Image
from delivery.scan.inside import each
from delivery.scan.model import Finding, Outcome, Scope, Severity
from delivery.scan.tools import Toolbox

FAILING = (Severity.CRITICAL, Severity.HIGH)
_HINT = "put trivy on PATH; its site says how: https://trivy.dev"


class Trivy:
    """CRITICAL and HIGH vulnerabilities; lower ones are not reported."""

    name = "trivy"
    needs = "images, trivy on PATH, and its vulnerability database"

    def run(self, scope: Scope) -> Outcome:
        """Look at every image; see `Check`."""
        scope.tools.find("trivy", _HINT)
        return each(scope, lambda image: self._look(image, scope.tools))

    def _look(self, image: Image, tools: Toolbox) -> Outcome:
        levels = ",".join(severity.name for severity in FAILING)
        done = tools.run(
            "trivy", "image", "--quiet", "--scanners", "vuln", "--severity", levels, "--format", "json",
            "--input", str(image.tar),
            hint=_HINT,
        )  # fmt: skip
        if done.code:
            raise NotCheckedError(f"trivy failed: {done.complaint}")
        try:
            results = json.loads(done.text).get("Results") or []
            found = tuple(sorted(set(self._findings(image, results))))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotCheckedError(f"trivy gave no report: {done.complaint}") from error
        if not results:
            raise NotCheckedError("trivy recognised no package in it")
        return Outcome(found, looked_at=f"{image.name}: {len(results)} sets of packages")

    def _findings(self, image: Image, results: list[dict[str, Any]]) -> Iterator[Finding]:
        for result in results:
            for known in result.get("Vulnerabilities") or []:
                fixed = known.get("FixedVersion") or "no version yet"
                message = f"{known['InstalledVersion']} is vulnerable; fixed in {fixed}"
                severity = Severity(known["Severity"].lower())
                place = f"{image.name} {known['PkgName']}"
                yield Finding(self.name, place, 0, known["VulnerabilityID"], message, severity)
