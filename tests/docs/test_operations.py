"""The pages for those who run the servers: every command does what the page shows, every code is listed."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

import click
import pytest

from finchat_sec_qa import errors
from finchat_sec_qa.cli.app import COMMANDS
from finchat_sec_qa.config import variables
from tests.absence import REPO, find_shared
from tests.docs.examples import fits
from tests.docs.test_examples import edgar_settings
from tests.engine import docker, own_name
from tests.integration.docker_stack import PORTS, build

__all__ = ["edgar_settings"]  # a fixture, used by its name

FOLDER = REPO / "docs" / "operations"
PAGES = sorted(FOLDER.glob("*.md"))
# The order in which one would do it: later pages find what earlier ones set up.
IN_CONTAINERS = (
    "install.md",
    "backup-restore.md",
    "replicas.md",
    "upgrade.md",
    "maintenance.md",
    "troubleshooting.md",
    "configure.md",
    "rotation.md",
)
# Commands of the deployer and of make are proven by the tests of the tools behind them.
_FENCE = re.compile(r"^( *)```(\w*)(?: (\w+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_NOT_RUN = ("make ", "python -m deploy ")
# Looks at what all tests have in the engine, and fails at a container that one of them removes meanwhile.
_LOOKS_AT_ALL = "docker system df"
_GONE = re.compile(r"snapshot \S+ does not exist|snapshot not found|[Nn]o such container")
_LOOKS = 20


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence of a page: `needs` is "docker", "edgar" or nothing."""

    page: Path
    line: int
    kind: str
    needs: str
    body: str

    def steps(self) -> list[tuple[str, str]]:
        """(command, what it shows)."""
        parts = re.split(r"^\$ ", self.body, flags=re.MULTILINE)[1:]
        return [(part.partition("\n")[0], part.partition("\n")[2].strip("\n")) for part in parts]


def fences(page: Path) -> list[Fence]:
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in _FENCE.finditer(text):
        body = "".join(line.removeprefix(fence[1]) for line in fence[4].splitlines(keepends=True))
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Fence(page, line, fence[2], fence[3] or "", body))
    return found


FENCES = [fence for page in PAGES for fence in fences(page)]


@dataclass
class Shell:
    """Runs commands one after the other in one folder; what one exports the next one has."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> str:
        before = "set -o pipefail; [ ! -e .state ] || . ./.state"
        after = "{ code=$?; export -p >.state; exit $code; }"
        script = "\n".join((before, command, after))
        for _ in range(_LOOKS):
            done = subprocess.run(
                ["bash", "-c", script],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if command != _LOOKS_AT_ALL or not _GONE.search(done.stderr):
                break
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def check(fence: Fence, shell: Shell, ports: dict[str, str] | None = None) -> None:
    for told, shown in fence.steps():
        if told.startswith(_NOT_RUN):
            continue
        command = told
        for port, address in (ports or {}).items():
            if port in command:
                command = command.replace(port, shell.run(address).strip())
        printed = shell.run(command)
        assert fits(shown, printed), (
            f"{fence.page.name}:{fence.line}: $ {command}\n{printed}\n— but the page shows —\n{shown}"
        )


def test_commands_stand_where_a_test_runs_them() -> None:
    assert {fence.kind for fence in FENCES} == {"console", "text"}
    assert {fence.needs for fence in FENCES} == {"", "docker", "edgar"}
    with_docker = {fence.page.name for fence in FENCES if fence.needs == "docker"}
    assert with_docker <= set(IN_CONTAINERS)
    assert all(fence.steps() for fence in FENCES if fence.kind == "console")


@pytest.fixture
def reader(sample_store: Path, tmp_path: Path) -> Shell:
    """A folder with the program on PATH and a store of the samples."""
    shutil.copytree(sample_store, tmp_path / "store")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Shell(tmp_path, {**os.environ, "PATH": path, "FINCHAT_STORE": str(tmp_path / "store")})


@pytest.mark.parametrize(
    "page", sorted({fence.page for fence in FENCES if fence.kind == "console" and not fence.needs}), ids=str
)
def test_commands_print_what_the_page_shows(page: Path, reader: Shell) -> None:
    for fence in FENCES:
        if fence.page == page and fence.kind == "console" and not fence.needs:
            check(fence, reader)


@pytest.mark.shared
def test_filings_come_from_edgar(reader: Shell, request: pytest.FixtureRequest) -> None:
    find_shared()
    reader.environment |= request.getfixturevalue("edgar_settings")
    for fence in FENCES:
        if fence.needs == "edgar":
            check(fence, reader)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Shell]:
    """A folder with the compose files, images of the checkout, and a stack's name of its own."""
    for file in ("compose.yaml", "compose.secrets.yaml"):
        shutil.copy(REPO / file, tmp_path / file)
    shutil.copytree(REPO / "docker" / "prometheus", tmp_path / "docker" / "prometheus")
    with own_name("operations") as name:
        images = build(name, "api", "webapp")
        settings = {f"FINCHAT_{port}": "0" for port in PORTS}
        settings |= {f"FINCHAT_{target.upper()}_IMAGE": image for target, image in images.items()}
        taken = {key: value for key, value in os.environ.items() if not key.startswith("COMPOSE_")}
        shell = Shell(tmp_path, {**taken, **settings, "COMPOSE_PROJECT_NAME": name})
        try:
            yield shell
        finally:
            files = "-f compose.yaml"
            subprocess.run(
                ["bash", "-c", f"docker compose {files} down --volumes --timeout 5"],
                cwd=tmp_path,
                env={**shell.environment, "FINCHAT_API_TOKEN_FILE": "/dev/null"},
                check=True,
                capture_output=True,
            )


