"""The images as they are used: built, run by compose.yaml, asked, restarted, and looked into."""

import json
import os
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.absence import need_docker

pytestmark = pytest.mark.docker
REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Stack:
    """A running stack of compose.yaml under a name of its own."""

    repo: Path
    name: str
    environ: dict[str, str]

    def compose(self, *arguments: str) -> str:
        command = ["docker", "compose", "--project-name", self.name, *arguments]
        return _run(command, self.repo, self.environ)

    def address(self, service: str, port: int) -> str:
        return f"http://{self.compose('port', service, str(port)).strip()}"


def _run(command: list[str], folder: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=environ, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def stack(repo: Path) -> Iterator[Stack]:
    """The stack on images built for this test, with the samples loaded; nothing of it is left behind."""
    need_docker()
    name = f"finchat-test-{uuid.uuid4().hex[:8]}"
    images = {target: f"{name}-{target}:test" for target in ("api", "webapp")}
    environ = {
        **os.environ,
        "GIT_SHA": REVISION,
        "FINCHAT_API_IMAGE": images["api"],
        "FINCHAT_WEBAPP_IMAGE": images["webapp"],
        "FINCHAT_API_PORT": "0",
        "FINCHAT_WEB_PORT": "0",
    }
    started = Stack(repo, name, environ)
    try:
        tags = [f"--set={target}.tags={image}" for target, image in images.items()]
        _run(["docker", "buildx", "bake", *tags], repo, environ)
        started.compose("up", "--wait", "--detach")
        started.compose("exec", "-T", "api", "finchat", "ingest", "--samples")
        yield started
    finally:
        started.compose("down", "--volumes", "--timeout", "5")
        subprocess.run(["docker", "image", "rm", "--force", *images.values()], check=False)


def test_the_api_answers_with_citations(stack: Stack) -> None:
    answer = _ask(stack, "What was NIKE's revenue in fiscal 2025?")
    assert answer["status"] == "answered"
    assert answer["value"]["number"] == "46309000000"
    assert answer["citations"][0]["quote"] == "46,309"


def test_the_page_shows_the_answer(stack: Stack) -> None:
    question = quote("What was Apple's revenue in fiscal 2024?")
    page = _read(f"{stack.address('webapp', 5000)}/ask?q={question}")
    assert "391.035 billion" in page


def test_the_built_commit_is_told(stack: Stack) -> None:
    assert json.loads(_read(f"{stack.address('api', 8000)}/version"))["revision"] == REVISION


def test_a_restart_keeps_the_store(stack: Stack) -> None:
    before = _ask(stack, "What was NIKE's revenue in fiscal 2025?")
    stack.compose("up", "--wait", "--detach", "--force-recreate")
    assert _ask(stack, "What was NIKE's revenue in fiscal 2025?") == before


@pytest.mark.parametrize("service", ["api", "webapp"])
def test_containers_can_do_no_more_than_they_must(stack: Stack, service: str) -> None:
    status = dict(
        line.split(":", 1)
        for line in stack.compose("exec", "-T", service, "cat", "/proc/1/status").splitlines()
        if ":" in line
    )
    assert status["Uid"].split() == ["10001"] * 4
    assert {status[name].strip() for name in ("CapEff", "CapPrm", "CapBnd")} == {"0" * 16}
    assert status["NoNewPrivs"].strip() == "1"
    wrote = "import pathlib\ntry:\n pathlib.Path('/opt/venv/x').touch()\nexcept OSError: print('refused')"
    assert stack.compose("exec", "-T", service, "python", "-c", wrote).strip() == "refused"


@pytest.mark.parametrize(
    ("service", "absent"),
    [("api", ["pip", "poetry"]), ("webapp", ["pip", "poetry", "lxml", "tantivy", "pypdfium2", "fastapi"])],
)
def test_images_carry_only_what_they_run(stack: Stack, service: str, absent: list[str]) -> None:
    find = "import importlib.util, sys; print([n for n in sys.argv[1:] if importlib.util.find_spec(n)])"
    assert stack.compose("exec", "-T", service, "python", "-c", find, *absent).strip() == "[]"


def test_no_secret_reaches_the_build(repo: Path) -> None:
    allowed = [line for line in (repo / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert (repo / ".dockerignore").read_text().splitlines()[1] == "*"
    assert not {"!.env", "!.git", "!tests", "!secrets"} & set(allowed)


def _ask(stack: Stack, question: str) -> dict[str, dict[str, str]]:
    request = urllib.request.Request(  # noqa: S310 - the test's own container on loopback
        f"{stack.address('api', 8000)}/v1/ask",
        json.dumps({"question": question}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - the same
        answer: dict[str, dict[str, str]] = json.load(reply)
        return answer


def _read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as reply:  # noqa: S310 - the same
        text: str = reply.read().decode()
        return text
