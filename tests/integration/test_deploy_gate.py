"""The gate against a real registry: an image that BuildKit attested and cosign signed, and what is spoilt.

Built once; the faulty ones are that image with other statements attached, each pushed and signed for itself.
Trivy, which needs its database, is a program of the tests' own.
"""

import copy
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from delivery.scan.tools import Toolbox
from deploy.commands.verify import verify
from deploy.gate import CHECKS, Policy, Verdict, inspect
from tests.absence import absent, need_docker
from tests.engine import docker, own_name, registry
from tests.unit.delivery.scan.planted import program

pytestmark = pytest.mark.docker
BASE = os.environ.get("BASE_IMAGE") or "python:3.11-slim"
COMMIT, OTHER = "0123456789abcdef0123456789abcdef01234567", "f" * 40
BUILDER = "https://ci.example.test/runs/1"
SPDX, SLSA = "https://spdx.dev/Document", "https://slsa.dev/provenance/"
RECIPE = f"""\
FROM {BASE}
ARG GIT_SHA
ENV FINCHAT_REVISION=$GIT_SHA
LABEL org.opencontainers.image.revision=$GIT_SHA org.opencontainers.image.version=1.2.3
"""
KNOWN = {
    "VulnerabilityID": "CVE-1",
    "PkgName": "libc6",
    "InstalledVersion": "2.36",
    "FixedVersion": "2.37",
    "Severity": "CRITICAL",
}
Statements = dict[str, dict[str, Any]]


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass
class Shop:
    """A repository in a registry, a folder with keys and the attested image, and the gate's cache.

    `has_image` tells that the registry has the platform's image, which all pushed ones share.
    """

    folder: Path
    repository: str
    layout: Path
    has_image: bool = False

    @property
    def address(self) -> str:
        host, _, path = self.repository.partition("/")
        return f"http://{host}/v2/{path}"

    def blob(self, digest: str) -> bytes:
        return (self.layout / "blobs" / digest.replace(":", "/")).read_bytes()

    def push(self, spoil: Callable[[Statements], None] = lambda _: None, key: str = "one.key") -> str:
        """Push the image with its statements as `spoil` leaves them, and sign it; its name by digest."""
        (top,) = json.loads((self.layout / "index.json").read_bytes())["manifests"]
        index = json.loads(self.blob(top["digest"]))
        image, attestation = index["manifests"]
        told = json.loads(self.blob(attestation["digest"]))
        statements = {each["predicateType"]: each for each in self._statements(told)}
        before = copy.deepcopy(statements)
        spoil(statements)
        self._put_image(image)
        if statements != before:
            layers = [self._put_blob(json.dumps(each).encode()) for each in statements.values()]
            for layer in layers:
                layer["mediaType"] = "application/vnd.in-toto+json"
            told["layers"] = layers
            body = json.dumps(told).encode()
            attestation |= {"digest": digest_of(body), "size": len(body)}
        else:
            body = self.blob(attestation["digest"])
            for layer in told["layers"]:
                self._put_blob(self.blob(layer["digest"]))
        self._put_blob(self.blob(told["config"]["digest"]))
        self._put_manifest(body, attestation["mediaType"])
        whole = self.blob(top["digest"]) if statements == before else json.dumps(index).encode()
        return self.sign(f"{self.repository}@{self._put_manifest(whole, top['mediaType'])}", key)

    def sign(self, reference: str, key: str) -> str:
        """Sign by that key of the folder, if any."""
        if key:
            command = ["cosign", "sign", "--yes", "--allow-http-registry", "--signing-config", "config.json"]
            run(*command, "--key", key, reference, folder=self.folder)
        return reference

    def inspect(self, reference: str, **values: Any) -> Verdict:
        usual = {
            "policy": self.policy(),
            "revision": COMMIT,
            "now": datetime.fromtimestamp(time.time(), UTC),
            "cache": self.folder / "cache",
            "tools": Toolbox(self.folder, (str(self.folder),)),
        }
        return inspect(reference, **{**usual, **values})

    def policy(self, **more: Any) -> Policy:
        told = {
            "repositories": [self.repository],
            "builders": ["https://ci.example.test/*"],
            "bases": [BASE],
            "max_age_days": 30,
            "signature": {"keys": ["one.pub"], "transparency_log": False},
            "findings": {"when_not_checked": "allow"},
        }
        return Policy.model_validate({**told, **more}, context={"folder": self.folder})

    def _statements(self, manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for layer in manifest["layers"]:
            yield json.loads(self.blob(layer["digest"]))

    def _put_image(self, image: dict[str, Any]) -> None:
        if self.has_image:
            return
        self.has_image = True
        body = self.blob(image["digest"])
        told = json.loads(body)
        for each in (told["config"], *told["layers"]):
            self._put_blob(self.blob(each["digest"]))
        self._put_manifest(body, image["mediaType"])

    def _put_blob(self, body: bytes) -> dict[str, Any]:
        """Have the registry keep the bytes; their descriptor, without a type."""
        digest = digest_of(body)
        with httpx.Client(trust_env=False, timeout=60) as client:
            if client.head(f"{self.address}/blobs/{digest}").status_code != 200:
                place = client.post(f"{self.address}/blobs/uploads/").headers["location"]
                done = client.put(httpx.URL(place).copy_merge_params({"digest": digest}), content=body)
                assert done.status_code == 201, done.text
        return {"digest": digest, "size": len(body)}

    def _put_manifest(self, body: bytes, media_type: str) -> str:
        digest = digest_of(body)
        headers = {"Content-Type": media_type}
        done = httpx.put(f"{self.address}/manifests/{digest}", content=body, headers=headers, trust_env=False)
        assert done.status_code == 201, done.text
        return digest


def run(*command: str, folder: Path) -> None:
    environ = {**os.environ, "COSIGN_PASSWORD": ""}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    need_docker()
    if shutil.which("cosign") is None:
        absent("no program 'cosign' (scripts/install_cosign.sh installs it)")
    folder = tmp_path_factory.mktemp("gate")
    for name in ("one", "two"):
        run("cosign", "generate-key-pair", "--output-key-prefix", name, folder=folder)
    run("cosign", "signing-config", "create", "--out", "config.json", folder=folder)
    with own_name("gate") as name, registry(name) as address:
        built(folder, f"{name}-app:1")
        yield Shop(folder, f"{address.replace('127.0.0.1', 'localhost')}/{name}", folder / "layout")


def built(folder: Path, name: str) -> None:
    """Build the attested image as a layout, in a tar and unpacked."""
    context = folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(RECIPE, "utf-8")
    attested = (f"--attest=type=provenance,mode=max,builder-id={BUILDER}", "--attest=type=sbom")
    out = f"--output=type=oci,dest={folder / 'image.tar'},name=docker.io/library/{name}"
    docker("buildx", "build", *attested, f"--build-arg=GIT_SHA={COMMIT}", out, str(context))
    with tarfile.open(folder / "image.tar") as archive:
        archive.extractall(folder / "layout", filter="data")


@pytest.fixture(scope="module")
def good(shop: Shop) -> str:
    """The image as it should be, by digest."""
    return shop.push()


def refused(verdict: Verdict) -> set[str]:
    return {each.name for each in verdict.refusals}


def detail(verdict: Verdict, name: str) -> str:
    (found,) = [each.detail for each in verdict.checks if each.name == name]
    return found


def test_an_image_that_shows_everything_is_accepted(shop: Shop, good: str) -> None:
    verdict = shop.inspect(good)
    assert {each.name: each.outcome for each in verdict.checks} == {
        **dict.fromkeys(CHECKS, "ok"),
        "findings": "not-checked",
    }
    assert verdict.accepted
    assert verdict.pinned == good
    assert (verdict.revision, verdict.version) == (COMMIT, "1.2.3")
    assert "packages" in detail(verdict, "sbom-complete")


@pytest.mark.parametrize(("key", "said"), [("two.key", "no matching"), ("", "no signatures found")])
def test_without_a_signature_by_a_known_key_it_is_refused(shop: Shop, key: str, said: str) -> None:
    def distinct(statements: Statements) -> None:
        statements[SPDX]["predicate"]["comment"] = f"signed by {key or 'nobody'}"

    verdict = shop.inspect(shop.push(distinct, key))
    assert refused(verdict) == {"signature"}
    assert said in detail(verdict, "signature")


def test_a_signature_moves_to_no_other_image(shop: Shop, good: str) -> None:
    """The platform's image is the same; the signature is on the index, with what is attested."""

    def forged(statements: Statements) -> None:
        for kind, statement in statements.items():
            if kind.startswith(SLSA):
                statement["predicate"]["builder"]["id"] = "https://ci.example.test/forged"

    verdict = shop.inspect(shop.push(forged, key=""))
    assert refused(verdict) == {"signature"}
    assert verdict.manifest == shop.inspect(good).manifest


def test_another_commit_is_refused(shop: Shop, good: str) -> None:
    verdict = shop.inspect(good, revision=OTHER)
    assert refused(verdict) == {"revision"}
    assert f"it says {COMMIT}, expected was {OTHER}" in detail(verdict, "revision")


def test_another_builder_is_refused(shop: Shop) -> None:
    def elsewhere(statements: Statements) -> None:
        for kind, statement in statements.items():
            if kind.startswith(SLSA):
                statement["predicate"]["builder"]["id"] = "https://laptop.example.test"

    verdict = shop.inspect(shop.push(elsewhere))
    assert refused(verdict) == {"builder"}
    assert "https://laptop.example.test built it" in detail(verdict, "builder")


def test_another_base_is_refused(shop: Shop, good: str) -> None:
    verdict = shop.inspect(good, policy=shop.policy(bases=["gcr.io/distroless/*"]))
    assert refused(verdict) == {"base"}
    assert "it is none of gcr.io/distroless/*" in detail(verdict, "base")


def test_without_a_bill_it_is_refused(shop: Shop) -> None:
    def without(statements: Statements) -> None:
        del statements[SPDX]

    verdict = shop.inspect(shop.push(without))
    assert refused(verdict) == {"sbom", "sbom-complete"}
    assert "SBOM: no statement" in detail(verdict, "sbom")


def test_a_bill_that_lacks_a_package_is_refused(shop: Shop) -> None:
    def incomplete(statements: Statements) -> None:
        packages = statements[SPDX]["predicate"]["packages"]
        packages[:] = [each for each in packages if each["name"] != "bash"]

    verdict = shop.inspect(shop.push(incomplete))
    assert refused(verdict) == {"sbom-complete"}
    assert "deb bash" in detail(verdict, "sbom-complete")


def test_an_old_image_is_refused(shop: Shop, good: str) -> None:
    late = datetime.fromtimestamp(time.time(), UTC) + timedelta(days=31)
    verdict = shop.inspect(good, now=late)
    assert refused(verdict) == {"age"}
    assert "at most 30 are allowed" in detail(verdict, "age")


def test_a_critical_finding_that_nobody_excused_is_refused(shop: Shop, good: str, tmp_path: Path) -> None:
    report = json.dumps({"Results": [{"Vulnerabilities": [KNOWN]}]})
    folder = program(tmp_path / "bin", "trivy", f"print({report!r})")
    cache = tmp_path / "cache"  # a scan is kept, and the other tests have no scanner
    shutil.copytree(shop.folder / "cache", cache)
    verdict = shop.inspect(good, tools=Toolbox(tmp_path, (folder,)), cache=cache)
    assert refused(verdict) == {"findings"}
    assert f"critical CVE-1 in {good} libc6" in detail(verdict, "findings")


def test_a_policy_without_leave_refuses_what_no_scanner_saw(shop: Shop, good: str) -> None:
    verdict = shop.inspect(good, policy=shop.policy(findings={}))
    assert refused(verdict) == {"findings"}
    assert "no program trivy" in detail(verdict, "findings")


def test_an_image_of_the_engine_passes_where_the_policy_lets_it(shop: Shop, good: str) -> None:
    name = f"{shop.repository.partition('/')[2]}-app:1"
    docker("image", "load", "--input", str(shop.folder / "image.tar"))
    verdict = shop.inspect(name, policy=shop.policy(local="allow"))
    assert verdict.accepted
    assert f"{shop.repository}@{verdict.pinned}" == good
    assert refused(shop.inspect(name)) == {"source", "signature"}


def test_the_command_says_the_same(shop: Shop, good: str) -> None:
    policy = shop.folder / "policy.toml"
    policy.write_text(
        f'repositories = ["{shop.repository}"]\nbuilders = ["{BUILDER}"]\nbases = ["{BASE}"]\n'
        'max_age_days = 30\n[signature]\nkeys = ["one.pub"]\ntransparency_log = false\n'
        '[findings]\nwhen_not_checked = "allow"\n',
        "utf-8",
    )
    options = ["--policy", str(policy), "--cache", str(shop.folder / "cache"), "--revision"]
    accepted = CliRunner().invoke(verify, [good, *options, COMMIT])
    assert accepted.exit_code == 0, accepted.output
    denied = CliRunner().invoke(verify, [good, *options, OTHER, "--json"])
    assert denied.exit_code == 3
    assert json.loads(denied.output)["digest"] == good.rpartition("@")[2]
