"""compose.yaml as it is used: images built, started, asked, watched, attacked, restarted and stopped."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.absence import absent
from tests.engine import docker, leftovers, own_name
from tests.integration.docker_stack import REVISION, Stack, build, command, started

pytestmark = pytest.mark.docker
SERVERS = ("api", "webapp")
SERVICES = (*SERVERS, "prometheus")
MEMORY = 1 << 30
LIMITS = {"api": (MEMORY, 256, 2.0), "webapp": (512 << 20, 64, 1.0)}  # bytes, processes, processors
APPLE = "What was Apple's revenue in fiscal 2024?"
NIKE = "What was NIKE's revenue in fiscal 2025?"
TOKEN = "a-token-of-this-test-only"  # noqa: S105 - it opens nothing but the test's own containers


@pytest.fixture(scope="module")
def docker_compose_project_name() -> Iterator[str]:
    with own_name("stack") as name:
        yield name


@pytest.fixture(scope="module")
def docker_compose_file(repo: Path) -> list[str]:
    return [str(repo / "compose.yaml")]


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secrets") / "token"
    file.write_text(f"{TOKEN}\n", "utf-8")
    file.chmod(0o644)
    return file


@pytest.fixture(scope="module")
def docker_compose_command(
    docker_compose_project_name: str, token_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    images = build(docker_compose_project_name, *SERVERS)
    variables = {
        "FINCHAT_API_IMAGE": images["api"],
        "FINCHAT_WEBAPP_IMAGE": images["webapp"],
        "FINCHAT_API_MEMORY": str(MEMORY),
        "FINCHAT_API_TOKEN_FILE": str(token_file),
        "COMPOSE_PROFILES": "monitoring",
    }
    return command(tmp_path_factory.mktemp("compose"), variables)


@pytest.fixture(scope="module")
def stack(
    docker_compose_project_name: str, docker_compose_command: str, docker_compose_file: list[str]
) -> Iterator[Stack]:
    start = ["up --wait --detach", "exec -T api finchat ingest --samples"]
    with started(docker_compose_project_name, docker_compose_command, docker_compose_file, start) as running:
        yield running


def test_every_service_is_healthy_on_loopback_only(stack: Stack) -> None:
    for service in SERVICES:
        found = stack.inspect(service)
        assert found["State"]["Health"]["Status"] == "healthy"
        published = [each for ports in found["NetworkSettings"]["Ports"].values() for each in ports or ()]
        assert {each["HostIp"] for each in published} == {"127.0.0.1"}


def test_the_api_answers_with_citations(stack: Stack) -> None:
    answer = stack.ask(NIKE)
    assert answer["status"] == "answered"
    assert answer["value"]["number"] == "46309000000"
    assert answer["citations"][0]["quote"] == "46,309"


def test_the_page_shows_the_answer_and_where_it_stands(stack: Stack) -> None:
    page = stack.get("webapp", 5000, f"/ask?q={quote(APPLE)}")
    assert page.status_code == 200
    assert "391.035 billion" in page.text
    assert "391,035" in page.text
    assert "0000320193-24-000123" in page.text


def test_the_built_commit_is_told(stack: Stack) -> None:
    assert stack.get("api", 8000, "/version").json()["revision"] == REVISION


def test_prometheus_scrapes_both_servers(stack: Stack) -> None:
    def scraped() -> bool:
        up = [_value(stack, f'up{{job="{server}"}}') for server in SERVERS]
        return up == ["1", "1"] and _value(stack, "finchat_store_filings") == "14"

    stack.services.wait_until_responsive(scraped, timeout=60, pause=0.5)
    stack.ask(NIKE)
    assert stack.get("webapp", 5000, f"/ask?q={quote(APPLE)}").status_code == 200
    for counted in (
        'sum(finchat_questions_total{status="answered"})',
        'sum(finchat_http_request_seconds_count{job="webapp",route="/ask",status="2xx"})',
    ):
        stack.services.wait_until_responsive(
            lambda counted=counted: _value(stack, counted) not in {"", "0"}, timeout=60, pause=0.5
        )


@pytest.mark.parametrize("service", SERVICES)
def test_the_root_is_read_only_and_unchanged(stack: Stack, service: str) -> None:
    # The engine itself makes the places that it mounts its init and our folders at.
    changed = set(docker("diff", stack.container(service)).stdout.splitlines())
    engine = {"C /usr", "C /usr/sbin", "C /sbin", "A /usr/sbin/docker-init", "A /sbin/docker-init"}
    described = stack.inspect(service)
    for mount in (Path(each["Destination"]) for each in described["Mounts"]):
        engine |= {f"A {mount}", *(f"C {folder}" for folder in mount.parents)}
    assert changed <= engine
    assert described["HostConfig"]["ReadonlyRootfs"]


@pytest.mark.parametrize(("service", "kept"), [("api", {"/var/lib/finchat"}), ("webapp", set())])
def test_nothing_but_volumes_and_memory_can_be_written(stack: Stack, service: str, kept: set[str]) -> None:
    program = """
