import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts import reproduce
from tests.unit.delivery.attest.making import V02, Parts
from tests.unit.delivery.reproduce.test_recipe import ARGUMENTS


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(reproduce.main, arguments)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("image.tar", "--twice"), ("image.tar", "--only", "api"), ("image.tar", "--revision", "v1")],
)
def test_a_call_that_means_two_things_or_none_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


def test_an_existing_folder_is_not_written_to(tmp_path: Path) -> None:
    code, _, said = run("--twice", "--keep", str(tmp_path))
    assert (code, "there already" in said) == (2, True)


def test_an_image_without_provenance_is_not_checked(tmp_path: Path) -> None:
    code, out, said = run(str(Parts().layout(tmp_path, without=V02)))
    assert (code, out) == (reproduce.NOT_CHECKED, "")
    assert said.startswith("not checked: ")
    assert "no provenance" in said


def test_a_commit_that_is_not_here_is_not_checked(tmp_path: Path) -> None:
    code, out, _ = run(str(Parts(arguments=ARGUMENTS).layout(tmp_path)), "--json")
    told = json.loads(out)
    assert code == reproduce.NOT_CHECKED
    assert told["checked"] is False
    assert "git fetch" in told["reason"]


def test_the_help_shows_examples() -> None:
    code, out, _ = run("--help")
    assert (code, out.count("python scripts/reproduce.py")) == (0, 4)
