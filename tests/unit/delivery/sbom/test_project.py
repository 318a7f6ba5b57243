"""What pyproject.toml asks for."""

import pytest

from delivery.sbom.errors import LockError
from delivery.sbom.project import read_project
from tests.unit.delivery.sbom.making import PYPROJECT, small_project


def test_the_project_describes_itself() -> None:
    project = small_project()
    assert (project.name, project.version, project.licence) == ("small-project", "1.2", "MIT")
    assert project.author == "Its authors"


def test_groups_hold_what_they_ask_for_and_what_they_include() -> None:
    groups = small_project().groups
    assert [one.name for one in groups["main"]] == ["alpha", "beta-lib", "never"]
    assert groups["main"][0].extras == {"fast"}
    assert [one.name for one in groups["dev"]] == ["alpha", "gamma"]


def test_an_environment_asks_for_program_and_development() -> None:
    assert {one.name for one in small_project().asks("environment")} == {
        "alpha",
        "beta-lib",
        "never",
        "gamma",
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1.2"', "", "no 'version'"),
        ("[project]", "[project", "cannot be read"),
        ('"alpha[fast]>=1"', '"alpha >> 1"', "cannot be read"),
        ("include-group = ", "include-groups = ", "no 'include-group'"),
        ('"webapp" }', '"dev" }', "includes itself"),
        ('"webapp" }', '"docs" }', "'docs' is not there"),
    ],
)
def test_a_pyproject_that_will_not_do_is_named(old: str, new: str, said: str) -> None:
    assert old in PYPROJECT
    with pytest.raises(LockError, match=rf"pyproject\.toml.*{said}"):
        read_project(PYPROJECT.replace(old, new))


def test_a_target_without_its_group_is_named() -> None:
    text = PYPROJECT.replace("webapp = ", "web = ").replace('"webapp"', '"web"')
    with pytest.raises(LockError, match="no dependency group 'webapp'"):
        read_project(text).asks("webapp")
