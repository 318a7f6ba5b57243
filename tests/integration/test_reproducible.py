"""The same commit gives the same bytes, as the project's images and distributions; what differs is named."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import engine
from tests.unit.delivery.reproduce.making import commit

pytestmark = pytest.mark.docker

BAKE = """
variable "GIT_SHA" { default = "" }
variable "SOURCE_DATE_EPOCH" { default = "" }
variable "BASE_IMAGE" { default = "python:3.11-slim" }
variable "IMAGES" { default = "images" }
target "release-api" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  target     = "api"
  args       = { BASE_IMAGE = BASE_IMAGE, GIT_SHA = GIT_SHA, SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
  attest     = ["type=provenance,mode=max"]
  output     = ["type=oci,dest=${IMAGES}/api.tar,rewrite-timestamp=true"]
}
"""
DOCKERFILE = """
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS api
ARG GIT_SHA
ENV REVISION=${GIT_SHA}
"""
# What depends on nothing but the commit: its own times, umask and path are those of the step.
SAME = (
    "RUN --mount=type=bind,source=app.py,target=/mnt/app.py install -D -m 644 /mnt/app.py /opt/app/app.py\n"
)


@dataclass(frozen=True)
class Proof:
    """What scripts/reproduce.py said: its exit code, and the JSON document."""

    code: int
    told: dict[str, Any]

    def image(self, name: str) -> dict[str, Any]:
        """The outcome of that name."""
        (found,) = (each for each in self.told["proofs"] if each["name"] == name)
        assert isinstance(found, dict)
        return found

    def differs(self, name: str) -> set[tuple[str, str]]:
        """Where, and in what."""
        return {(each["where"], each["what"]) for each in self.image(name)["differences"]}


def reproduce(repo: Path, *arguments: str | Path) -> Proof:
    command = [sys.executable, repo / "scripts" / "reproduce.py", "--json", *arguments]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return Proof(done.returncode, json.loads(done.stdout))


def docker(*arguments: str, cwd: Path | None = None, **environ: str) -> str:
    done = subprocess.run(
        ["docker", *arguments], cwd=cwd, env=os.environ | environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_both_images_and_the_distributions_come_out_twice(repo: Path) -> None:
    proof = reproduce(repo, "--twice")
    assert proof.code == 0, json.dumps(proof.told, indent=1)[:5000]
    for name in ("api", "webapp"):
        image = proof.image(name)
        assert image["first"] == image["second"]
        assert image["first"][name].startswith("sha256:")
        # Every step of the Dockerfile that the images need, in each of the two builds.
        assert len({each["steps"] for each in image["rounds"]}) == 1
        assert image["rounds"][0]["steps"] > 15
    assert sorted(name.rpartition(".")[2] for name in proof.image("distributions")["first"]) == ["gz", "whl"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A clone of a project with one small image."""
    root = tmp_path / "small"
    release(root, SAME)
    return root


def release(root: Path, steps: str) -> str:
    """Commit the project with these steps in its Dockerfile; the commit's hash."""
    return commit(
        root,
        {
            "docker-bake.hcl": BAKE,
            "docker/Dockerfile": DOCKERFILE + steps,
            "app.py": f"{uuid.uuid4().hex}\n",
            "pyproject.toml": '[project]\nname = "small"\nversion = "1.0"\n',
        },
    )


def test_a_planted_time_and_a_random_file_are_named(repo: Path, small: Path) -> None:
    planted = "date +%s%N > built && mktemp ./XXXXXXXX && ln -s $(date +%s%N) link"
    release(small, f"{SAME}RUN cd /opt/app && {planted}\n")
    proof = reproduce(repo, "--twice", "--only", "api", "--root", small)
    assert proof.code == 1
    found = proof.differs("api")
    assert {("/opt/app/built", "content"), ("/opt/app/link", "link")} < found
    random = {where for where, what in found if what in {"extra", "missing"}}
    assert len(random) == 2
    assert all(where.startswith("/opt/app/") for where in random)
    assert {each["step"].partition(" ")[0] for each in proof.image("api")["differences"]} == {"RUN"}


def test_what_a_checkout_brings_into_an_image_is_named(repo: Path, small: Path) -> None:
    """COPY takes mode and time of the context's files: the umask and an old checkout would show."""
    release(small, "COPY app.py /opt/app.py\n")
    proof = reproduce(repo, "--twice", "--only", "api", "--root", small)
    assert proof.code == 1
    assert proof.differs("api") == {("/opt/app.py", "mode"), ("/opt/app.py", "time")}


def publish(root: Path, revision: str, folder: Path) -> Path:
    """The small image as its maker builds it: from the folder as it lies there, with provenance."""
    folder.mkdir()
    docker(
        "buildx",
        "bake",
        "release-api",
        cwd=root,
        GIT_SHA=revision,
        SOURCE_DATE_EPOCH="1700000000",
        IMAGES=str(folder),
        BUILDX_BAKE_ENTITLEMENTS_FS="0",
    )
    return folder / "api.tar"


def test_a_published_image_is_rebuilt_from_its_provenance(repo: Path, small: Path, tmp_path: Path) -> None:
    revision = commit(small, {"more": "1"})
    honest = publish(small, revision, tmp_path / "honest")
    later = commit(small, {"app.py": "a later commit\n"})
    proof = reproduce(repo, honest, "--root", small)
    assert (proof.code, proof.told["proofs"][0]["differences"]) == (0, [])

    (small / "app.py").write_text("never committed\n")
    proof = reproduce(repo, publish(small, later, tmp_path / "other"), "--root", small)
    assert proof.code == 1
    assert proof.differs("api") == {("/opt/app/app.py", "content")}


@pytest.fixture
def registry() -> Iterator[str]:
    """A real registry on loopback, `host:port`; gone after the test."""
    with engine.own_name("reproduce") as name, engine.registry(name) as address:
        yield address


def test_an_image_is_pulled_and_its_provenance_read_from_the_registry(
    repo: Path, small: Path, tmp_path: Path, registry: str
) -> None:
    revision = commit(small, {"more": "1"})
    path = publish(small, revision, tmp_path / "images")
    reference = f"{registry}/small:{uuid.uuid4().hex[:8]}"
    loaded = docker("load", "--quiet", "--input", str(path)).rpartition(" ")[2]
    try:
        docker("tag", loaded, reference)
        docker("push", "--quiet", reference)
        (digest,) = json.loads(docker("image", "inspect", reference))[0]["RepoDigests"][-1:]
    finally:
        subprocess.run(
            ["docker", "image", "rm", "--force", reference, loaded], capture_output=True, check=False
        )
    for name in (reference, digest):
        proof = reproduce(repo, name, "--root", small)
        assert (proof.code, proof.told.get("reason")) == (0, None)
        assert docker("image", "ls", "--quiet", name) == ""
