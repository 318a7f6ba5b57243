"""The stack of compose.yaml as Prometheus sees it: every rule, every metric, every runbook's commands."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.absence import REPO
from tests.engine import LABEL, docker, own_name
from tests.integration.docker_stack import Stack, build, command, started
from tests.integration.monitored import RULES, asked

pytestmark = pytest.mark.docker
SERVERS = ("api", "webapp")
APPLE = "What was Apple's revenue in fiscal 2024?"
# What only a deployed stack has: tests of deploy/ run these.
ELSEWHERE = ("python -m deploy ",)
PAGES = sorted((REPO / "docs" / "operations" / "runbooks").glob("*.md"))
RUNBOOKS = [page for page in PAGES if page.stem != "README"]


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    with own_name("monitored") as given:
        yield given


@pytest.fixture(scope="module")
def stack(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    images = build(name, *SERVERS)
    variables = {
        "FINCHAT_API_IMAGE": images["api"],
        "FINCHAT_WEBAPP_IMAGE": images["webapp"],
        "COMPOSE_PROFILES": "monitoring",
        "COMPOSE_PROJECT_NAME": name,
    }
    call = command(tmp_path_factory.mktemp("compose"), variables)
    start = ["up --wait --detach", "exec -T api finchat ingest --samples"]
    with started(name, call, [str(REPO / "compose.yaml")], start) as running:
        running.ask(APPLE)
        assert running.get("webapp", 5000, f"/ask?q={quote(APPLE)}").status_code == 200
        yield running


def metrics(stack: Stack) -> set[str]:
    return set(stack.get("prometheus", 9090, "/api/v1/label/__name__/values").json()["data"])


def test_every_rule_is_evaluated_without_an_error(stack: Stack) -> None:
    def settled() -> bool:
        groups = stack.get("prometheus", 9090, "/api/v1/rules").json()["data"]["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}

    stack.services.wait_until_responsive(settled, timeout=120, pause=1)
    groups = stack.get("prometheus", 9090, "/api/v1/rules").json()["data"]["groups"]
    assert len({group["file"] for group in groups}) == len(RULES)


def test_every_metric_that_is_asked_for_is_there(stack: Stack) -> None:
    """Those of the proxy and of the agent are a deployed stack's."""
    # Prometheus counts deliveries by Alertmanager, and none runs here.
    elsewhere = ("haproxy_", "finchat_deploy_", "prometheus_notifications_")
    wanted = {name for name in asked() if not name.startswith(elsewhere)}
    missing = wanted
    for _ in range(60):
        missing = wanted - metrics(stack)
        if not missing:
            break
        time.sleep(1)
    assert missing == set()


def test_a_container_that_is_limited_says_so(stack: Stack) -> None:
    text = stack.get("api", 8000, "/metrics").text
    figures = dict(re.findall(r"^(finchat_container_\w+) (\S+)$", text, re.MULTILINE))
    assert float(figures["finchat_container_memory_limit_bytes"]) == 2 << 30
    assert float(figures["finchat_container_cpu_limit_cores"]) == 2
    assert float(figures["finchat_container_pids_limit"]) == 256
    assert 0 < float(figures["finchat_container_memory_bytes"]) < 2 << 30
    assert 0 < float(figures["finchat_container_pids"]) < 256
    assert float(figures["finchat_container_cpu_seconds_total"]) > 0


def test_nothing_but_the_watchdog_fires_in_a_healthy_stack(stack: Stack) -> None:
    def firing() -> set[str]:
        alerts = stack.get("prometheus", 9090, "/api/v1/alerts").json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    stack.services.wait_until_responsive(lambda: "Watchdog" in firing(), timeout=120, pause=1)
    assert firing() == {"Watchdog"}


def looks(page: Path) -> list[str]:
    """The commands of a runbook's part "Look"."""
    found = re.search(r"## Look\n\n```sh\n([^`]+)```", page.read_text("utf-8"))
    return found[1].splitlines() if found else []


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbooks_commands_run(stack: Stack, page: Path) -> None:
    commands = looks(page)
    assert commands
    call = f"{stack.command} -p {stack.name}"
    for line in commands:
        if line.startswith(ELSEWHERE):
            continue
        run = line.replace("docker compose", call, 1)
        done = subprocess.run(["bash", "-c", run], cwd=REPO, text=True, capture_output=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def proxy(stack: Stack, tmp_path: Path) -> Iterator[str]:
    """The name of a container with the deployed stack's own proxy before this stack's servers."""
    (tmp_path / "routing.map").write_text("active blue\ncanary blue\n", "ascii")
    (tmp_path / "share.map").write_text("share 0\n", "ascii")
    shutil.copy(REPO / "deploy" / "stack" / "haproxy.cfg", tmp_path)
    tmp_path.chmod(0o755)
    colours = {"BLUE_API": "api:8000", "BLUE_WEB": "webapp.inside:5000"}
    settings = {**colours, **{name.replace("BLUE", "GREEN"): value for name, value in colours.items()}}
    settings |= {"PROXY": "a", "METRICS_PORT": "8405", "RATE": "10000"}
    given = [f"--env={name}={value}" for name, value in settings.items()]
    made = f"{stack.name}-proxy"
    docker(
        "run", "--detach", f"--name={made}", f"--label={LABEL}={stack.name}", "--user=0",
        f"--network={stack.name}_inside", f"--volume={tmp_path}:/var/lib/finchat:ro", "--tmpfs=/run/finchat",
        *given, "haproxy:3.0", "-W", "-db", "-f", "/var/lib/finchat/haproxy.cfg",
    )  # fmt: skip
    yield made
    docker("rm", "--force", made, check=False)


ASK_THROUGH = """
import sys, time, urllib.error, urllib.parse, urllib.request
place, given, question = sys.argv[1:]
address = f"http://{place}:5000/ask?" + urllib.parse.urlencode({"q": question})
for _ in range(100):
    try:
        asked = urllib.request.Request(address, headers={"X-Request-ID": given})
        with urllib.request.urlopen(asked) as reply:
            print(reply.headers["X-Request-ID"])
            break
    except urllib.error.URLError:
        time.sleep(0.2)
"""


@pytest.mark.parametrize("given", ["from-outside-1", "not well-formed"])
def test_one_id_goes_through_proxy_pages_and_api(stack: Stack, proxy: str, given: str) -> None:
    answered = stack.python("api", ASK_THROUGH, proxy, given, APPLE)
    assert (answered == given) is (given == "from-outside-1")
    assert answered
    logs = {
        "proxy": docker("logs", proxy),
        "webapp": docker("logs", stack.container("webapp")),
        "api": docker("logs", stack.container("api")),
    }
    for server, done in logs.items():
        lines = [
            json.loads(line) for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")
        ]
        found = [line for line in lines if line.get("request_id") == answered]
        assert found, server
        assert {line["message"] for line in found} == {"request"}
