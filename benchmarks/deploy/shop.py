"""A registry of its own: images of the checkout, attested and signed, and ones that the gate must refuse."""

import os
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILDER = "https://github.com/finchat-sec-qa/finchat-sec-qa/blob/main/docker-bake.hcl"
OTHER = "f" * 40  # a commit that nothing was built from
POLICY = """
repositories = ["{repository}-api", "{repository}-webapp"]
builders = ["https://github.com/finchat-sec-qa/finchat-sec-qa/*"]
bases = ["python:3.11-slim"]
max_age_days = 30
owned = "{root}/security/owned_files.toml"
[signature]
keys = ["{key}.pub"]
transparency_log = false
[findings]
when_not_checked = "allow"
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """`repository` of the images without "-api" and "-webapp"; policies that know the key, and another one.

    Tags: `revision` (as it must be), "no-sbom" (signed, without a bill of materials).
    """

    repository: str
    revision: str
    policy: Path
    other_policy: Path


@contextmanager
def shop() -> Iterator[Shop]:
    """Build HEAD as a release is built, push, sign. All of it goes at the end, the tags in the engine too."""
    name = f"finchat-shop-{uuid.uuid4().hex[:6]}"
    with tempfile.TemporaryDirectory() as folder, _registry(name) as address:
        here = Path(folder)
        repository = f"{address}/finchat-sec-qa"
        checkout = here / "checkout"
        _run("git", "clone", "--quiet", str(ROOT), str(checkout), folder=here)
        revision = _run("git", "rev-parse", "HEAD", folder=checkout)
        tags = {revision: "", "no-sbom": "type=provenance,mode=max,builder-id=" + BUILDER}
        try:
            for tag, attest in tags.items():
                _build(checkout, repository, tag, attest, revision)
            for key in ("one", "other"):
                _run("cosign", "generate-key-pair", "--output-key-prefix", key, folder=here)
                text = POLICY.format(repository=repository, root=ROOT, key=key)
                (here / f"{key}.toml").write_text(text, encoding="utf-8")
            _run("cosign", "signing-config", "create", "--out", "signing.json", folder=here)
            for tag in tags:
                for image in ("api", "webapp"):
                    _sign(here, f"{repository}-{image}:{tag}")
            yield Shop(repository, revision, here / "one.toml", here / "other.toml")
        finally:
            made = [f"{repository}-{image}:{tag}" for image in ("api", "webapp") for tag in tags]
            subprocess.run(["docker", "image", "rm", "--force", *made], capture_output=True, check=False)


def _build(checkout: Path, repository: str, tag: str, attest: str, revision: str) -> None:
    sets = [f"--set={image}.tags={repository}-{image}:{tag}" for image in ("api", "webapp")]
    sets += [f"--set={image}.attest={attest}" for image in ("api", "webapp") if attest]
    variables = dict(
        line.split("=", 1) for line in _run("python3", "scripts/bake_variables.py", folder=checkout).split()
    )
    _run(
        "docker",
        "buildx",
        "bake",
        *sets,
        folder=checkout,
        **{**variables, "GIT_SHA": revision, "ATTEST": "true"},
    )
    for image in ("api", "webapp"):
        _run("docker", "push", "--quiet", f"{repository}-{image}:{tag}", folder=checkout)


def _sign(folder: Path, reference: str) -> None:
    shown = _run(
        "docker",
        "buildx",
        "imagetools",
        "inspect",
        "--format",
        "{{.Manifest.Digest}}",
        reference,
        folder=folder,
    )
    by_digest = f"{reference.rpartition(':')[0]}@{shown}"
    command = ["cosign", "sign", "--yes", "--key", "one.key", "--signing-config", "signing.json"]
    _run(*command, "--allow-http-registry", by_digest, folder=folder)


@contextmanager
def _registry(name: str) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    address = f"127.0.0.1:{port}"
    _run(
        "docker",
        "run",
        "--detach",
        f"--name={name}",
        f"--publish={address}:5000",
        "registry:2.8.3",
        folder=ROOT,
    )
    try:
        yield address
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, check=False)


def _run(*command: str, folder: Path, **environ: str) -> str:
    """What it printed. Raises RuntimeError with what it said."""
    every = {**os.environ, "COSIGN_PASSWORD": "", **environ}
    done = subprocess.run(command, cwd=folder, env=every, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout.strip()