import os, pathlib
def wrote(folder):
    try:
        (file := pathlib.Path(folder, "written-by-a-test")).touch()
        file.unlink()
        return True
    except OSError:
        return False
for folder, below, _ in os.walk("/"):
    if folder in ("/proc", "/sys"):
        below.clear()
    elif wrote(folder):
        print(folder)
        below.clear()
"""
    in_memory = {"/dev/shm", "/dev/mqueue", "/tmp"}  # noqa: S108 - of the container
    written = set(stack.python(service, program).splitlines())
    assert written - in_memory == kept
    assert "/tmp" in written  # noqa: S108 - so the walk did find what there is


@pytest.mark.parametrize("service", SERVERS)
def test_no_process_may_more_than_it_must(stack: Stack, service: str) -> None:
    status = _status(stack, service)
    assert status["Uid"].split() == ["10001"] * 4
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert status[capabilities].strip() == "0" * 16
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"


def test_prometheus_has_no_capability_either(stack: Stack) -> None:
    host = stack.inspect("prometheus")["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", SERVERS)
def test_the_kernel_holds_the_limits(stack: Stack, service: str) -> None:
    program = """
import pathlib
def read(*names):
    for name in names:
        file = pathlib.Path("/sys/fs/cgroup", name)
        if file.exists():
            return file.read_text().split()
memory = read("memory.max", "memory/memory.limit_in_bytes")
processes = read("pids.max", "pids/pids.max")
quota = read("cpu.max") or read("cpu/cpu.cfs_quota_us") + read("cpu/cpu.cfs_period_us")
print(memory[0], processes[0], int(quota[0]) / int(quota[1]))
"""
    memory, processes, processors = stack.python(service, program).split()
    assert (int(memory), int(processes), float(processors)) == LIMITS[service]


def test_logs_have_a_largest_size(stack: Stack) -> None:
    for service in SERVICES:
        log = stack.inspect(service)["HostConfig"]["LogConfig"]
        assert log == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}


def test_a_fork_bomb_ends_at_its_limit(stack: Stack) -> None:
    program = """
import os, signal, time
children = []
try:
    for _ in range(400):
        pid = os.fork()
        if not pid:
            time.sleep(60)
            os._exit(0)
        children.append(pid)
except BlockingIOError:
    print("refused")
for pid in children:
    os.kill(pid, signal.SIGKILL)
"""
    assert stack.python("webapp", program) == "refused"
    assert stack.get("webapp", 5000, "/ready").status_code == 200


def test_what_takes_too_much_memory_is_killed_and_the_service_lives(stack: Stack) -> None:
    greedy = (
        f"held = bytearray({2 * MEMORY})\nfor at in range(0, len(held), 4096): held[at] = 1\nprint('held')"
    )
    done = stack.try_compose("exec", "-T", "api", "python", "-c", greedy)
    assert done.returncode == 137, done
    assert "held" not in done.stdout
    stack.services.wait_until_responsive(lambda: stack.healthy("api"), timeout=60, pause=0.2)
    assert stack.ask(NIKE)["status"] == "answered"


def test_a_server_that_crashed_is_started_again(stack: Stack) -> None:
    before = stack.inspect("api")["RestartCount"]
    stack.try_compose("exec", "-T", "api", "python", "-c", "import os; os.kill(-1, 9)")

    def is_back() -> bool:
        return bool(stack.inspect("api")["RestartCount"] > before) and stack.healthy("api")

    stack.services.wait_until_responsive(is_back, timeout=60, pause=0.2)
    assert stack.ask(NIKE)["status"] == "answered"


def test_only_the_api_has_a_way_out(stack: Stack) -> None:
    program = """
