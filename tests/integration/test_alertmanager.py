"""Alertmanager with the project's settings: valid, routed by severity, and alerts that really arrive."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.absence import REPO
from tests.engine import LABEL, docker, own_name
from tests.patience import ends
from tests.ports import unused_port
from tests.receiver import Post, Receiver, receiver

pytestmark = pytest.mark.docker
SETTINGS = REPO / "docker" / "alertmanager" / "alertmanager.yml"
PUBLIC = "prom/alertmanager:v0.27.0"


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    with own_name("alertmanager") as given:
        yield given


@pytest.fixture(scope="module")
def image(name: str) -> str:
    """The public image where it is here or can be pulled; else one made of Debian's package."""
    if docker("image", "inspect", PUBLIC, check=False).returncode == 0:
        return PUBLIC
    if docker("pull", "--quiet", PUBLIC, check=False).returncode == 0:
        return PUBLIC
    made = f"{name}-image:test"
    here = Path(__file__).parent
    docker("build", "--quiet", f"--tag={made}", f"--file={here / 'alertmanager.Dockerfile'}", str(here))
    return made


@pytest.fixture(scope="module")
def heard() -> Iterator[Receiver]:
    """A receiver of webhooks on loopback."""
    with receiver() as found:
        yield found


@pytest.fixture(scope="module")
def running(name: str, image: str, heard: Receiver, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an Alertmanager with the project's own file, which shares this machine's loopback."""
    secrets = tmp_path_factory.mktemp("secrets")
    for secret, value in (
        ("finchat_smtp_password", "none"),
        ("finchat_webhook_url", f"{heard.address}/critical\n"),
        ("finchat_watchdog_url", f"{heard.address}/watchdog\n"),
    ):
        (secrets / secret).write_text(value, "utf-8")
    port = unused_port()
    docker(
        "run", "--detach", f"--name={name}", f"--label={LABEL}={name}", "--network=host", "--user=0",
        "--entrypoint=alertmanager", f"--volume={SETTINGS}:/etc/alertmanager/alertmanager.yml:ro",
        f"--volume={secrets}:/run/secrets:ro", image, "--config.file=/etc/alertmanager/alertmanager.yml",
        "--storage.path=/tmp/alertmanager", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with ends():
        while not ready(address):
            assert docker("inspect", "--format={{.State.Running}}", name).stdout.strip() == "true", docker(
                "logs", name, check=False
            ).stderr
    return address


def ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/-/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def amtool(name: str, image: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    mount = f"--volume={SETTINGS}:/etc/alertmanager/alertmanager.yml:ro"
    command = ["docker", "run", "--rm", f"--label={LABEL}={name}", "--network=none", mount]
    return subprocess.run(
        [*command, "--entrypoint=amtool", image, *arguments], text=True, capture_output=True, check=False
    )


def alert(**labels: str) -> dict[str, Any]:
    page = f"docs/operations/runbooks/{labels['alertname']}.md"
    ending = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    annotations = {"summary": "sent by a test", "runbook": page}
    return {"labels": labels, "annotations": annotations, "endsAt": ending}


def test_amtool_takes_the_settings(name: str, image: str) -> None:
    done = amtool(name, image, "check-config", "/etc/alertmanager/alertmanager.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=ServerDown", "severity=critical"], "now"),
        (["alertname=ImageOld", "severity=warning"], "mail"),
        (["alertname=Unheard", "severity=another"], "mail"),
        (["alertname=Watchdog", "severity=none"], "watchdog"),
    ],
)
def test_alerts_go_where_their_severity_says(name: str, image: str, labels: list[str], receiver: str) -> None:
    settings = "--config.file=/etc/alertmanager/alertmanager.yml"
    done = amtool(name, image, "config", "routes", "test", settings, *labels)
    assert (done.returncode, done.stdout.strip()) == (0, receiver), done.stderr


def told(post: Post) -> tuple[str, Any]:
    return post.path, json.loads(post.body)


def test_a_critical_alert_reaches_its_webhook(running: str, heard: Receiver) -> None:
    sent = alert(alertname="ServerDown", severity="critical", job="api", instance="a")
    assert httpx.post(f"{running}/api/v2/alerts", json=[sent], trust_env=False).status_code == 200
    path, body = told(heard.next())
    assert (path, body["receiver"], body["status"]) == ("/critical", "now", "firing")
    (got,) = body["alerts"]
    assert got["labels"] == sent["labels"]
    assert got["annotations"] == sent["annotations"]


def test_the_watchdog_reaches_its_own(running: str, heard: Receiver) -> None:
    sent = [alert(alertname="Watchdog", severity="none")]
    assert httpx.post(f"{running}/api/v2/alerts", json=sent, trust_env=False).status_code == 200
    path, body = told(heard.next())
    assert (path, body["alerts"][0]["labels"]["alertname"]) == ("/watchdog", "Watchdog")


def test_a_warning_about_what_is_critical_already_is_not_sent(running: str) -> None:
    both = [alert(alertname="StoreDiskFull", severity="critical", instance="x"),
            alert(alertname="StoreDiskLow", severity="warning", instance="x"),
            alert(alertname="StoreDiskLow", severity="warning", instance="y")]  # fmt: skip
    assert httpx.post(f"{running}/api/v2/alerts", json=both, trust_env=False).status_code == 200
    wanted = {("StoreDiskFull", "x"): False, ("StoreDiskLow", "x"): True, ("StoreDiskLow", "y"): False}
    with ends():
        while (found := held_back(running)) != wanted:
            assert found.keys() <= wanted.keys()


def held_back(running: str) -> dict[tuple[str, str], bool]:
    """Whether each alert about a disk is kept back for another one."""
    alerts = httpx.get(f"{running}/api/v2/alerts", trust_env=False).json()
    return {
        (each["labels"]["alertname"], each["labels"]["instance"]): bool(each["status"]["inhibitedBy"])
        for each in alerts
        if each["labels"]["alertname"].startswith("StoreDisk")
    }


def test_no_secret_stands_in_the_settings() -> None:
    settings = yaml.safe_load(SETTINGS.read_text("utf-8"))
    assert "smtp_auth_password" not in settings["global"]
    for each in settings["receivers"]:
        for webhook in each.get("webhook_configs", ()):
            assert set(webhook) == {"url_file", "send_resolved"}


def test_compose_takes_the_profiles_and_their_secrets() -> None:
    profiles = ["--profile=alerts", "--profile=dashboards"]
    done = docker("compose", "-f", "compose.yaml", *profiles, "config", "--format=json")
    services = json.loads(done.stdout)["services"]
    mounted = {each["target"] for each in services["alertmanager"]["secrets"]}
    settings = SETTINGS.read_text("utf-8")
    for secret in mounted:
        assert f"/run/secrets/{Path(secret).name}" in settings
    for service in ("alertmanager", "grafana"):
        assert services[service]["read_only"]
        assert services[service]["cap_drop"] == ["ALL"]
        assert {port["host_ip"] for port in services[service]["ports"]} == {"127.0.0.1"}
