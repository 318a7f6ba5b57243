"""A registry of its own: images of the checkout, attested and signed, and ones that the gate must refuse."""

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.engine import Engine
from deploy.staging import supply

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER = "f" * 40  # a commit that nothing was built from
POLICY = """
repositories = ["{repository}-api", "{repository}-webapp"]
builders = ["{builder}"]
bases = ["{base}"]
max_age_days = 30
owned = "{root}/security/owned_files.toml"
[signature]
keys = ["{key}"]
transparency_log = false
[findings]
when_not_checked = "allow"
"""


ALLOWED = {"builder": "https://github.com/finchat-sec-qa/finchat-sec-qa/*", "base": "python:3.11-slim"}
SPOILED = {"no-sbom": "type=sbom,disabled=true", "no-provenance": "type=provenance,disabled=true"}


@dataclass(frozen=True, slots=True)
class Shop:
    """`repository` of the images without "-api" and "-webapp"; tags: `revision`, and the spoiled ones.

    `policy` finds nothing wrong with `revision`. `strict` has policies that do, by what they do not allow:
    "signature" (another key), "builder", "base".
    """

    repository: str
    revision: str
    policy: Path
    strict: dict[str, Path]


@contextmanager
def shop(spoiled: Mapping[str, str]) -> Iterator[Shop]:
    """Build HEAD as a release is built, push, sign. All of it goes at the end, the tags in the engine too.

    `spoiled` are further tags, with the attestation that is left out; SPOILED has what the gate refuses.
    """
    name = f"finchat-shop-{uuid.uuid4().hex[:6]}"
    with tempfile.TemporaryDirectory() as folder, supply.empty_registry(Engine("default"), name) as address:
        here = Path(folder)
        repository = f"{address}/finchat-sec-qa"
        checkout = here / "checkout"
        _run("git", "clone", "--quiet", str(ROOT), str(checkout), folder=here)
        revision = _run("git", "rev-parse", "HEAD", folder=checkout)
        tags = {revision: "", **spoiled}
        names = {tag: [f"{repository}-{image}:{tag}" for image in supply.NAMES] for tag in tags}
        try:
            pair, other = (supply.new_keys(_made(here / key)) for key in ("one", "other"))
            for tag, attest in tags.items():
                _build(checkout, repository, tag, attest, revision)
                supply.sign({each: supply.by_digest(each) for each in names[tag]}, pair, loopback=True)
            strict = {"signature": _policy(repository, other.public)}
            for each in ALLOWED:
                strict[each] = _policy(repository, pair.public, **{each: "another"})
            yield Shop(repository, revision, _policy(repository, pair.public), strict)
        finally:
            every = [each for tag in tags for each in names[tag]]
            subprocess.run(["docker", "image", "rm", "--force", *every], capture_output=True, check=False)


def _policy(repository: str, key: Path, **others: str) -> Path:
    file = key.with_name(f"{'-'.join(('policy', *others))}.toml")
    told = {"repository": repository, "root": ROOT, "key": key, **ALLOWED, **others}
    file.write_text(POLICY.format(**told), encoding="utf-8")
    return file


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _build(checkout: Path, repository: str, tag: str, attest: str, revision: str) -> None:
    sets = [f"--set={image}.tags={repository}-{image}:{tag}" for image in supply.NAMES]
    sets += [f"--set={image}.attest={attest}" for image in supply.NAMES if attest]
    told = _run("python3", "scripts/bake_variables.py", folder=checkout).split()
    variables = dict(line.split("=", 1) for line in told)
    wanted = {**variables, "GIT_SHA": revision, "ATTEST": "true"}
    _run("docker", "buildx", "bake", *sets, folder=checkout, **wanted)
    for image in supply.NAMES:
        _run("docker", "push", "--quiet", f"{repository}-{image}:{tag}", folder=checkout)


def _run(*command: str, folder: Path, **environ: str) -> str:
    """What it printed. Raises RuntimeError with what it said."""
    every = {**os.environ, **environ}
    done = subprocess.run(command, cwd=folder, env=every, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout.strip()
