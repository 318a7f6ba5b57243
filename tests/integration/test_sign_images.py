"""Images are pushed by bake to a real registry and signed with the real cosign, by digest.

With a pair of keys and no public log: what keyless signing adds is the identity, which only a CI host has.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.absence import absent, need_docker
from tests.engine import docker, own_name, registry

pytestmark = pytest.mark.docker
BAKEFILE = """
variable "REPOSITORY" {}
target "release-api" {
  dockerfile-inline = "FROM scratch\\nCOPY file /"
  tags              = ["${REPOSITORY}:latest"]
  output            = ["type=image,push=true"]
}
"""


def run(*command: object, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **environ},
        text=True,
        capture_output=True,
        check=False,
    )


def must(*command: object, folder: Path, **environ: str) -> str:
    done = run(*command, folder=folder, **environ)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Shop:
    """A registry's repository, and a folder with two pairs of keys and a signing config without services."""

    repo: Path
    folder: Path
    repository: str

    def push(self, content: str) -> Path:
        """Push an image with that file in it as `latest`; the file of what bake reported."""
        (self.folder / "file").write_text(content, "utf-8")
        told = self.folder / f"{content}.json"
        bake = ["docker", "buildx", "bake", "-f", "docker-bake.hcl", "--metadata-file", told, "release-api"]
        must(*bake, folder=self.folder, REPOSITORY=self.repository)
        return told

    def sign(self, told: Path, *, private: str = "one.key", public: str = "one.pub") -> list[object]:
        keys = ["--key", self.folder / private, "--public-key", self.folder / public]
        config = ["--config", self.folder / "config.json", "--insecure"]
        return [sys.executable, self.repo / "scripts/sign_images.py", "--metadata", told, *keys, *config]

    def verifies(self, reference: str) -> bool:
        line = [
            "cosign",
            "verify",
            "--allow-http-registry",
            "--insecure-ignore-tlog",
            "--key",
            "one.pub",
            reference,
        ]
        return run(*line, folder=self.folder).returncode == 0


@pytest.fixture(scope="module")
def shop(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    need_docker()
    if shutil.which("cosign") is None:
        absent("no program 'cosign' (scripts/install_cosign.sh installs it)")
    folder = tmp_path_factory.mktemp("shop")
    (folder / "docker-bake.hcl").write_text(BAKEFILE, "utf-8")
    for name in ("one", "two"):
        keys = ["cosign", "generate-key-pair", "--output-key-prefix", name]
        must(*keys, folder=folder, COSIGN_PASSWORD="")
    must("cosign", "signing-config", "create", "--out", "config.json", folder=folder)
    with own_name("sign") as name, registry(name) as address:
        try:
            yield Shop(repo, folder, f"{address.replace('127.0.0.1', 'localhost')}/{name}")
        finally:
            left = docker("image", "ls", "--quiet", f"--filter=reference=*/{name}").stdout.split()
            if left:
                docker("image", "rm", "--force", *left)


def test_what_was_pushed_is_signed_even_when_the_tag_has_moved(shop: Shop) -> None:
    first = shop.push("first")
    second = shop.push("second")
    signed = must(*shop.sign(first), folder=shop.folder, COSIGN_PASSWORD="").strip()
    digest = json.loads(first.read_text("utf-8"))["release-api"]["containerimage.digest"]
    assert signed == f"api={shop.repository}@{digest}"
    assert shop.verifies(f"{shop.repository}@{digest}")
    other = json.loads(second.read_text("utf-8"))["release-api"]["containerimage.digest"]
    assert other != digest
    assert not shop.verifies(f"{shop.repository}@{other}")
    assert not shop.verifies(f"{shop.repository}:latest")


def test_a_signature_by_another_key_fails(shop: Shop) -> None:
    told = shop.push("third")
    done = run(*shop.sign(told, private="two.key"), folder=shop.folder, COSIGN_PASSWORD="")
    assert done.returncode == 1
    assert "error: failed with" in done.stderr
    assert "cosign verify" in done.stderr
    assert done.stdout == ""
