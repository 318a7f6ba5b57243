"""What docker-bake.hcl asks BuildKit for, as `docker buildx bake --print` tells it for a clean checkout."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.absence import REPO

pytestmark = pytest.mark.docker
BOTH, PROVENANCE = {"provenance": "max", "sbom": None}, {"provenance": "max"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that bake reads, as a checkout has them: nothing that git ignores."""
    folder = tmp_path_factory.mktemp("clean")
    named = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout
    for name in filter(None, named.decode().split("\0")):
        if name.startswith(("docker", "dist/", "compose")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((REPO / name).read_bytes())
    return folder


def _bake(folder: Path, *targets: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", "buildx", "bake", "--print", *targets]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


def _targets(folder: Path, *targets: str, **variables: str) -> dict[str, Any]:
    done = _bake(folder, *targets, **variables)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)["target"]
    return told


def _attested(target: dict[str, Any]) -> dict[str, str | None]:
    return {each["type"]: each.get("mode") for each in target["attest"] if not each.get("disabled")}


@pytest.mark.parametrize(
    ("variables", "attested"),
    [
        ({}, PROVENANCE),
        ({"GIT_SHA": "unknown"}, PROVENANCE),
        ({"GIT_SHA": "0123abc"}, BOTH),
        ({"ATTEST": "true"}, BOTH),
        ({"GIT_SHA": "0123abc", "ATTEST": "false"}, {}),
    ],
)
def test_an_image_with_a_name_to_publish_is_attested_in_full(
    clean: Path, variables: dict[str, str], attested: dict[str, str | None]
) -> None:
    told = _targets(clean, "default", **variables)
    assert {name: _attested(target) for name, target in told.items()} == {"api": attested, "webapp": attested}


def test_a_release_is_attested_in_full_and_needs_no_folder_to_be_made(clean: Path) -> None:
    told = _targets(clean, "release")
    attested = {name: _attested(target) for name, target in told.items()}
    assert attested == {"release-api": BOTH, "release-webapp": BOTH}
    written = [target["output"][0]["dest"] for target in told.values()]
    assert written == ["dist/images/api.tar", "dist/images/webapp.tar"]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ATTEST", "yes", "ATTEST must be auto, true or false"),
        ("GIT_SHA", "not/a tag", "GIT_SHA must be a commit's hash"),
        ("SOURCE_DATE_EPOCH", "today", "SOURCE_DATE_EPOCH must be whole seconds"),
    ],
)
def test_a_variable_that_says_nothing_is_named(clean: Path, variable: str, value: str, told: str) -> None:
    done = _bake(clean, "default", **{variable: value})
    assert done.returncode != 0
    assert told in done.stderr
