"""Where staging's images come from: a registry that has them, or this checkout, built, pushed and signed.

Without a registry of one's own they go through one on loopback for as long as the run takes, signed with a
key that lives as long: the gate looks at them as at others, by a policy that names this key and registry.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.engine import Command, Engine
from deploy.errors import DeployError, EngineError
from deploy.gate import Policy, read_policy
from deploy.model import Release
from deploy.settings import Images, Settings

ROOT = Path(__file__).resolve().parent.parent.parent
REGISTRY = "registry:2.8.3"
NAMES = ("api", "webapp")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of cosign keys."""

    private: Path
    public: Path


@dataclass(frozen=True, slots=True)
class Supply:
    """Images to be had: by these settings and this tag, of this commit."""

    settings: Settings
    tag: str
    commit: str | None


@contextmanager
def from_checkout(settings: Settings, registry: str | None, keys: Keys | None, say: Say) -> Iterator[Supply]:
    """The images of the commit that is checked out, as long as the block runs.

    `registry` is one's own (signed with `keys` where they are given); None: one on loopback. Raises
    DeployError when the checkout has changes, or something cannot be built, pushed or signed.
    """
    commit = _said("git", "rev-parse", "HEAD")
    if registry:
        say(f"building {commit[:12]} for {registry}")
        references = push(registry, commit)
        if keys:
            sign(references, keys, loopback=False)
        yield Supply(of_registry(settings, registry), commit, commit)
        return
    with tempfile.TemporaryDirectory(prefix="finchat-staging-") as name, on_loopback(settings) as address:
        folder = Path(name)
        say(f"building {commit[:12]} for a registry on {address}")
        references = push(address, commit)
        made = new_keys(folder)
        sign(references, made, loopback=True)
        trusting = folder / "policy.toml"
        wanted = of_registry(settings, address)
        policy = policy_trusting(read_policy(settings.policy), wanted.images, made.public)
        trusting.write_text(policy, encoding="utf-8")
        yield Supply(wanted.model_copy(update={"policy": trusting}), commit, commit)


@contextmanager
def on_loopback(settings: Settings) -> Iterator[str]:
    """An empty registry of one's own, and a folder in it named after the stack. Raises EngineError."""
    engine = Engine("default", settings.limits.engine)
    try:
        with empty_registry(engine, settings.name) as address:
            yield f"{address}/{settings.name}"
    finally:
        _forget(engine, settings.name)


@contextmanager
def empty_registry(engine: Engine, stack: str) -> Iterator[str]:
    """The address of a registry on loopback that counts to a stack; it goes with the block."""
    name, label = f"{stack}-registry", f"--label=com.docker.compose.project={stack}"
    start = ("run", "--detach", "--rm", "--name", name, label, "--publish", "127.0.0.1::5000", REGISTRY)
    engine.run(Command(start))
    try:
        port = engine.run(Command(("port", name, "5000/tcp"))).split()[0].rpartition(":")[2]
        yield f"localhost:{port}"
    finally:
        engine.run(Command(("rm", "--force", "--volumes", name)))


def push(registry: str, commit: str) -> dict[str, str]:
    """Build the commit's images reproducibly, push them; their references by digest. Raises DeployError."""
    _must(["scripts/push_images.sh"], {"REGISTRY": registry})
    return {name: by_digest(f"{registry.rstrip('/')}/finchat-sec-qa-{name}:{commit}") for name in NAMES}


def by_digest(tagged: str) -> str:
    """The reference by digest of a tag in a registry. Raises DeployError."""
    shown = _said("docker", "buildx", "imagetools", "inspect", tagged, "--format", "{{json .Manifest}}")
    return f"{tagged.rpartition(':')[0]}@{json.loads(shown)['digest']}"


