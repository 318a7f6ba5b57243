"""`make help` lists every target, and the targets that people are told of exist."""

import re
import subprocess
from pathlib import Path

import pytest

TOLD = ("install-dev", "run", "ask", "test", "lint", "format", "typecheck", "bench", "build", "clean", "lock")


def help_text(repo: Path, *arguments: str) -> str:
    done = subprocess.run(["make", *arguments], cwd=repo, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def makefile(repo: Path) -> str:
    return (repo / "Makefile").read_text(encoding="utf-8")


def test_help_is_the_default_and_lists_every_target(repo: Path, makefile: str) -> None:
    targets = re.findall(r"^([a-z][a-z0-9-]*):(?!=)", makefile, re.MULTILINE)
    listed = re.findall(r"^  make ([a-z0-9-]+) +\S", help_text(repo, "help"), re.MULTILINE)
    assert listed == targets
    assert help_text(repo) == help_text(repo, "help")


def test_every_target_is_phony(makefile: str) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    assert sorted(phony[1].split()) == sorted(re.findall(r"^([a-z][a-z0-9-]*):(?!=)", makefile, re.MULTILINE))


@pytest.mark.parametrize("target", TOLD)
def test_targets_that_people_are_told_of_exist(repo: Path, target: str) -> None:
    assert f"  make {target} " in help_text(repo, "help")


def test_pages_name_only_targets_that_exist(repo: Path, makefile: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):(?!=)", makefile, re.MULTILINE))
    pages = [*repo.glob("*.md"), *(repo / "docs").rglob("*.md"), *(repo / "benchmarks").rglob("*.md")]
    named = {
        (page.name, target)
        for page in pages
        for target in re.findall(r"(?m)(?:`|\$ |^)make ([a-z][a-z0-9-]*)", page.read_text(encoding="utf-8"))
    }
    assert {(page, target) for page, target in named if target not in targets} == set()


@pytest.mark.parametrize(
    ("python", "said"),
    [("no-such-python", "install Python 3.11"), ("{old}", "Python 3.11 or newer is needed")],
)
def test_an_interpreter_that_will_not_do_is_named(repo: Path, tmp_path: Path, python: str, said: str) -> None:
    """In a copy of the scripts, so that no environment of the checkout is touched."""
    old = tmp_path / "python2"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 2.7.18"\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "environment.sh"
    script.write_bytes((repo / "scripts" / "environment.sh").read_bytes())
    done = subprocess.run(
        ["bash", script, "main"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": python.format(old=old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert python.format(old=old) in done.stderr
