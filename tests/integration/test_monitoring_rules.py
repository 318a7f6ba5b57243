"""Prometheus' rules: valid, a page to each alert, and cases that notice what breaks them."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.absence import REPO
from tests.engine import LABEL, own_name
from tests.integration.rule_mutants import expressions, mutants

FOLDER = REPO / "docker" / "prometheus"
RULES = sorted((FOLDER / "rules").glob("*.yml"))
RUNBOOKS = REPO / "docs" / "operations" / "runbooks"
PROMETHEUS = "prom/prometheus:v2.53.3"
# Tries the cases of each mutant's folder and prints what the mutant is when none of them failed.
TRY_ALL = """
one() { promtool test rules "$1"/tests/*.yml >/dev/null 2>&1 && { cat "$1/fault"; echo; }; true; }
export -f one
ls -d /mutants/* | xargs -P 2 -I{} bash -c 'one {}'
"""


def of_file(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def rules_of(path: Path) -> Iterator[dict[str, Any]]:
    for group in of_file(path)["groups"]:
        yield from group["rules"]


ALERTS = [rule for path in RULES for rule in rules_of(path) if "alert" in rule]


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    with own_name("rules") as given:
        yield given


def promtool(name: str, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command in Prometheus' image, with the folder at /mutants and the rules at /etc/prometheus."""
    mounts = [f"--volume={folder}:/mutants:ro", f"--volume={FOLDER}:/etc/prometheus:ro"]
    # As root: what pytest makes is its user's alone.
    run = ["docker", "run", "--rm", "--user=0", "--network=none", f"--label={LABEL}={name}", *mounts]
    return subprocess.run(
        [*run, "--workdir=/etc/prometheus", f"--entrypoint={command[0]}", PROMETHEUS, *command[1:]],
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.docker
def test_prometheus_takes_rules_and_configuration(name: str, tmp_path: Path) -> None:
    rules = [f"rules/{path.name}" for path in RULES]
    done = promtool(name, tmp_path, "promtool", "check", "rules", "--lint-fatal", *rules)
    assert done.returncode == 0, done.stdout + done.stderr
    done = promtool(name, tmp_path, "promtool", "check", "config", "--lint-fatal", "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rule files found" in done.stdout


@pytest.mark.docker
def test_every_case_holds(name: str, tmp_path: Path) -> None:
    cases = [f"tests/{path.name}" for path in RULES]
    done = promtool(name, tmp_path, "promtool", "test", "rules", *cases)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_a_case() -> None:
    for path in RULES:
        cases = of_file(FOLDER / "tests" / path.name)
        assert cases["rule_files"] == [f"../rules/{path.name}"]
        alerts = {each["alertname"] for case in cases["tests"] for each in case.get("alert_rule_test", ())}
        asked = " ".join(each["expr"] for case in cases["tests"] for each in case.get("promql_expr_test", ()))
        for rule in rules_of(path):
            assert rule["alert"] in alerts if "alert" in rule else rule["record"] in asked, rule


@pytest.mark.docker
@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_broken_rule_fails_its_cases(name: str, tmp_path: Path, path: Path) -> None:
    made = 0
    for made, mutant in enumerate(mutants(of_file(path)), start=1):
        folder = tmp_path / f"{made:04}"
        for part in ("rules", "tests"):
            (folder / part).mkdir(parents=True)
        (folder / "rules" / path.name).write_text(yaml.safe_dump(mutant.rules, sort_keys=False), "utf-8")
        (folder / "tests" / path.name).write_bytes((FOLDER / "tests" / path.name).read_bytes())
        (folder / "fault").write_text(mutant.fault, "utf-8")
    assert made > len(list(rules_of(path)))
    done = promtool(name, tmp_path, "bash", "-c", TRY_ALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == []


@pytest.mark.docker
def test_an_unbroken_rule_would_be_told_as_a_mutant_that_lives(name: str, tmp_path: Path) -> None:
    (tmp_path / "0001" / "tests").mkdir(parents=True)
    (tmp_path / "0001" / "rules").mkdir()
    for part in ("rules", "tests"):
        (tmp_path / "0001" / part / "monitoring.yml").write_bytes(
            (FOLDER / part / "monitoring.yml").read_bytes()
        )
    (tmp_path / "0001" / "fault").write_text("none", "utf-8")
    assert promtool(name, tmp_path, "bash", "-c", TRY_ALL).stdout == "none\n"


def test_what_a_mutant_changes() -> None:
    found = set(expressions('sum by (job) (rate(a_5m{b=~"c|d"}[5m])) > 0.5'))
    assert found == {
        'max by (job) (rate(a_5m{b=~"c|d"}[5m])) > 0.5',
        'sum by () (rate(a_5m{b=~"c|d"}[5m])) > 0.5',
        'sum by (job) (rate(a_5m{b=~"nothing"}[5m])) > 0.5',
        'sum by (job) (rate(a_5m{b=~"d"}[5m])) > 0.5',
        'sum by (job) (rate(a_5m{b=~"c"}[5m])) > 0.5',
        'sum by (job) (rate(a_5m{b=~"c|d"}[20m])) > 0.5',
        'sum by (job) (rate(a_5m{b=~"c|d"}[5m])) < 0.5',
        'sum by (job) (rate(a_5m{b=~"c|d"}[5m])) > 0.625',
        'sum by (job) (rate(a_5m{b=~"c|d"}[5m])) > 0.375',
    }


def test_every_alert_says_how_grave_it_is_and_where_to_read() -> None:
    assert len(ALERTS) > 30
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("critical", "warning", "none"), alert
        assert set(alert["annotations"]) == {"summary", "runbook"}, alert
        assert alert["annotations"]["runbook"] == f"docs/operations/runbooks/{alert['alert']}.md"
    # One that tells of two servers says of which.
    twice = Counter((alert["alert"], alert["labels"].get("job")) for alert in ALERTS)
    assert set(twice.values()) == {1}


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    pages = {path.stem: path.read_text("utf-8") for path in RUNBOOKS.glob("*.md")}
    index = pages.pop("README")
    assert set(pages) == {alert["alert"] for alert in ALERTS}
    for alert in ALERTS:
        page, name = pages[alert["alert"]], alert["alert"]
        severity = alert["labels"]["severity"]
        assert page.startswith(f"# {name}\n\n**Severity: {severity}.** ")
        assert re.search(r"\n## Look\n\n```sh\n[^`]+\n```\n\n## Do\n\n- ", page), name
        assert f"| [{name}]({name}.md) | {severity} |" in index


def test_pages_link_to_pages_that_exist() -> None:
    for path in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
