"""Every command of the deployer that a page, a help text or an error names is one, with its options."""

import re
import shlex

import click
import pytest

from deploy.cli import WHERE, cli
from tests.absence import REPO

FILES = [REPO / "README.md", *(REPO / "docs").rglob("*.md"), *(REPO / "deploy").rglob("*.py")]
_COMMAND = re.compile(r"(?:^ *(?:\$ )?|`)python -m deploy ([a-z]+ [^`\n]+?)(?:  +#.*)?(?:`|$)", re.MULTILINE)
FOUND = sorted(
    (file.relative_to(REPO).as_posix(), line)
    for file in FILES
    for line in set(_COMMAND.findall(file.read_text("utf-8")))
)


def test_the_pages_show_every_command() -> None:
    shown = {line.split()[0] for name, line in FOUND if name.endswith(".md")}
    assert shown == set(WHERE)


@pytest.mark.parametrize(("name", "line"), FOUND)
def test_it_is_understood(name: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    words = shlex.split(line.replace("COLOUR", "blue"))
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None, f"{name}: {line}"
    if "--help" not in words:
        assert isinstance(command.make_context(words[0], words[1:]), click.Context)


@pytest.mark.parametrize("name", ["staging", "production"])
def test_the_environments_that_are_named_exist(name: str) -> None:
    assert (REPO / "deploy" / "environments" / f"{name}.toml").is_file()
    assert any(name in line.split() for _, line in FOUND)
