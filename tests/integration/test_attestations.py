"""What BuildKit attests about the images, read back from the engine and a registry, and held against them.

The commit is built, not the working tree: it is cloned, as a build host would, so that nothing else is in.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from delivery.attest import gate, owned_files
from delivery.attest.model import Evidence, Expected, Verdict
from delivery.oci.layers import Memory
from delivery.oci.layout import Layout
from tests import engine
from tests.absence import need_docker

pytestmark = pytest.mark.docker
BASE = os.environ.get("BASE_IMAGE") or "python:3.11-slim"
GIVEN = "hunter2" * 2
EXTRA = """\
FROM {image}
ARG API_TOKEN
USER 0
RUN touch /opt/extra
"""


@dataclass(frozen=True)
class Built:
    """Both images of one commit, pushed to a registry of this test's own; `names` by target."""

    checkout: Path
    revision: str
    names: dict[str, str]
    expected: Expected


def docker(*arguments: str, environ: dict[str, str] | None = None, folder: Path | None = None) -> str:
    command = ["docker", *arguments]
    settings = {**os.environ, **(environ or {})}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
    return done.stdout.strip()


def git(folder: Path, *arguments: str) -> str:
    asked = ["git", *arguments]
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def checkout(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone of the commit that is checked out."""
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    git(repo, "clone", "--quiet", str(repo), str(folder))
    git(folder, "checkout", "--quiet", "--detach", git(repo, "rev-parse", "HEAD"))
    return folder


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """The address of an empty registry on loopback."""
    need_docker()
    with engine.own_name("attest") as name, engine.registry(name) as address:
        yield address


@pytest.fixture(scope="module")
def built(checkout: Path, registry: str) -> Iterator[Built]:
    """The images as bake makes them, and what must be true of them; removed afterwards."""
    revision = git(checkout, "rev-parse", "HEAD")
    names = {each: f"{registry}/finchat-attest-{each}:{revision}" for each in ("api", "webapp")}
    tags = [f"--set={each}.tags={name}" for each, name in names.items()]
    try:
        docker("buildx", "bake", *tags, environ={"GIT_SHA": revision, "ATTEST": "true"}, folder=checkout)
        for name in names.values():
            docker("push", "--quiet", name)
        yield Built(checkout, revision, names, _expected(checkout, revision))
    finally:
        command = ["docker", "image", "rm", "--force", *names.values()]
        subprocess.run(command, capture_output=True, check=False)


def _expected(checkout: Path, revision: str) -> Expected:
    owned = checkout / "security" / "owned_files.toml"
    if subprocess.run(["docker", "image", "inspect", BASE], capture_output=True, check=False).returncode:
        docker("pull", "--quiet", BASE)
    with Layout.from_engine(BASE) as base:
        return Expected(
            revision=revision,
            dockerfile=(checkout / "docker" / "Dockerfile").read_bytes(),
            base={each.platform: each.config.diff_ids for each in base.images},
            base_digests=frozenset(digest for each in base.images for digest in (each.digest, each.index)),
            owned=owned_files.read(owned.read_text(encoding="utf-8"), str(owned)),
        )


@pytest.fixture(scope="module")
def webapp(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web pages' image as a layout in a folder, which tests copy before they spoil it."""
    folder = tmp_path_factory.mktemp("webapp")
    docker("image", "save", "--output", str(folder / "image.tar"), built.names["webapp"])
    with tarfile.open(folder / "image.tar") as archive:
        archive.extractall(folder / "layout", filter="data")
    (folder / "image.tar").unlink()
    return folder / "layout"


@pytest.fixture(scope="module")
def memory() -> Memory:
    """Layers that were read: all images here are on one base."""
    return {}


@pytest.fixture(scope="module")
def evidence(webapp: Path, memory: Memory) -> Evidence:
    with Layout.open(webapp) as layout:
        return gate.gather(layout, layout.image(), memory)


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.check, each.subject) for each in verdict.problems}


def test_the_web_pages_image_holds_what_is_attested(built: Built, evidence: Evidence) -> None:
    verdict = gate.judge(evidence, built.expected)
    assert verdict.problems == ()
    assert verdict.passed
    assert verdict.figures["Debian packages"] > 50
    assert verdict.figures["Python distributions"] > 10


def test_the_apis_image_holds_what_is_attested(built: Built, memory: Memory) -> None:
    with Layout.from_engine(built.names["api"]) as layout:
        (verdict,) = gate.check(layout, built.expected, memory)
    assert verdict.problems == ()
    assert verdict.passed


@pytest.mark.parametrize("target", ["api", "webapp"])
def test_the_registry_shows_both_attestations(built: Built, target: str) -> None:
    def shown(what: str) -> dict[str, Any]:
        asked = ("buildx", "imagetools", "inspect", built.names[target], "--format", f"{{{{json .{what}}}}}")
        told: dict[str, Any] = json.loads(docker(*asked))
        return told

    provenance = shown("Provenance")["SLSA"]
    assert provenance["invocation"]["parameters"]["args"]["build-arg:GIT_SHA"] == built.revision
    assert provenance["builder"]["id"].startswith("https://")
    listed = {each["name"] for each in shown("SBOM")["SPDX"]["packages"]}
    assert listed >= {"finchat-sec-qa", "httpx", "pydantic", "libc6"}


def test_a_wrong_revision_is_named(built: Built, evidence: Evidence) -> None:
    wrong = Expected(**{**_fields(built.expected), "revision": "f" * 40})
    assert {subject for check, subject in found(gate.judge(evidence, wrong)) if check == "revision"} == {
        "vcs.revision",
        "build argument GIT_SHA",
        "label org.opencontainers.image.revision",
        "variable FINCHAT_REVISION",
    }


