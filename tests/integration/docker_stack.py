"""Stacks of the project's compose files under names of their own, for the tests that run them.

Images and stacks are made under a name of `tests.engine.own_name`, which removes them at the end.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pytest_docker.plugin import Services, get_docker_services

from tests.engine import LABEL, docker

REVISION = "0123456789abcdef0123456789abcdef01234567"
PORTS = ("API_PORT", "WEB_PORT", "PROMETHEUS_PORT", "API_DEBUG_PORT", "WEB_DEBUG_PORT")
# Of the caller's: they would win over the file of variables.
_NOT_OURS = ("REGISTRY", "TAG", "COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME")


def build(name: str, *targets: str) -> dict[str, str]:
    """Images of these bake targets, by target; tagged for this test only."""
    images = {target: f"{name}-{target}:test" for target in targets}
    tags = [f"--set={target}.tags={image}" for target, image in images.items()]
    docker("buildx", "bake", *tags, *targets, ATTEST="false", GIT_SHA=REVISION)
    return images


def command(folder: Path, variables: Mapping[str, str]) -> str:
    """How pytest-docker calls compose: with these variables and free ports, and nothing of the caller's."""
    lines = {**{f"FINCHAT_{port}": "0" for port in PORTS}, **variables}
    file = folder / "variables.env"
    file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
    return f"env {' '.join(f'-u {each}' for each in _NOT_OURS)} docker compose --env-file {file}"


@contextmanager
def started(name: str, command: str, files: Iterable[str], start: Iterable[str]) -> Iterator["Stack"]:
    """The stack while it runs, started by these compose commands. When one fails, the error has the logs."""
    paths = [str(file) for file in files]
    with ExitStack() as running:
        stop = ["down --volumes --timeout 5"]
        services = get_docker_services(command, paths, name, list(start), stop)
        try:
            entered = running.enter_context(services)
        except Exception as error:
            for container in docker("ps", "-aq", f"--filter=label={LABEL}={name}").stdout.split():
                error.add_note(_last_words(container))
            raise
        yield Stack(name, command, tuple(map(Path, paths)), entered)


def _last_words(container: str) -> str:
    """What a container printed last, and what its health check did."""
    state = docker("inspect", "--format={{.Name}} {{json .State}}", container, check=False).stdout
    logs = docker("logs", "--tail=20", container, check=False)
    return f"{state}{logs.stdout}{logs.stderr}"


@dataclass(frozen=True)
class Stack:
    """A running stack; `command` is how compose is called for it."""

    name: str
    command: str
    files: tuple[Path, ...]
    services: Services

    def try_compose(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """`docker compose` for this stack, however it ends; `given` is its standard input."""
        files = [part for file in self.files for part in ("-f", str(file))]
        call = [*self.command.split(), *files, "-p", self.name, *arguments]
        return subprocess.run(call, input=given, text=True, capture_output=True, check=False)

    def compose(self, *arguments: str, given: str | None = None) -> str:
        """What it printed; a failure ends the test."""
        done = self.try_compose(*arguments, given=given)
        assert done.returncode == 0, f"compose {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, service: str, program: str, *arguments: str) -> str:
        """What a program prints that is run by the Python of a service's container."""
        return self.compose("exec", "-T", service, "python", "-", *arguments, given=program).strip()

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return self.compose("ps", "--all", "--quiet", service).strip()

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        (found,) = json.loads(docker("inspect", self.container(service)).stdout)
        described: dict[str, Any] = found
        return described

    def address(self, service: str, port: int) -> str:
        """Where a service is published, asked anew: a container that is made again has another port."""
        return f"http://{self.compose('port', service, str(port)).strip()}"

    def get(self, service: str, port: int, path: str, **headers: str) -> httpx.Response:
        """The response to a request; raises httpx.HTTPError when nobody answers."""
        return httpx.get(f"{self.address(service, port)}{path}", headers=headers, timeout=30, trust_env=False)

    def ask(self, question: str, **headers: str) -> dict[str, Any]:
        """The API's answer to a question."""
        address = f"{self.address('api', 8000)}/v1/ask"
        reply = httpx.post(address, json={"question": question}, headers=headers, timeout=30, trust_env=False)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def healthy(self, service: str) -> bool:
        """Whether the engine says so."""
        return bool(self.inspect(service)["State"].get("Health", {}).get("Status") == "healthy")