def new_keys(folder: Path) -> Keys:
    """A new pair of keys, without a password: it lives as long as its folder. Raises DeployError."""
    line = ["cosign", "generate-key-pair", "--output-key-prefix", str(folder / "staging")]
    _must(line, {"COSIGN_PASSWORD": ""})
    return Keys(folder / "staging.key", folder / "staging.pub")


def sign(references: Mapping[str, str], keys: Keys, *, loopback: bool) -> None:
    """Sign images by digest, and verify it. Raises DeployError."""
    told = {
        name: {"containerimage.digest": each.partition("@")[2], "image.name": each.partition("@")[0]}
        for name, each in references.items()
    }
    line = [
        sys.executable,
        "scripts/sign_images.py",
        "--key",
        str(keys.private),
        "--public-key",
        str(keys.public),
    ]
    if loopback:
        config = keys.private.with_name("signing.json")
        _must(["cosign", "signing-config", "create", "--out", str(config)], {})
        line += ["--config", str(config), "--insecure"]
    _must(line, {"BAKE_METADATA": json.dumps(told), **({"COSIGN_PASSWORD": ""} if loopback else {})})


def of_registry(settings: Settings, registry: str) -> Settings:
    """The settings with the images of a registry, as docker-bake.hcl names them."""
    names = {name: f"{registry.rstrip('/')}/finchat-sec-qa-{name}" for name in NAMES}
    return settings.model_copy(update={"images": settings.images.model_copy(update=names)})


def policy_trusting(policy: Policy, images: Images, key: Path) -> str:
    """A policy as TOML: the given one, but for where images come from and who signs them."""
    findings = policy.findings
    tables: Mapping[str, Mapping[str, object]] = {
        "": {
            "platform": policy.platform,
            "repositories": [images.api, images.webapp],
            "local": "refuse",
            "builders": list(policy.builders),
            "bases": list(policy.bases),
            "max_age_days": policy.max_age_days,
            "owned": str(policy.owned.resolve()) if policy.owned else None,
        },
        "signature": {"keys": [str(key)], "transparency_log": False},
        "findings": {
            "scanners": list(findings.scanners),
            "severities": [str(each) for each in findings.severities],
            "exceptions": str(findings.exceptions.resolve()) if findings.exceptions else None,
            "when_not_checked": findings.when_not_checked,
            "valid_hours": findings.valid_hours,
        },
    }
    lines = []
    for table, values in tables.items():
        lines += [f"[{table}]"] if table else []
        # Strings, numbers, booleans and lists of them are written in TOML as in JSON.
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def is_tried(made: Release) -> bool:
    """Whether production could take these very images: they are not from a registry that is gone."""
    return not made.api.startswith("localhost:")


def _forget(engine: Engine, stack: str) -> None:
    """Take the tags of this stack's registries, which are gone, out of the engine, but for what is in use.

    What a colour runs goes with a later run, when the colour runs something else.
    """
    listed = engine.run(Command(("image", "ls", "--format", "{{.Repository}}:{{.Tag}}"))).split()
    for tag in listed:
        if re.fullmatch(rf"localhost:\d+/{re.escape(stack)}/finchat-sec-qa-({'|'.join(NAMES)}):[\w.-]+", tag):
            with suppress(EngineError):  # in use
                engine.run(Command(("image", "rm", tag)))


def _must(line: Sequence[str], variables: Mapping[str, str]) -> None:
    """Run a program of the checkout; what it says goes to stderr. Raises DeployError."""
    try:
        done = subprocess.run(line, cwd=ROOT, env={**os.environ, **variables}, stdout=sys.stderr, check=False)
    except FileNotFoundError as error:
        raise DeployError(f"there is no program {line[0]!r}; install it (docs/deploy-staging.md)") from error
    if done.returncode:
        raise DeployError(f"{line[0]} ended with {done.returncode}; what it said is above")


def _said(*line: str) -> str:
    """What a program prints. Raises DeployError with its last words."""
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(f"{' '.join(line)}: {done.stderr.strip() or 'failed'}")
    return done.stdout.strip()