def test_what_is_not_on_the_list_is_named(built: Built, evidence: Evidence) -> None:
    bare = Expected(**{**_fields(built.expected), "owned": {}})
    assert ("file", "usr/local/lib/finchat/healthcheck.py") in found(gate.judge(evidence, bare))


def _fields(expected: Expected) -> dict[str, Any]:
    return {name: getattr(expected, name) for name in Expected.__dataclass_fields__}


def test_faults_built_into_an_image_are_named(
    built: Built, registry: str, memory: Memory, tmp_path: Path
) -> None:
    name = f"{registry}/finchat-attest-faulty:{uuid.uuid4().hex[:8]}"
    (tmp_path / "Dockerfile").write_text(EXTRA.format(image=built.names["webapp"]), "utf-8")
    options = ("--attest=type=provenance,mode=max", f"--build-arg=API_TOKEN={GIVEN}", f"--tag={name}")
    try:
        docker("buildx", "build", *options, str(tmp_path))
        with Layout.from_engine(name) as layout:
            wanted = Expected(**{**_fields(built.expected), "secrets": (GIVEN,)})
            (verdict,) = gate.check(layout, wanted, memory)
    finally:
        subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)
    assert found(verdict) >= {
        ("attached", "SBOM"),
        ("base", BASE),
        ("builder", "provenance"),
        ("dockerfile", "Dockerfile"),
        ("file", "opt/extra"),
        ("leak", "build argument API_TOKEN"),
        ("leak", "provenance"),
        ("revision", "provenance"),
    }
    assert {subject for check, subject in found(verdict) if check == "file"} == {"opt/extra"}
    assert GIVEN not in " ".join(map(str, verdict.problems))


def test_faults_planted_in_attestations_are_named(
    built: Built, webapp: Path, evidence: Evidence, tmp_path: Path
) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(webapp, layout, copy_function=os.link)
    bill, provenance = (_statement(layout, kind) for kind in ("spdx.dev/Document", "slsa.dev/provenance"))
    packages = bill["predicate"]["packages"]
    (missing,) = [each for each in packages if each["name"] == "flask"]
    packages.remove(missing)
    provenance["predicate"]["builder"]["id"] = ""
    for statement in (bill, provenance):
        _replace(layout, statement.pop("digest"), json.dumps(statement).encode())
    with Layout.open(layout) as opened:
        statements = opened.statements(opened.image())
        bodies = {each.digest: opened.blob(each.digest) for each in statements}
        spoilt = Evidence(opened.image(), statements, bodies, evidence.files)  # whose layers are the same
    verdict = gate.judge(spoilt, built.expected)
    assert found(verdict) == {("package", f"pypi flask {missing['versionInfo']}"), ("builder", "provenance")}


def _statement(layout: Path, kind: str) -> dict[str, Any]:
    """The statement of that kind, with its digest under "digest"."""
    for path in (layout / "blobs" / "sha256").iterdir():
        body = path.read_bytes()
        if body.startswith(b"{"):
            told: dict[str, Any] = json.loads(body)
            if kind in told.get("predicateType", ""):
                return {**told, "digest": f"sha256:{path.name}"}
    raise AssertionError(kind)


def _replace(layout: Path, old: str, body: bytes) -> None:
    """Put the bytes in place of a blob, and their digest wherever the old one stands."""
    blobs = layout / "blobs" / "sha256"
    new = f"sha256:{hashlib.sha256(body).hexdigest()}"
    (blobs / old.removeprefix("sha256:")).unlink()
    (blobs / new.removeprefix("sha256:")).write_bytes(body)
    index = layout / "index.json"
    told = index.read_bytes().replace(old.encode(), new.encode())
    index.unlink()  # a hard link of the one that stays as it is
    index.write_bytes(told)
    while holder := _holder(blobs, old):
        changed = holder.read_bytes().replace(old.encode(), new.encode())
        _replace(layout, f"sha256:{holder.name}", changed)


def _holder(blobs: Path, digest: str) -> Path | None:
    """A document that names the digest."""
    small = (each for each in blobs.iterdir() if each.stat().st_size < 1 << 20)
    return next((each for each in small if digest.encode() in each.read_bytes()), None)


ALLOWED = {
    "LICENSE",
    "README.md",
    "docker/fetch.sh",
    "docker/healthcheck.py",
    "poetry.lock",
    "pyproject.toml",
    "scripts/tools.txt",
}
PLANTED = [
    ".env",
    ".env.production",
    "api/.env",
    "api/id_rsa",
    "api/__pycache__/old.cpython-311.pyc",
    "docker/id_rsa",
    "finchat_sec_qa/.git/config",
    "finchat_sec_qa/notes.txt",
    "id_rsa",
    "scripts/token",
    "secrets/token",
    "tests/secrets.py",
    "webapp/.netrc",
    "webapp/secrets/token",
    "webapp/static/key.pem",
]


def test_only_what_images_are_made_of_reaches_the_build(checkout: Path, tmp_path: Path) -> None:
    context, out = tmp_path / "context", tmp_path / "out.tar"
    shutil.copytree(checkout, context, symlinks=True)
    for each in PLANTED:
        (context / each).parent.mkdir(parents=True, exist_ok=True)
        (context / each).write_text("planted", "utf-8")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", "utf-8")
    options = ("--provenance=false", f"--file={tmp_path / 'Dockerfile'}", f"--output=type=tar,dest={out}")
    docker("buildx", "build", *options, str(context))
    with tarfile.open(out) as archive:
        reached = {each.name for each in archive if not each.isdir()}
    tracked = git(checkout, "ls-files").splitlines()
    packages = ("api/", "finchat_sec_qa/", "webapp/")
    assert reached == {each for each in tracked if each in ALLOWED or each.startswith(packages)}
