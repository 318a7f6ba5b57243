"""Broken versions of Prometheus rules: what a case of `promtool test rules` must notice.

A mutant changes one thing of one rule: a threshold, a comparison, a label that is asked for, a window, what
is summed by, how long an alert waits, whom it tells.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

# Parts of an expression that numbers and words are not looked for in.
_QUOTED = r'"[^"]*"'
_NUMBER = re.compile(r"(?<![\w:.\[{])-?\d+(?:\.\d+)?(?![\w:.\]])")
_MATCHER = re.compile(rf"(\w+)(=~|!~|!=|=)({_QUOTED})")
_WINDOW = re.compile(r"\[(\d+)([smhd])\]")
_LABELS = re.compile(r"\b(by|on) \(([^)]*)\)")
_SWAPS = (
    (" > ", " < "), (" < ", " > "), (" == ", " != "), (" != ", " == "), (" and ", " unless "),
    (" unless ", " and "), (" or ", " unless "), ("sum ", "max "),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A file of rules with one fault."""

    fault: str
    rules: dict[str, Any]


def mutants(rules: dict[str, Any]) -> Iterator[Mutant]:
    """Every mutant of a file's rules."""
    for group, each in enumerate(rules["groups"]):
        for at, rule in enumerate(each["rules"]):
            name = rule.get("alert") or rule["record"]
            for fault, changed in _changed(rule):
                broken = copy.deepcopy(rules)
                broken["groups"][group]["rules"][at] = changed
                yield Mutant(f"{name}: {fault}", broken)


def _changed(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for expr in expressions(rule["expr"]):
        yield expr, {**rule, "expr": expr}
    if "record" in rule:
        yield "another name", {**rule, "record": f"{rule['record']}_x"}
        return
    severity = rule["labels"]["severity"]
    yield "severity", {**rule, "labels": {**rule["labels"], "severity": f"not {severity}"}}
    yield "runbook", {**rule, "annotations": {**rule["annotations"], "runbook": "another"}}
    yield "summary", {**rule, "annotations": {**rule["annotations"], "summary": "another"}}
    if wait := rule.get("for"):
        yield "does not wait", {key: value for key, value in rule.items() if key != "for"}
        yield "waits twice as long", {**rule, "for": f"{2 * int(wait[:-1])}{wait[-1]}"}
    elif rule["expr"] != "vector(1)":
        yield "waits", {**rule, "for": "2m"}


def expressions(expr: str) -> Iterator[str]:
    """The expression with one thing changed, each way."""
    for start, end, text in chain(_numbers(expr), _words(expr), _selections(expr)):
        yield expr[:start] + text + expr[end:]


def _numbers(expr: str) -> Iterator[tuple[int, int, str]]:
    """Places and what comes there: thresholds and windows."""
    for found in _NUMBER.finditer(expr):
        if not _inside(expr, found.start()) and expr != "vector(1)":  # which fires whatever its number is
            yield from ((*found.span(), value) for value in _near(found[0]))
    for found in _WINDOW.finditer(expr):
        yield *found.span(), f"[{4 * int(found[1])}{found[2]}]"


def _words(expr: str) -> Iterator[tuple[int, int, str]]:
    """Places and what comes there: operators and functions."""
    for old, new in _SWAPS:
        for found in re.finditer(re.escape(old), expr):
            yield *found.span(), new


def _selections(expr: str) -> Iterator[tuple[int, int, str]]:
    """Places and what comes there: which series are taken, and by what they are put together."""
    for found in _MATCHER.finditer(expr):
        yield from ((*found.span(3), value) for value in _others(found[3]))
    for found in _LABELS.finditer(expr):
        labels = found[2].split(", ")
        for label in labels:
            fewer = ", ".join(each for each in labels if each != label)
            yield *found.span(), f"{found[1]} ({fewer})"


def _inside(expr: str, at: int) -> bool:
    """Whether a place is in quotes, so that a number there is part of a label's value."""
    return expr[:at].count('"') % 2 == 1


def _near(number: str) -> tuple[str, str]:
    """A little more and a little less: one where a threshold counts things, else a quarter."""
    value = float(number)
    if value.is_integer() and (value <= 10 or value == 100):
        return str(int(value) + 1), str(int(value) - 1)
    return f"{value * 1.25:g}", f"{value * 0.75:g}"


def _others(quoted: str) -> Iterator[str]:
    """A value that no label has, and the alternatives less one."""
    yield '"nothing"'
    values = quoted.strip('"').split("|")
    if len(values) > 1:
        for value in values:
            yield '"' + "|".join(each for each in values if each != value) + '"'
