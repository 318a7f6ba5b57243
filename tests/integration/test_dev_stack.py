"""compose.dev.yaml on a copy of the checkout: what is edited is served, what is broken is told and mended."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.engine import own_name
from tests.integration.docker_stack import Stack, build, command, started

pytestmark = pytest.mark.docker
NEEDED = ("api", "docker", "finchat_sec_qa", "scripts", "webapp", "compose.dev.yaml", "pyproject.toml")
PATIENCE = 120.0  # seconds; a loaded machine takes its time, and no test of ours measures it
TITLE = 'title="FinChat-SEC-QA"'


@pytest.fixture(scope="module")
def docker_compose_project_name() -> Iterator[str]:
    with own_name("dev") as name:
        yield name


@pytest.fixture(scope="module")
def checkout(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that the test may edit, readable for the containers' user as a checkout usually is."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in NEEDED:
        if (repo / name).is_dir():
            shutil.copytree(repo / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(repo / name, folder / name)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


@pytest.fixture(scope="module")
def docker_compose_command(docker_compose_project_name: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    images = build(docker_compose_project_name, "dev")
    return command(tmp_path_factory.mktemp("compose"), {"FINCHAT_DEV_IMAGE": images["dev"]})


@pytest.fixture(scope="module")
def docker_compose_file(checkout: Path) -> list[str]:
    return [str(checkout / "compose.dev.yaml")]


@pytest.fixture(scope="module")
def stack(
    docker_compose_project_name: str, docker_compose_command: str, docker_compose_file: list[str]
) -> Iterator[Stack]:
    start = ["up --wait --detach"]
    with started(docker_compose_project_name, docker_compose_command, docker_compose_file, start) as running:
        yield running


def test_the_samples_are_there(stack: Stack) -> None:
    assert stack.ask("What was NIKE's revenue in fiscal 2025?")["status"] == "answered"
    assert "FinChat" in stack.get("webapp", 5000, "/").text


def test_it_listens_on_loopback_only(stack: Stack) -> None:
    for service, ports in (("api", {"8000/tcp", "5678/tcp"}), ("webapp", {"5000/tcp", "5679/tcp"})):
        published = {
            port: each for port, each in stack.inspect(service)["NetworkSettings"]["Ports"].items() if each
        }
        assert set(published) == ports
        assert {each["HostIp"] for bound in published.values() for each in bound} == {"127.0.0.1"}


def test_only_the_store_outlives_the_containers(stack: Stack) -> None:
    held = {
        service: [mount["Name"] for mount in stack.inspect(service)["Mounts"] if mount["Type"] == "volume"]
        for service in ("api", "webapp")
    }
    assert held == {"api": [f"{stack.name}_data"], "webapp": []}


def test_a_change_of_the_api_is_served(stack: Stack, checkout: Path) -> None:
    _edit(checkout / "api" / "app.py", TITLE, 'title="Edited by a test"')
    _until(stack, lambda: "Edited by a test" in stack.get("api", 8000, "/openapi.json").text)


def test_a_change_of_the_core_is_served_by_both(stack: Stack, checkout: Path) -> None:
    health = checkout / "finchat_sec_qa" / "telemetry" / "build.py"
    _edit(health, "return platform.python_version()", 'return "edited by a test"')
    _until(stack, lambda: "edited by a test" in stack.get("api", 8000, "/version").text)
    _until(stack, lambda: "change of finchat_sec_qa" in stack.compose("logs", "webapp"))


def test_a_change_of_a_page_is_served(stack: Stack, checkout: Path) -> None:
    _edit(checkout / "webapp" / "pages" / "status.py", 'status="ok"', 'status="edited by a test"')
    _until(stack, lambda: "edited by a test" in stack.get("webapp", 5000, "/health").text)


def test_a_change_of_a_template_is_served(stack: Stack, checkout: Path) -> None:
    _edit(checkout / "webapp" / "templates" / "base.html", "<title>", "<title>edited by a test ")
    _until(stack, lambda: "edited by a test" in stack.get("webapp", 5000, "/").text)


def test_a_change_of_a_stylesheet_is_served_under_a_new_address(stack: Stack, checkout: Path) -> None:
    before = stack.get("webapp", 5000, "/").text
    style = checkout / "webapp" / "static" / "style.css"
    style.write_text(style.read_text("utf-8") + "/* edited by a test */\n", "utf-8")
    _until(stack, lambda: _stylesheet(stack.get("webapp", 5000, "/").text) != _stylesheet(before))
    assert (
        "edited by a test" in stack.get("webapp", 5000, _stylesheet(stack.get("webapp", 5000, "/").text)).text
    )


def test_broken_source_is_told_and_served_once_it_is_mended(stack: Stack, checkout: Path) -> None:
    app = checkout / "api" / "app.py"
    good = app.read_text("utf-8")
    app.write_text("this is no Python\n", "utf-8")
    _until(stack, lambda: "SyntaxError" in stack.compose("logs", "api"))
    app.write_text(good.replace("Edited by a test", "Mended"), "utf-8")
    _until(stack, lambda: "Mended" in stack.get("api", 8000, "/openapi.json").text)


@pytest.mark.parametrize(("service", "port"), [("api", 5678), ("webapp", 5679)])
def test_a_debugger_is_answered(stack: Stack, service: str, port: int) -> None:
    host, _, published = stack.address(service, port).removeprefix("http://").partition(":")
    with socket.create_connection((host, int(published)), timeout=PATIENCE) as client:
        said = b""
        while b'"debugpy"' not in said and (part := client.recv(4096)):
            said += part
    assert b'"debugpy"' in said
    main = 8000 if service == "api" else 5000
    assert stack.get(service, main, "/health").status_code == 200


def test_the_checkout_cannot_be_written(stack: Stack) -> None:
    done = stack.try_compose("exec", "-T", "api", "touch", "/src/written")
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr


def test_it_stops_when_it_is_asked_to(stack: Stack) -> None:
    stack.compose("stop")
    assert [stack.inspect(service)["State"]["ExitCode"] for service in ("api", "webapp")] == [0, 0]


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _until(stack: Stack, holds: Callable[[], bool]) -> None:
    """Wait; while a server starts anew nobody answers."""

    def check() -> bool:
        try:
            return holds()
        except httpx.TransportError:
            return False

    stack.services.wait_until_responsive(check, timeout=PATIENCE, pause=0.1)


def _stylesheet(page: str) -> str:
    """The address of the stylesheet, with what names its content."""
    return page.partition("/static/style.css")[1] + page.partition("/static/style.css")[2].partition('"')[0]