import pathlib, socket, sys
def answers(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except ConnectionRefusedError:
        return True  # an answer as well
    except OSError:
        return False
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    if answers(host, int(port)):
        print(place)
"""
    places = _places_outside()
    reached = stack.python("api", program, *places).split()
    if not reached:
        absent(f"none of {', '.join(places)} answers the API: no network to be kept from")
    assert stack.python("webapp", program, "api:8000", *reached) == "api:8000"


@pytest.mark.parametrize(
    ("service", "missing"),
    [("api", ["pip", "poetry"]), ("webapp", ["pip", "poetry", "lxml", "tantivy", "pypdfium2", "fastapi"])],
)
def test_images_carry_only_what_they_run(stack: Stack, service: str, missing: list[str]) -> None:
    find = "import importlib.util, sys; print([n for n in sys.argv[1:] if importlib.util.find_spec(n)])"
    assert stack.python(service, find, *missing) == "[]"


def test_no_secret_reaches_the_build(repo: Path) -> None:
    lines = (repo / ".dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    assert not {"!.env", "!.git", "!tests", "!secrets"} & set(lines)


def test_new_containers_have_the_same_store(stack: Stack) -> None:
    before = stack.ask(NIKE)
    stack.compose("up", "--wait", "--detach", "--force-recreate", "--timeout", "5")
    assert stack.ask(NIKE) == before


def test_a_token_in_a_file_is_asked_for(stack: Stack, repo: Path) -> None:
    guarded = _with_token(stack, repo)
    guarded.compose("up", "--wait", "--detach", "--timeout", "5")
    assert guarded.get("api", 8000, "/v1/companies").status_code == 401
    assert guarded.get("api", 8000, "/v1/companies", Authorization=f"Bearer {TOKEN}").status_code == 200
    assert "391.035 billion" in guarded.get("webapp", 5000, f"/ask?q={quote(APPLE)}").text
    assert guarded.get("webapp", 5000, "/metrics").status_code == 401
    up = dict.fromkeys(SERVICES, "up")
    guarded.services.wait_until_responsive(lambda: _targets(guarded) == up, timeout=60, pause=0.5)
    for service in SERVICES:
        assert TOKEN not in json.dumps(guarded.inspect(service))
        assert TOKEN not in guarded.compose("logs", service)


def test_an_empty_token_is_refused(stack: Stack, repo: Path, token_file: Path) -> None:
    token_file.write_text("", "utf-8")
    done = _with_token(stack, repo).try_compose("run", "--rm", "--no-deps", "-T", "api")
    assert done.returncode == 2
    assert "FINCHAT_API_TOKEN: is not set" in done.stderr


def test_servers_stop_when_they_are_asked_to(stack: Stack) -> None:
    stack.compose("stop", *SERVERS)
    assert [stack.inspect(service)["State"]["ExitCode"] for service in SERVERS] == [0, 0]


def test_both_scrape_configurations_are_one(repo: Path) -> None:
    folder = repo / "docker" / "prometheus"
    plain, guarded = ((folder / name).read_text("utf-8") for name in ("prometheus.yml", "with-token.yml"))
    lines = "    authorization:\n      credentials_file: /run/secrets/finchat_api_token\n"
    assert lines in guarded
    assert guarded.replace(lines, "").splitlines()[1:] == plain.splitlines()[1:]


def test_nothing_is_left_behind_after_a_failure() -> None:
    class PlannedError(Exception):
        pass

    def fail(name: str) -> None:
        label = f"--label=com.docker.compose.project={name}"
        docker("volume", "create", label, f"{name}-data")
        docker("network", "create", label, f"{name}-net")
        docker("pull", "--quiet", "python:3.11-slim")
        docker("tag", "python:3.11-slim", f"{name}-image:test")
        docker(
            "run",
            "-d",
            label,
            f"--network={name}-net",
            f"-v={name}-data:/data",
            f"{name}-image:test",
            "sleep",
            "99",
        )
        seen.extend([name, *leftovers(name)])
        raise PlannedError

    seen: list[str] = []
    with pytest.raises(PlannedError), own_name("failure") as name:
        fail(name)
    assert [found.partition(" ")[0] for found in seen[1:]] == ["container", "volume", "network", "image"]
    assert leftovers(seen[0]) == []


def test_a_stack_that_does_not_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services:\n  ends:\n    image: python:3.11-slim\n    volumes: [kept:/kept]\n"
        "    command: [python, -c, \"raise SystemExit('the last words')\"]\nvolumes:\n  kept:\n",
        "utf-8",
    )
    with (
        pytest.raises(Exception, match="exited") as failed,
        own_name("failure") as name,
        started(name, command(tmp_path, {}), [str(file)], ["up --wait --detach"]),
    ):
        pytest.fail("it started")
    assert "the last words" in "".join(failed.value.__notes__)
    assert leftovers(name) == []


def _with_token(stack: Stack, repo: Path) -> Stack:
    return Stack(stack.name, stack.command, (*stack.files, repo / "compose.secrets.yaml"), stack.services)


def _status(stack: Stack, service: str) -> dict[str, str]:
    """Of the container's first process."""
    lines = stack.compose("exec", "-T", service, "cat", "/proc/1/status").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _value(stack: Stack, query: str) -> str:
    """What Prometheus says now; "" when it has no such series."""
    reply = stack.get("prometheus", 9090, f"/api/v1/query?query={quote(query)}").json()
    found = reply["data"]["result"]
    return str(found[0]["value"][1]) if found else ""


def _targets(stack: Stack) -> dict[str, str]:
    """What Prometheus scrapes, and how that is; empty when it has only just started."""
    targets = stack.get("prometheus", 9090, "/api/v1/targets").json()["data"]["activeTargets"]
    return {target["labels"]["job"]: target["health"] for target in targets}


def _places_outside() -> list[str]:
    """Beyond the engine's own networks: its resolvers, its router, EDGAR."""
    lines = [line.split() for line in Path("/etc/resolv.conf").read_text("utf-8").splitlines()]
    places = [f"{line[1]}:53" for line in lines if line[:1] == ["nameserver"] and line[1].count(".") == 3]
    for line in Path("/proc/net/route").read_text("utf-8").splitlines()[1:]:
        _, network, gateway = line.split()[:3]
        if network == "00000000" and gateway != "00000000":
            octets = bytes.fromhex(gateway)[::-1]  # little-endian on every machine that images are built for
            places.append(f"{'.'.join(map(str, octets))}:9")
    return [place for place in places if not place.startswith("127.")] + ["www.sec.gov:443"]
