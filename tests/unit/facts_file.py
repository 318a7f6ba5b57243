"""Files of companyfacts made for tests, as EDGAR writes them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CIK = "0000000042"
FIRST, SECOND, THIRD = (f"{CIK}-{year}-000001" for year in (22, 23, 24))
REPORTS: dict[str, dict[str, Any]] = {
    FIRST: {"fy": 2021, "fp": "FY", "form": "10-K", "filed": "2022-02-10"},
    SECOND: {"fy": 2022, "fp": "FY", "form": "10-K", "filed": "2023-02-10"},
    THIRD: {"fy": 2023, "fp": "FY", "form": "10-K", "filed": "2024-02-10"},
}


def year(accession: str, ending: int, value: float | str) -> dict[str, Any]:
    """An amount of a calendar year."""
    span = {"start": f"{ending}-01-01", "end": f"{ending}-12-31"}
    return {**span, "val": value, "accn": accession, **REPORTS[accession]}


def balance(accession: str, ending: int, value: float | str) -> dict[str, Any]:
    """An amount at the end of a calendar year."""
    return {"end": f"{ending}-12-31", "val": value, "accn": accession, **REPORTS[accession]}


USUAL: dict[str, list[dict[str, Any]]] = {
    "us-gaap:Revenues": [
        year(FIRST, 2021, 90_000_000),
        year(SECOND, 2021, 95_000_000),  # restated
        year(SECOND, 2022, 100_000_000),
        year(THIRD, 2022, 100_000_000),
        year(THIRD, 2023, 120_000_000),
    ],
    "us-gaap:Assets": [
        balance(FIRST, 2021, 500_000_000),
        balance(SECOND, 2022, 550_000_000),
        balance(THIRD, 2023, 600_000_000),
    ],
}


def content(
    figures: Mapping[str, list[dict[str, Any]]] | None = None, *, unit: str = "USD", **fields: Any
) -> bytes:
    """A file with these entries by concept."""
    facts: dict[str, dict[str, Any]] = {}
    for concept, entries in (USUAL if figures is None else figures).items():
        prefix, _, name = concept.partition(":")
        words = {"label": name, "description": None}
        facts.setdefault(prefix, {})[name] = {**words, "units": {unit: entries}}
    return json.dumps({"cik": 42, "entityName": "Acme Widgets, Inc.", "facts": facts, **fields}).encode()


def write(folder: Path, figures: Mapping[str, list[dict[str, Any]]] | None = None) -> Path:
    """Put a file where EDGAR would have it below `folder`."""
    home = folder / "api" / "xbrl" / "companyfacts"
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"CIK{CIK}.json"
    path.write_bytes(content(figures))
    return path
