from pathlib import Path

import pytest

from delivery.reproduce import published, recipe
from delivery.reproduce.errors import RefusedError
from delivery.reproduce.recipe import Recipe
from tests.unit.delivery.attest.making import BASE_DIGEST, COMMIT, V02, V1, Parts

ARGUMENTS = {
    "build-arg:GIT_SHA": COMMIT,
    "build-arg:SOURCE_DATE_EPOCH": "1700000000",
    "build-arg:BASE_IMAGE": "python:3.11-slim",
    "build-arg:EXTRA": "more",
    "label:org.opencontainers.image.version": "1.2.0",
    "target": "api",
}


def read(parts: Parts, folder: Path, version: str = V02) -> Recipe:
    with published.opened(str(parts.layout(folder, version))) as found:
        return recipe.read(found.side.image, found.provenance)


def refused(parts: Parts, folder: Path) -> str:
    with pytest.raises(RefusedError) as raised:
        read(parts, folder)
    return str(raised.value)


@pytest.mark.parametrize("version", [V02, V1])
def test_all_that_decides_the_bytes_is_read(tmp_path: Path, version: str) -> None:
    parts = Parts(arguments=ARGUMENTS)
    parts.config["Labels"]["org.opencontainers.image.version"] = "1.2.0"
    assert read(parts, tmp_path, version) == Recipe(
        revision=COMMIT,
        target="api",
        platform="linux/amd64",
        epoch=1_700_000_000,
        version="1.2.0",
        base="python:3.11-slim",
        arguments={"EXTRA": "more"},
        pins={"python:3.11-slim": BASE_DIGEST},
    )


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("build-arg:SOURCE_DATE_EPOCH", "SOURCE_DATE_EPOCH"),
        ("build-arg:BASE_IMAGE", "BASE_IMAGE"),
        ("target", "target"),
    ],
)
def test_without_a_part_it_is_refused_by_name(tmp_path: Path, missing: str, named: str) -> None:
    arguments = {name: value for name, value in ARGUMENTS.items() if name != missing}
    assert f"does not tell the {'build argument ' if missing != 'target' else 'Dockerfile'}" in (
        said := refused(Parts(arguments=arguments), tmp_path)
    )
    assert named in said


def test_two_commits_are_refused(tmp_path: Path) -> None:
    assert "more than one commit" in refused(Parts(arguments=ARGUMENTS, vcs="f" * 40), tmp_path)


def test_an_uncommitted_change_is_refused(tmp_path: Path) -> None:
    dirty = f"{COMMIT}-dirty"
    parts = Parts(arguments={**ARGUMENTS, "build-arg:GIT_SHA": dirty}, vcs=dirty)
    assert "never committed" in refused(parts, tmp_path)


@pytest.mark.parametrize("commit", ["", "unknown", "--upload-pack=x", "main"])
def test_what_is_no_commit_is_refused(tmp_path: Path, commit: str) -> None:
    parts = Parts(arguments={**ARGUMENTS, "build-arg:GIT_SHA": commit}, vcs="")
    assert "the commit" in refused(parts, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", "api;x"),
        ("build-arg:SOURCE_DATE_EPOCH", "-1"),
        ("build-arg:BASE_IMAGE", "--x"),
        ("build-arg:A B", ""),
    ],
)
def test_values_that_would_mean_something_else_are_refused(tmp_path: Path, name: str, value: str) -> None:
    assert "provenance" in refused(Parts(arguments={**ARGUMENTS, name: value}), tmp_path)


def test_a_base_without_a_digest_is_refused(tmp_path: Path) -> None:
    parts = Parts(arguments=ARGUMENTS, materials=[{"uri": "pkg:docker/python@3.11-slim"}])
    assert "digest of python:3.11-slim" in refused(parts, tmp_path)
    assert "any base image" in refused(Parts(arguments=ARGUMENTS, materials=[]), tmp_path)
