import json
from pathlib import Path
from typing import Any

import pytest

from delivery.metrics.errors import SummaryError
from delivery.metrics.vulnerabilities import counted

COMMIT = "c" * 40


def summary(tmp_path: Path, *checks: dict[str, Any]) -> Path:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({"commit": COMMIT, "checks": checks}))
    return path


def check(name: str, *severities: str, accepted: tuple[str, ...] = (), missing: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "findings": [{"severity": each} for each in severities],
        "accepted": [{"severity": each} for each in accepted],
        "not_checked": [missing] if missing else [],
    }


def test_findings_are_counted_with_the_accepted_ones(tmp_path: Path) -> None:
    path = summary(tmp_path, check("dependencies", "high", "low", accepted=("high",)), check("trivy"))
    found = counted(path, COMMIT)
    assert found["dependencies"] == {"critical": 0, "high": 2, "medium": 0, "low": 1}
    assert found["trivy"] == {"critical": 0, "high": 0, "medium": 0, "low": 0}
    assert found["debian"] is None


def test_what_was_not_all_checked_is_not_known(tmp_path: Path) -> None:
    path = summary(tmp_path, check("dependencies", "high", missing="the index serves no such data"))
    assert counted(path, COMMIT)["dependencies"] is None


def test_without_a_scan_nothing_is_known(tmp_path: Path) -> None:
    assert set(counted(tmp_path / "none.json", COMMIT).values()) == {None}


def test_a_scan_of_another_commit_says_nothing(tmp_path: Path) -> None:
    assert set(counted(summary(tmp_path, check("trivy")), "d" * 40).values()) == {None}


@pytest.mark.parametrize("text", ["{", "[]", '{"commit": "cc"}', '{"commit": "CC", "checks": [1]}'])
def test_a_damaged_summary_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "summary.json"
    path.write_text(text.replace("CC", COMMIT))
    with pytest.raises(SummaryError, match=r"summary\.json"):
        counted(path, COMMIT)
