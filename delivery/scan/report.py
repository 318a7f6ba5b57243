"""A scan's report: a table for people, JSON for programs, and the tools' own SARIF."""

import json
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from delivery.scan.model import Finding
from delivery.scan.run import Report, Result

SCHEMA = 1
SUMMARY = "summary.json"


def as_json(report: Report, commit: str, *, strict: bool) -> dict[str, Any]:
    """The report as JSON values: {"schema", "commit", "exit_code", "totals", "checks": […]}.

    A check's state is "clean", "findings" or "not checked". Seconds are wall time.
    """
    checks = [_check(result) for result in report.results]
    return {
        "schema": SCHEMA,
        "commit": commit,
        "strict": strict,
        "exit_code": report.exit_code(strict=strict),
        "totals": {
            kind: sum(len(check[kind]) for check in checks)
            for kind in ("findings", "accepted", "not_checked")
        },
        "checks": checks,
    }


def _check(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "state": result.state,
        "looked_at": result.outcome.looked_at,
        "seconds": round(result.seconds, 3),
        "findings": [_finding(finding) for finding in result.outcome.findings],
        "accepted": [
            {**_finding(finding), "reason": entry.reason, "expires": entry.expires.isoformat()}
            for finding, entry in result.accepted
        ],
        "not_checked": list(result.outcome.not_checked),
        "sarif": f"{result.name}.sarif" if result.outcome.sarif else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "id": finding.id,
        "severity": str(finding.severity),
        "place": finding.place,
        "line": finding.line or None,
        "message": finding.message,
    }


def write(report: Report, values: dict[str, Any], folder: Path) -> Path:
    """Write summary.json and each tool's SARIF; reports of an earlier scan go. The summary's file."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.sarif"):
        old.unlink()
    for result in report.results:
        if result.outcome.sarif:
            (folder / f"{result.name}.sarif").write_text(result.outcome.sarif, encoding="utf-8")
    summary = folder / SUMMARY
    summary.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return summary


def show(report: Report, console: Console) -> None:
    """Findings and what was not checked, in full, and one table of all checks."""
    for result in report.results:
        for finding in result.outcome.findings:
            head = f"{finding.severity:8} {finding.check} {finding.id}  {finding.where}"
            console.print(head, style="red", markup=False, highlight=False, soft_wrap=True)
            console.print(f"         {finding.message}", markup=False, highlight=False, soft_wrap=True)
    for result in report.results:
        for reason in result.outcome.not_checked:
            line = f"not checked: {result.name}: {reason}"
            console.print(line, style="yellow", markup=False, highlight=False, soft_wrap=True)
    console.print(_table(report))


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("check", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for heading in ("findings", "accepted", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("looked at")
    colours = {"clean": "green", "findings": "red", "not checked": "yellow"}
    for result in report.results:
        state = result.state
        if result.outcome.not_checked and state == "findings":
            state = "findings, rest not checked"
        table.add_row(
            result.name,
            f"[{colours[result.state]}]{state}[/]",
            str(len(result.outcome.findings)),
            str(len(result.accepted)),
            f"{result.seconds:.1f}",
            result.outcome.looked_at or "nothing",
        )
    return table
