"""`make build`'s wheel, installed into an empty environment, is the whole program."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("finchat_sec_qa", "api", "webapp")


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """What the command prints; a failure shows both of its streams."""
    environment = {**os.environ, **environ}
    environment.pop("XDG_CACHE_HOME", None)  # pip's own cache of downloads serves here as well
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(repo / "scripts" / "environment.sh", "tools", cwd=repo)
    build = (repo / ".tools/bin/python", "-m", "poetry", "build", "--no-interaction", "--format", "wheel")
    run(*build, "--output", folder, cwd=repo)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(repo: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel and what poetry.lock pins, nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    pins = folder / "pins.txt"
    tools = repo / ".tools/bin/python"
    run(tools, "-m", "poetry", "export", "--quiet", "--output", pins, cwd=repo)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    interpreter = folder / "venv/bin/python"
    pip = (tools, "-m", "pip", "--python", interpreter, "install", "-qq", "--no-compile")
    run(*pip, "--require-hashes", "--requirement", pins, cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    run(tools, "-m", "pip", "--python", interpreter, "check", cwd=folder)
    return interpreter


def test_every_file_of_the_packages_is_in_the_wheel(repo: Path, wheel: Path) -> None:
    listed = run("git", "ls-files", "-z", *PACKAGES, cwd=repo).split("\0")
    committed = {name for name in listed if name and (repo / name).exists()}
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert committed - packed == set()
    strangers = {name for name in packed if not name.startswith((*PACKAGES, "finchat_sec_qa-"))}
    assert strangers == set()


def test_the_command_answers_from_the_samples(python: Path, tmp_path: Path) -> None:
    finchat = python.parent / "finchat"
    assert run(finchat, "--version", cwd=tmp_path).startswith("finchat ")
    store = {"FINCHAT_STORE": str(tmp_path / "store")}
    report = json.loads(run(finchat, "ingest", "--samples", "--json", cwd=tmp_path, **store))
    assert len(report["stored"]) >= 6
    assert report["failed"] == []
    question = "What was Apple's revenue in fiscal 2024?"
    answer = run(finchat, "ask", question, "--json", cwd=tmp_path, **store)
    assert json.loads(answer)["value"]["number"] == "391035000000"
    (tmp_path / "answer.json").write_text(answer, encoding="utf-8")
    run(finchat, "verify", "answer.json", cwd=tmp_path, **store)


def test_the_client_is_importable_and_brings_no_parser_index_or_server(python: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from finchat_sec_qa import FinChatClient; FinChatClient('http://127.0.0.1:1').close();"
        "print(*sorted({'lxml', 'tantivy', 'sqlite3', 'pypdfium2', 'fastapi', 'flask'} & set(sys.modules)))"
    )
    assert run(python, "-c", code, cwd=tmp_path).strip() == ""


def test_both_servers_find_their_files(python: Path, tmp_path: Path) -> None:
    code = "import api, webapp; print(api.__file__, webapp.__file__)"
    places = run(python, "-c", code, cwd=tmp_path).split()
    assert all(place.startswith(str(python.parent.parent)) for place in places)
