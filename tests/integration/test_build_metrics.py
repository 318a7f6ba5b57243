"""`make build-metrics` over a real build: a small image, built, recorded, slowed and grown."""

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.absence import need_docker

pytestmark = pytest.mark.docker
# Two stages, so that there is one that a change of the other leaves in the cache.
DOCKERFILE = """\
FROM python:3.11-slim AS kept
RUN echo {tag} > /kept
FROM python:3.11-slim
COPY --from=kept /kept /kept
COPY data /data
RUN {command}
"""
BAKE = """\
variable "GIT_SHA" {{ default = "" }}
target "default" {{
  tags   = ["{tag}"]
  labels = {{ revision = GIT_SHA }}
  attest = ["type=provenance,disabled=true"]
}}
"""
LIMITS = """\
[images.tiny]
above_base_mb = {most}
[trend]
window = 5
least = 1
size_percent = 10
duration_factor = 2
duration_slack_seconds = 5
[required]
sbom = false
"""


@dataclass
class Project:
    """A checkout with a Dockerfile of its own, in git."""

    root: Path
    repo: Path
    tag: str = field(default_factory=lambda: f"finchat-metrics-{uuid.uuid4().hex[:8]}:test")

    def write(self, *, most: float = 1, size: int = 100_000, command: str = "true") -> None:
        self.root.joinpath("Dockerfile").write_text(DOCKERFILE.format(tag=self.tag, command=command))
        self.root.joinpath("docker-bake.hcl").write_text(BAKE.format(tag=self.tag))
        self.root.joinpath("limits.toml").write_text(LIMITS.format(most=most))
        self.root.joinpath("pyproject.toml").write_text('[project]\nversion = "9.9.9"\n')
        noise = subprocess.run(["openssl", "rand", str(size)], capture_output=True, check=True).stdout
        self.root.joinpath("data").write_bytes(noise)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        places = [
            "--root=.",
            f"--image=tiny={self.tag}",
            "--limits=limits.toml",
            "--history=out/history.jsonl",
            "--prometheus=out/build.prom",
            "--html=out/build.html",
            "--summary=none.json",
        ]
        command = [sys.executable, self.repo / "scripts" / "build_metrics.py", *places, *arguments]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    def history(self) -> list[bytes]:
        path = self.root / "out" / "history.jsonl"
        return path.read_bytes().splitlines() if path.exists() else []


@pytest.fixture
def project(tmp_path: Path, repo: Path) -> Iterator[Project]:
    need_docker()
    made = Project(tmp_path, repo)
    made.write()
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=T", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)
    try:
        yield made
    finally:
        subprocess.run(["docker", "image", "rm", "--force", made.tag], capture_output=True, check=False)


def test_builds_are_recorded_and_regressions_named(project: Project) -> None:
    done = project.run("--json")
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)["record"]
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert (first["revision"], first["version"]) == (head.stdout.strip(), "9.9.9")
    kept = first["stages"]["kept"]
    assert (kept["steps"], kept["cached"]) == (1, 0)
    tiny = first["images"]["tiny"]
    assert 100_000 < tiny["above_base"] < 110_000
    assert tiny["compressed"] > 10_000_000
    assert tiny["debian_packages"] > 20
    assert tiny["sbom"] is None
    assert set(first["vulnerabilities"].values()) == {None}

    # What did not change is cached; what grew is named, and recorded all the same.
    project.write(size=150_000, most=0.12)
    done = project.run("--json")
    assert done.returncode == 1
    # The share depends a little on how well the same bytes were compressed.
    named = (
        r"over its limit: tiny: 0\.2 MB compressed is 4\d % over the median of the last 1 builds \(0\.1 MB\)"
    )
    assert re.search(named, done.stderr)
    assert "over its limit: tiny: 0.2 MB compressed above its base; at most 0.12 MB" in done.stderr
    kept = json.loads(done.stdout)["record"]["stages"]["kept"]
    assert (kept["steps"], kept["cached"]) == (1, 1)
    assert len(project.history()) == 2

    text = (project.root / "out" / "build.prom").read_text()
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"finchat_build_duration_seconds", "finchat_image_above_base_bytes"} <= names
    assert "<svg" in (project.root / "out" / "build.html").read_text()

    # A damaged history is told before anything is built, and stays as it is.
    book = project.root / "out" / "history.jsonl"
    book.write_bytes(book.read_bytes()[:-30] + b"\n")
    before = book.read_bytes()
    done = project.run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "history.jsonl:2: no record of a build" in done.stderr
    assert book.read_bytes() == before


def test_a_build_that_fails_is_named_and_not_recorded(project: Project) -> None:
    project.write(command="echo the reason >&2; exit 3")
    done = project.run()
    assert done.returncode == 1
    assert "did not complete successfully: exit code: 3" in done.stderr
    assert "the reason" in done.stderr
    assert project.history() == []


def test_a_definition_that_cannot_be_read_is_an_error(project: Project) -> None:
    project.root.joinpath("docker-bake.hcl").write_text("target {")
    done = project.run()
    assert done.returncode == 1
    assert "docker-bake.hcl" in done.stderr
    assert project.history() == []
