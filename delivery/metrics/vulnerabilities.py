"""Counts of vulnerabilities, taken from the summary that the security scan wrote."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.metrics.errors import SummaryError

# Checks of the scan that look for known vulnerabilities: in locked dependencies, Debian's packages, images.
SOURCES = ("dependencies", "debian", "trivy")
Counts = Mapping[str, Mapping[str, int] | None]


def counted(summary: Path, revision: str) -> Counts:
    """Vulnerabilities by severity for each of SOURCES; None where it is not known how many there are.

    Not known: no scan was made, or one of another revision, or the check could not see everything. Raises
    SummaryError when the file cannot be read.
    """
    try:
        found = json.loads(summary.read_text(encoding="utf-8"))
        checks = {check["name"]: check for check in found["checks"]}
        same = found["commit"] == revision
        return {source: _severities(checks.get(source) if same else None) for source in SOURCES}
    except FileNotFoundError:
        return dict.fromkeys(SOURCES)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SummaryError(
            f"{summary}: no summary of a scan ({error}); run make security-scan anew"
        ) from error


def _severities(check: Mapping[str, Any] | None) -> Mapping[str, int] | None:
    if check is None or check["not_checked"]:
        return None
    found = Counter(each["severity"] for each in [*check["findings"], *check["accepted"]])
    return {severity: found[severity] for severity in ("critical", "high", "medium", "low")}