@pytest.mark.docker
def test_commands_work_in_containers(host: Shell) -> None:
    """Page after page over one stack, as one who runs it would."""
    ports = {
        f"127.0.0.1:{port}": f"docker compose port {service} {port}"
        for service, port in (("api", 8000), ("webapp", 5000))
    }
    for name in IN_CONTAINERS:
        for fence in FENCES:
            if fence.page.name == name and fence.needs == "docker":
                check(fence, host, ports)
    assert docker("compose", "version").returncode == 0


def test_commands_and_settings_in_sentences_exist() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for words in re.findall(r"`finchat ([^`]+)`", text):
        name, *rest = words.split()
        command = import_module(f"finchat_sec_qa.cli.{COMMANDS[name][0]}").command
        if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            assert set(rest[0].split("|")) <= set(command.commands), words
    files = [*REPO.glob("compose*.yaml"), REPO / "deploy" / "swarm" / "stack.yaml"]
    of_compose = {
        name for file in files for name in re.findall(r"\$\{(FINCHAT_\w+)", file.read_text("utf-8"))
    }
    assert set(re.findall(r"`(FINCHAT_[A-Z_]+[A-Z])\b", text)) <= set(variables()) | of_compose


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert not target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {page.name for page in PAGES} - {"README.md"} <= set(re.findall(r"\(([\w-]+\.md)\)", index))


def listed(heading: str) -> set[tuple[str, int]]:
    """(code, HTTP status) of the rows under a heading of troubleshooting.md, each with advice."""
    page = (FOLDER / "troubleshooting.md").read_text(encoding="utf-8")
    part = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \| [^|]{20,} \|$", part, re.MULTILINE)
    return {(code, int(status)) for code, status in rows}


def test_every_error_of_the_program_is_listed() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert listed("Errors of the program") == {
        (kind.code, kind.http_status) for kind in kinds if issubclass(kind, errors.FinChatError)
    }


def test_every_problem_of_the_api_is_listed() -> None:
    """Found in the sources: calls that begin with a status and a code; and what the framework raises."""
    found = {("internal", 500), ("method_not_allowed", 405)}
    for file in sorted((REPO / "api").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                first = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                match first:
                    case [int(status), str(code)] if status in iter(HTTPStatus) and status >= 400:
                        found.add((code, status))
    assert {"busy", "timeout", "unauthorized", "invalid_request"} <= {code for code, _ in found}
    of_the_program = {kind.code for kind in vars(errors).values() if hasattr(kind, "http_status")}
    assert listed("Errors of the API alone") == {one for one in found if one[0] not in of_the_program}
