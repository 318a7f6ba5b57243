"""What rules and dashboards ask for, by the names of metrics."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.absence import REPO

RULES = sorted((REPO / "docker" / "prometheus" / "rules").glob("*.yml"))
DASHBOARDS = sorted((REPO / "docker" / "grafana" / "dashboards").glob("*.json"))
_LEFT_OUT = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|ignoring|without|group_left|group_right) ?\([^)]*\)'
)
_NAME = re.compile(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?!\w*\s*\()")
_WORDS = {"and", "or", "unless", "sum", "max", "min", "count", "topk", "offset", "bool"}
_SUFFIX = re.compile(r"_(bucket|count|sum|created|total|info)$")


def rules() -> Iterator[dict[str, Any]]:
    """Every rule of every file."""
    for path in RULES:
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            yield from group["rules"]


def panels(dashboard: Any) -> Iterator[dict[str, Any]]:
    """The panels of a dashboard that show something, without its rows."""
    yield from (panel for panel in dashboard["panels"] if panel["type"] != "row")


def dashboards() -> dict[str, Any]:
    """Every dashboard by its file's name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in DASHBOARDS}


def expressions() -> dict[str, str]:
    """Every expression, by where it stands."""
    found = {f"{rule.get('alert') or rule['record']}": rule["expr"] for rule in rules()}
    for name, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                found[f"{name}: {panel['title']} {target['refId']}"] = target["expr"]
    return found


def names(expr: str) -> set[str]:
    """The metrics that an expression asks for."""
    return {name for name in _NAME.findall(_LEFT_OUT.sub(" ", expr)) if name not in _WORDS}


def asked() -> set[str]:
    """The metrics that all of them ask for, without those that a rule records."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    return {name for expr in expressions().values() for name in names(expr)} - recorded


def family(sample: str) -> str:
    """The metric that a sample of that name belongs to."""
    return _SUFFIX.sub("", sample)
