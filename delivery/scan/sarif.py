"""Findings out of SARIF, the report format that several tools share."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome, Severity
from delivery.scan.tools import Done

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}


def outcome(check: str, done: Done, root: Path, looked_at: str) -> Outcome:
    """What a tool reported as SARIF on standard output.

    Raises NotCheckedError when that is no SARIF, since then the tool has failed, whatever its exit code.
    """
    # Absolute addresses would carry this machine's folders into the report.
    text = done.text.replace(f"{root.resolve().as_uri()}/", "").replace(f"{root.as_uri()}/", "")
    try:
        runs = json.loads(text)["runs"]
        results = [result for run in runs for result in run["results"]]
    except (ValueError, KeyError, TypeError) as error:
        raise NotCheckedError(f"{check} gave no report: {done.complaint}") from error
    return Outcome(tuple(_finding(check, each) for each in results), looked_at=looked_at, sarif=text)


def _finding(check: str, result: dict[str, Any]) -> Finding:
    place, line = "", 0
    for location in result.get("locations", [])[:1]:
        physical = location.get("physicalLocation", {})
        place = unquote(physical.get("artifactLocation", {}).get("uri", ""))
        line = physical.get("region", {}).get("startLine", 0)
    return Finding(
        check=check,
        place=place.removeprefix("./"),
        line=line,
        id=result.get("ruleId", "unknown"),
        message=" ".join(result.get("message", {}).get("text", "").split()),
        severity=LEVELS.get(result.get("level", "warning"), Severity.MEDIUM),
    )
