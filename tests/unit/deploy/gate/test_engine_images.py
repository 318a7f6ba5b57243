"""Images of the engine, which a small docker of our own has: it gives what `docker image save` wrote."""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from deploy.gate import GateError
from tests.unit.delivery.attest.making import V02, Parts
from tests.unit.deploy.gate.making import Dated, World, of, program, refused

NAME = "small:1"
DOCKER = """
import json, shutil
with open({log!r}, "a") as stream:
    stream.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[-1] not in {names!r}:
    sys.exit("Error: No such image: " + sys.argv[-1])
if sys.argv[2] == "inspect":
    print(json.dumps({told!r}))
else:
    shutil.copy({tar!r}, sys.argv[sys.argv.index("--output") + 1])
"""
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def local(world: World) -> World:
    world.policy["local"] = "allow"
    return world


def load(world: World, parts: Parts, without: str = "", kind: str = INDEX) -> str:
    """Put the image into the engine; its digest."""
    tar = parts.layout(world.folder, without=without)
    with tarfile.open(tar) as archive:
        index = archive.extractfile("index.json")
        assert index is not None
        told = {**json.loads(index.read())["manifests"][0], "mediaType": kind}
    saved = shutil.copy(tar, world.folder / "engine.tar")
    code = DOCKER.format(
        log=str(world.folder / "docker.log"), names=(NAME, told["digest"]), told=told, tar=str(saved)
    )
    program(world.programs, "docker", code)
    digest: str = told["digest"]
    return digest


def asked(world: World) -> list[str]:
    return [
        " ".join(line.split()[:2]) for line in (world.folder / "docker.log").read_text("utf-8").splitlines()
    ]


def test_an_image_of_the_engine_passes_where_the_policy_lets_it(local: World) -> None:
    digest = load(local, Dated())
    verdict = local.inspect(NAME)
    assert verdict.accepted
    assert (of(verdict, "signature").outcome, of(verdict, "signature").refuses) == ("not-checked", False)
    assert of(verdict, "sbom-complete").outcome == "ok"
    assert verdict.digest == verdict.pinned == digest


def test_elsewhere_it_is_refused(world: World) -> None:
    load(world, Dated())
    verdict = world.inspect(NAME)
    assert refused(verdict) == {"source", "signature"}
    assert "push it" in of(verdict, "source").advice


def test_all_other_checks_hold_for_it_too(local: World) -> None:
    load(local, Dated(builder="https://evil.test/x"), without="https://spdx.dev/Document")
    assert refused(local.inspect(NAME)) == {"builder", "sbom", "sbom-complete"}
    load(local, Dated(), without=V02)
    assert "provenance" in refused(local.inspect(NAME))


def test_it_is_saved_once_and_by_its_digest(local: World) -> None:
    digest = load(local, Dated())
    first = local.inspect(NAME)
    assert local.inspect(NAME) == first
    assert asked(local) == ["image inspect", "image save", "image inspect"]
    log = (local.folder / "docker.log").read_text("utf-8")
    assert f"-- {digest}\n" in log


def test_a_scanner_gets_the_image_on_the_disk(local: World) -> None:
    load(local, Dated())
    local.trivy()
    assert of(local.inspect(NAME), "findings").outcome == "ok"


def test_an_image_that_the_engine_does_not_have_is_named(local: World) -> None:
    load(local, Dated())
    with pytest.raises(GateError, match=r"other:1 cannot be read.*No such image: other:1; build it"):
        local.inspect("other:1")


def test_without_docker_it_cannot_be_read(local: World) -> None:
    with pytest.raises(GateError, match="there is no program docker; install Docker"):
        local.inspect(NAME)


def test_an_engine_without_digests_of_manifests_is_of_no_use(local: World) -> None:
    load(local, Dated(), kind="application/vnd.docker.container.image.v1+json")
    with pytest.raises(GateError, match="keeps no digests of manifests"):
        local.inspect(NAME)


def test_a_saved_image_that_is_damaged_is_not_read(local: World) -> None:
    load(local, Dated())
    saved = Path(local.folder / "engine.tar")
    body = saved.read_bytes()
    at = body.index(b'"schemaVersion": 2, "annotations"')
    saved.write_bytes(body[:at] + b'"schemaVersion": 3' + body[at + 18 :])
    with pytest.raises(GateError, match="fetch it anew"):
        local.inspect(NAME)
    assert hashlib.sha256(saved.read_bytes()).digest() != hashlib.sha256(body).digest()
