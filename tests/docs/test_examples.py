"""The examples in README.md and docs/ do what the pages say, on the sample filings."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from finchat_sec_qa.samples import sample_filings
from tests.absence import REPO, absent, find_shared, unpack_edgar
from tests.docs.examples import Example, examples, fits

PAGES = [REPO / "README.md", *sorted((REPO / "docs").glob("*.md"))]
EXAMPLES = [example for page in PAGES for example in examples(page)]
FILING = "nke-20250531.htm"  # the file that the pages call the reader's own


def name(example: Example) -> str:
    return f"{example.page.name}:{example.line}"


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers; fails when it ended or 30 seconds have passed."""
    for _ in range(300):
        assert process.poll() is None, f"the server for {address} ended"
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{address} did not answer")


@pytest.fixture(scope="module")
def reader(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A reader's folder, and environment: the program on PATH, a store of samples, a file of their own."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(sample_store, folder / "store")
    (filing,) = [sample for sample in sample_filings() if sample.name == FILING]
    (folder / FILING).write_bytes(filing.load().files[0].content)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return folder, {**os.environ, "PATH": path, "FINCHAT_STORE": str(folder / "store")}


@pytest.fixture(scope="module")
def api(reader: tuple[Path, dict[str, str]], free_port: int) -> Iterator[str]:
    """The address of a real API over the reader's store, in place of 127.0.0.1:8000."""
    folder, environment = reader
    environment = {**environment, "FINCHAT_API_PORT": str(free_port), "FINCHAT_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "api"], cwd=folder, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{free_port}/health", process)
        yield f"127.0.0.1:{free_port}"
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def edgar_settings(tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[dict[str, str]]:
    """Settings that put a copy of EDGAR on loopback in EDGAR's place."""
    shared = find_shared()
    port, log = free_port + 1, tmp_path_factory.mktemp("mirror") / "log"
    command = [str(shared / "tools/edgar-mirror"), "--port", str(port), "--root", str(unpack_edgar(shared))]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            if log.stat().st_size or process.poll() is not None:
                break
            time.sleep(0.1)
        yield {"FINCHAT_EDGAR_WWW_URL": address, "FINCHAT_EDGAR_DATA_URL": address}
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_there_are_examples_to_run() -> None:
    assert {example.kind for example in EXAMPLES if example.page.name == "README.md"} == {"console", "python"}
    assert sum(len(example.steps()) for example in EXAMPLES) >= 8


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(one, marks=pytest.mark.shared if one.needs_edgar else (), id=name(one))
        for one in EXAMPLES
        if one.kind == "console"
    ],
)
def test_commands_print_what_the_page_shows(
    example: Example, reader: tuple[Path, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    folder, environment = reader
    if example.needs_edgar:
        environment = {**environment, **request.getfixturevalue("edgar_settings")}
    for step in example.steps():
        command = step.command
        if command.startswith("curl ") and not shutil.which("curl"):
            absent("no curl on PATH")
        if "127.0.0.1:8000" in command:
            command = command.replace("127.0.0.1:8000", request.getfixturevalue("api"))
        if command.startswith("export "):
            key, _, value = command.removeprefix("export ").partition("=")
            environment = {**environment, key: value.strip('"')}
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        assert fits(step.shown, done.stdout), (
            f"$ {command}\n{done.stdout}\n— but the page shows —\n{step.shown}"
        )


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "python"], ids=name)
def test_programs_run(
    example: Example, reader: tuple[Path, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    folder, environment = reader
    body = example.body
    if "127.0.0.1:8000" in body:
        body = body.replace("127.0.0.1:8000", request.getfixturevalue("api"))
    done = subprocess.run(
        [sys.executable, "-c", body], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize(
    ("shown", "printed", "right"),
    [
        ("", "anything", True),
        ("a … c", "a b c", True),
        ("a … c", "a b\nc", False),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…", "a\nb\nc", True),
        ("…\nd", "a\nd", True),
        ("a\n…", "b\nc", False),
        ("a.c", "abc", False),
        ("a", "a\nb", False),
    ],
)
def test_how_shown_and_printed_are_compared(shown: str, printed: str, right: bool) -> None:
    assert fits(shown, printed) is right
