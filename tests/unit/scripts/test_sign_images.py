import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.sign_images import Signer, SigningError, identity, pushed

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
METADATA = {
    "buildx.build.warnings": [],
    "release-api": {
        "containerimage.digest": DIGEST,
        "image.name": "docker.io/library/finchat-sec-qa:api,localhost:5000/team/finchat-sec-qa-api:1.2.3",
    },
    "release-webapp": {
        "containerimage.digest": OTHER,
        "image.name": "ghcr.io/a/finchat-sec-qa-webapp:latest",
    },
}
API = f"localhost:5000/team/finchat-sec-qa-api@{DIGEST}"
WEBAPP = f"ghcr.io/a/finchat-sec-qa-webapp@{OTHER}"


def test_references_are_what_bake_pushed_by_digest() -> None:
    assert pushed(json.dumps(METADATA)) == {"api": API, "webapp": WEBAPP}


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"api": {"image.name": "ghcr.io/a/api:1"}}, "target 'api' was not pushed: digest ''"),
        ({"api": {"containerimage.digest": "latest", "image.name": "ghcr.io/a/api:1"}}, "digest 'latest'"),
        ({"api": {"containerimage.digest": DIGEST}}, "names ''"),
        (
            {"api": {"containerimage.digest": DIGEST, "image.name": "docker.io/library/x:api"}},
            "push it first",
        ),
        ({}, "names no image"),
    ],
)
def test_what_was_not_pushed_is_not_signed(metadata: dict[str, object], said: str) -> None:
    with pytest.raises(SigningError, match=re.escape(said)):
        pushed(json.dumps(metadata))


def test_keyless_lines() -> None:
    sign, verify = Signer(identity="^me$").commands(API)
    assert sign == ["cosign", "sign", "--yes", API]
    assert verify == [
        "cosign", "verify", "--certificate-identity-regexp", "^me$",
        "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", API,
    ]  # fmt: skip


def test_lines_with_keys_on_loopback() -> None:
    signer = Signer(key="k", public_key="p", config="c", insecure=True)
    sign, verify = signer.commands(API)
    assert sign == [
        "cosign", "sign", "--yes", "--allow-http-registry", "--signing-config", "c", "--key", "k", API,
    ]  # fmt: skip
    assert verify == [
        "cosign", "verify", "--allow-http-registry", "--key", "p", "--insecure-ignore-tlog", API,
    ]  # fmt: skip


def test_a_public_registry_is_never_verified_without_the_log() -> None:
    assert not any(
        "insecure" in word for line in Signer(key="k", public_key="p").commands(API) for word in line
    )


def test_the_identity_is_this_workflow_at_this_tag_only() -> None:
    pattern = identity(
        {
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKFLOW_REF": "a/b/.github/workflows/release.yml@refs/tags/v1.2.3",
        }
    )
    assert re.search(pattern, "https://github.com/a/b/.github/workflows/release.yml@refs/tags/v1.2.3")
    assert not re.search(pattern, "https://github.com/a/b/.github/workflows/release.yml@refs/tags/v1.2.30")
    assert not re.search(pattern, "https://github.com/a/b/.github/workflows/releasexyml@refs/tags/v1.2.3")
    with pytest.raises(SigningError, match="GITHUB_SERVER_URL is not set; name --identity"):
        identity({})


def run(
    repo: Path, folder: Path, *arguments: str, cosign: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The script, with a program `cosign` that runs that shell code, or none."""
    if cosign is not None:
        (folder / "cosign").write_text(f"#!/bin/sh\n{cosign}\n", "utf-8")
        (folder / "cosign").chmod(0o755)
    return subprocess.run(
        [sys.executable, "scripts/sign_images.py", *arguments],
        cwd=repo,
        env={**os.environ, "PATH": str(folder), "BAKE_METADATA": json.dumps(METADATA)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_image_is_signed_and_verified(repo: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = run(repo, tmp_path, "--identity", "^me$", cosign=f'echo "said"; echo "$1" "$@" >> {log}')
    assert done.stdout == f"api={API}\nwebapp={WEBAPP}\n", "what cosign says is not among the results"
    assert [(line.split()[0], line.split()[-1]) for line in log.read_text("utf-8").splitlines()] == [
        ("sign", API), ("verify", API), ("sign", WEBAPP), ("verify", WEBAPP),
    ]  # fmt: skip


def test_a_signature_that_does_not_verify_fails(repo: Path, tmp_path: Path) -> None:
    done = run(repo, tmp_path, "--identity", "^me$", cosign='[ "$1" = sign ] || exit 3')
    assert done.returncode == 1
    assert done.stdout == ""
    assert "failed with 3: cosign verify" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--identity", "^me$"], "no program 'cosign'"),
        (["--key", "k"], "--key and --public-key go together"),
        (["--metadata", "/nowhere.json"], "/nowhere.json"),
    ],
)
def test_what_is_missing_is_named(repo: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(repo, tmp_path, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
