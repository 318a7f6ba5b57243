"""What rules and dashboards ask for is exported, what we export is asked for; dashboards are well-formed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from deploy.agent_metrics import AGENT_METRICS
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.container import MEASURES
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.telemetry.web import WebMetrics
from tests.absence import REPO
from tests.engine import LABEL, docker, own_name
from tests.integration.monitored import asked, dashboards, expressions, family, names, panels
from tests.integration.test_monitoring_rules import promtool

GRAFANA = REPO / "docker" / "grafana"
AGENT = {metric.name for metric in AGENT_METRICS}


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    with own_name("names") as given:
        yield given


def told(text: str) -> set[str]:
    return {sample.name for each in text_string_to_metric_families(text) for sample in each.samples}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The samples of both servers once everything has happened."""
    api, webapp = Metrics("r", tmp_path_factory.mktemp("store")), WebMetrics("r")
    for metrics in (api, webapp):
        metrics.request("/x", "GET", 200, 0.1)
    api.question("answered", None, 0.1)
    webapp.call_failed(RemoteError("", code="timeout"))
    # What the kernel here does not tell is exported elsewhere all the same.
    container = {f"{name}_total" if measure.counts else name for name, measure in MEASURES.items()}
    return told(api.render().decode()) | told(webapp.render().decode()) | container


def test_what_names_are_found_in_an_expression() -> None:
    summed = 'sum by (job, le) (rate(a:b_5m{route!~"/c|d"}[5m]))'
    found = names(summed + " / on (e) (g_total > 0) and time() - h < 1e5 or i{}")
    assert found == {"a:b_5m", "g_total", "h", "i"}


def test_what_is_asked_of_the_servers_is_exported(exported: set[str]) -> None:
    own = {name for name in asked() if name.startswith(("finchat_", "process_"))}
    assert len(own) > 30
    assert own - AGENT - exported == set()


def test_what_the_servers_export_is_asked_for(exported: set[str]) -> None:
    families = {family(name) for name in exported if name.startswith("finchat_")}
    assert families - {family(name) for name in asked()} == set()


def test_all_that_the_agent_exports_is_asked_for_and_no_more() -> None:
    assert {name for name in asked() if name.startswith("finchat_deploy_")} == AGENT


def test_nothing_is_asked_of_anybody_else() -> None:
    known = ("finchat_", "process_", "haproxy_", "prometheus_")
    assert {name for name in asked() if not name.startswith(known)} == {"up", "ALERTS"}


@pytest.mark.docker
def test_haproxy_exports_what_is_asked_of_it(name: str, tmp_path: Path) -> None:
    settings = tmp_path / "haproxy.cfg"
    settings.write_text(
        "global\n  maxconn 100\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n"
        "  timeout connect 1s\nfrontend metrics\n  bind :8405\n"
        "  http-request use-service prometheus-exporter if { path /metrics }\n  default_backend servers\n"
        "backend servers\n  server blue 127.0.0.1:9 check\n",
        "utf-8",
    )
    settings.chmod(0o644)
    tmp_path.chmod(0o755)
    docker(
        "run", "--detach", f"--name={name}", f"--label={LABEL}={name}", "--publish=127.0.0.1::8405",
        f"--volume={settings}:/usr/local/etc/haproxy/haproxy.cfg:ro", "--user=0", "haproxy:3.0",
    )  # fmt: skip
    address = docker("port", name, "8405/tcp").stdout.split()[0]
    text = ""
    for _ in range(100):
        try:
            text = httpx.get(f"http://{address}/metrics", trust_env=False).text
            break
        except httpx.TransportError:
            time.sleep(0.1)
    wanted = {each for each in asked() if each.startswith("haproxy_")}
    assert len(wanted) > 8
    assert wanted - {line.partition("{")[0].partition(" ")[0] for line in text.splitlines()} == set()


@pytest.mark.docker
def test_prometheus_reads_every_expression(name: str, tmp_path: Path) -> None:
    records = [{"record": f"e{at}", "expr": expr} for at, expr in enumerate(expressions().values())]
    group = {"name": "all", "rules": records}
    (tmp_path / "all.yml").write_text(yaml.safe_dump({"groups": [group]}), "utf-8")
    done = promtool(name, tmp_path, "promtool", "check", "rules", "/mutants/all.yml")
    assert done.returncode == 0, done.stderr
    assert f"{len(records)} rules found" in done.stdout


def test_dashboards_are_what_grafana_provisions() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    (provider,) = yaml.safe_load((GRAFANA / "provisioning/dashboards/finchat.yml").read_text())["providers"]
    compose = (REPO / "compose.yaml").read_text("utf-8")
    assert f"./docker/grafana/dashboards:{provider['options']['path']}:ro" in compose
    found = dashboards()
    assert set(found) == {"overview.json", "answers.json", "deploys.json", "resources.json"}
    assert (
        len({each["uid"] for each in found.values()}) == len({each["title"] for each in found.values()}) == 4
    )
    for dashboard in found.values():
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids))
        assert dashboard["schemaVersion"] >= 39
        for panel in panels(dashboard):
            assert panel["title"]
            assert panel["targets"], panel["title"]
            for each in (panel, *panel["targets"]):
                assert each["datasource"] == {"type": source["type"], "uid": source["uid"]}


def test_panels_stand_beside_each_other_and_not_on_each_other() -> None:
    for name, dashboard in dashboards().items():
        taken: set[tuple[int, int]] = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            assert 0 <= at["x"] < at["x"] + at["w"] <= 24, (name, panel["title"])
            cells = {
                (x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
            }
            assert not cells & taken, (name, panel["title"])
            taken |= cells


def test_legends_name_labels_that_their_expression_keeps() -> None:
    for name, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                kept = re.search(r"(?:sum|count|min|max) by \(([^)]*)\)", target["expr"])
                shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                if kept and not target["expr"].startswith("topk"):
                    assert shown <= set(kept[1].split(", ")), (name, panel["title"])


def test_a_registry_of_one_server_holds_no_metric_twice() -> None:
    for registry in (Metrics().registry, WebMetrics().registry):
        assert isinstance(registry, CollectorRegistry)
        found = [metric.name for metric in registry.collect()]
        assert len(found) == len(set(found))
