"""Registry care on a real registry and a real engine: tags pushed, guarded, cleaned up, pulled.

The images are a file of a few bytes each, with BuildKit's provenance and SBOM; nothing of them stays.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests import engine
from tests.absence import need_docker

pytestmark = pytest.mark.docker
COMMITS = [f"{number:040x}" for number in range(1, 5)]
RELEASE, LATEST = "0.1.0", "latest"
# Seconds since 1970 of the first build; the others follow day by day.
FIRST, DAY = 1_760_000_000, 86_400


@dataclass(frozen=True)
class Place:
    """A running registry, and the name of the repository that the test uses in it."""

    host: str
    container: str
    repository: str
    folder: Path

    def reference(self, tag: str) -> str:
        return f"{self.repository}:{tag}"

    def get(self, path: str, accept: str = "*/*") -> httpx.Response:
        name = self.repository.partition("/")[2]
        return httpx.get(f"http://{self.host}/v2/{name}/{path}", headers={"Accept": accept}, trust_env=False)

    def tags(self) -> set[str]:
        return set(self.get("tags/list").json()["tags"] or ())

    def index(self, tag: str) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = self.get(
            f"manifests/{tag}", "application/vnd.oci.image.index.v1+json"
        ).json()
        return found


def docker(*arguments: str, check: bool = True, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["docker", *arguments], text=True, capture_output=True, check=False, timeout=timeout
    )
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


def script(repo: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("REGISTRY_")}
    command = [sys.executable, "-m", f"scripts.{name}", *arguments]
    return subprocess.run(command, cwd=repo, env=environ, text=True, capture_output=True, check=False)


def build(place: Place, content: str, made: int, *tags: str) -> None:
    """An image with one file, built and tagged on this machine; `made` in seconds since 1970."""
    (place.folder / "Dockerfile").write_text('FROM scratch\nCOPY file /\nCMD ["/file"]\n', "utf-8")
    (place.folder / "file").write_text(content, "utf-8")
    named = [f"--tag={place.reference(tag)}" for tag in tags]
    options = ["--provenance=mode=max", "--sbom=true", f"--build-arg=SOURCE_DATE_EPOCH={made}"]
    docker("buildx", "build", "--quiet", *options, *named, str(place.folder))


def push(place: Place, *tags: str) -> None:
    for tag in tags:
        docker("push", "--quiet", place.reference(tag))


def forget(place: Place) -> None:
    """Remove every image of the repository from this machine."""
    held = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", place.repository).stdout.split()
    if held:
        docker("image", "rm", "--force", *held)


@contextmanager
def running(folder: Path, *settings: str) -> Iterator[Place]:
    """An empty registry on a free port; afterwards it is gone, with all that was built for it."""
    with engine.own_name("registry") as name, engine.registry(name, *settings) as host:
        wait_for(host)
        place = Place(host, name, f"{host}/{name}/app", folder)
        try:
            yield place
        finally:
            forget(place)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A registry that allows deletion."""
    need_docker()
    with running(tmp_path_factory.mktemp("image"), "--env=REGISTRY_STORAGE_DELETE_ENABLED=true") as found:
        yield found


def wait_for(host: str) -> None:
    """Until the registry answers; fails after 30 seconds."""
    for _ in range(300):
        try:
            if httpx.get(f"http://{host}/v2/", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{host} did not answer")


@pytest.fixture(scope="module")
def pushed(place: Place) -> Place:
    """Four builds, day by day. The first is the release as well; the third has the fourth's very image."""
    build(place, "first", FIRST, COMMITS[0], RELEASE)
    build(place, "second", FIRST + DAY, COMMITS[1])
    build(place, "same", FIRST + 3 * DAY, COMMITS[2])
    build(place, "same", FIRST + 3 * DAY, COMMITS[3], LATEST)
    push(place, *COMMITS, RELEASE, LATEST)
    return place


def pulled(place: Place, tag: str) -> str:
    """What the image's file says, pulled anew by the engine and put into a container."""
    docker("pull", "--quiet", place.reference(tag))
    container = docker("create", place.reference(tag)).stdout.strip()
    try:
        docker("cp", f"{container}:/file", str(place.folder / "pulled"))
    finally:
        docker("rm", "--force", "--volumes", container)
    return (place.folder / "pulled").read_text("utf-8")


def platform(place: Place, tag: str) -> str:
    """The digest of the image to run, without what is said about it."""
    (image,) = [one for one in place.index(tag)["manifests"] if "annotations" not in one]
    return str(image["digest"])


def layer(place: Place, tag: str) -> str:
    """The digest of the image's only layer."""
    accept = "application/vnd.oci.image.manifest.v1+json"
    (found,) = place.get(f"manifests/{platform(place, tag)}", accept).json()["layers"]
    return str(found["digest"])


def stored(place: Place, digest: str) -> str:
    """The file of a blob in the registry's volume."""
    name = digest.removeprefix("sha256:")
    return f"/var/lib/registry/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data"


# The tests tell one story, in this order.


def test_pushed_images_carry_their_attestations(pushed: Place) -> None:
    for tag in (*COMMITS, RELEASE, LATEST):
        children = pushed.index(tag)["manifests"]
        kinds = [one.get("annotations", {}).get("vnd.docker.reference.type") for one in children]
        assert kinds == [None, "attestation-manifest"]
    assert platform(pushed, COMMITS[2]) == platform(pushed, COMMITS[3])


def test_a_dry_run_changes_nothing(pushed: Place, repo: Path) -> None:
    done = script(repo, "registry_cleanup", pushed.repository, "--newest", "1")
    assert done.returncode == 0, done.stderr
    removed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("remove")]
    assert removed == [COMMITS[2], COMMITS[1]]
    assert "4 tags stay, 2 go; 5 manifests to delete, 1 spared" in done.stdout
    assert pushed.tags() == {*COMMITS, RELEASE, LATEST}


def test_what_runs_somewhere_stays(pushed: Place, repo: Path, tmp_path: Path) -> None:
    """Deployed by the digest of the platform's manifest, which no tag names."""
    deployed = tmp_path / "deployed.txt"
    deployed.write_text(f"{pushed.repository}@{platform(pushed, COMMITS[1])}\n", "utf-8")
    options = ["--newest", "1", "--deployed", str(deployed), "--json"]
    done = script(repo, "registry_cleanup", pushed.repository, *options)
    (told,) = json.loads(done.stdout)["repositories"]
    decided = {one["tag"]: (one["decision"], one["reasons"]) for one in told["tags"]}
    assert decided[COMMITS[1]] == ("keep", ["deployed"])
    assert decided[COMMITS[2]][0] == "remove"


def test_the_same_image_built_again_needs_no_push(pushed: Place, repo: Path) -> None:
    build(pushed, "first", FIRST, COMMITS[0], RELEASE)
    wanted = [pushed.reference(COMMITS[0]), pushed.reference(RELEASE)]
    done = script(repo, "check_tags", *wanted)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("nothing to push") == 2
    assert script(repo, "check_tags", "--to-push", *wanted).stdout.strip() == ""


def test_a_push_that_overwrites_is_refused(pushed: Place, repo: Path) -> None:
    build(pushed, "forged", FIRST, COMMITS[0], RELEASE, LATEST, "0.2.0")
    wanted = [pushed.reference(tag) for tag in (COMMITS[0], RELEASE, LATEST, "0.2.0")]
    done = script(repo, "check_tags", "--to-push", *wanted)
    assert done.returncode == 1
    assert done.stdout == ""
    assert [line.partition(": refused")[0] for line in done.stderr.splitlines()] == wanted[:2]
    allowed = script(repo, "check_tags", "--to-push", *wanted[2:])
    assert (allowed.returncode, allowed.stdout.split()) == (0, wanted[2:])


def test_an_image_that_was_only_exported_is_compared_too(pushed: Place, repo: Path, tmp_path: Path) -> None:
    (pushed.folder / "file").write_text("same", "utf-8")
    layout = tmp_path / "layout.tar"
    made = f"--build-arg=SOURCE_DATE_EPOCH={FIRST + 3 * DAY}"
    output = f"--output=type=oci,dest={layout}"
    docker("buildx", "build", "--quiet", "--provenance=mode=max", made, output, str(pushed.folder))
    wanted = [pushed.reference(COMMITS[3]), pushed.reference(RELEASE)]
    done = script(repo, "check_tags", "--layout", str(layout), "--json", *wanted)
    verdicts = [check["verdict"] for check in json.loads(done.stdout)["checks"]]
    assert (done.returncode, verdicts) == (1, ["same", "overwrites"])


def test_applied_it_deletes_and_what_is_left_pulls(pushed: Place, repo: Path) -> None:
    gone = layer(pushed, COMMITS[1])
    done = script(repo, "registry_cleanup", pushed.repository, "--newest", "1", "--apply", "--read-layers")
    assert done.returncode == 0, done.stderr
    assert "deleted 5 manifests; what is left pulls: 4 tags" in done.stdout
    assert pushed.tags() == {COMMITS[0], COMMITS[3], RELEASE, LATEST}
    # Deletion unlinks; the registry's own garbage collection takes the bytes, and only those.
    docker("exec", pushed.container, "registry", "garbage-collect", "/etc/docker/registry/config.yml")
    assert docker("exec", pushed.container, "test", "-e", stored(pushed, gone), check=False).returncode == 1
    forget(pushed)
    contents = {tag: pulled(pushed, tag) for tag in (COMMITS[0], RELEASE, COMMITS[3], LATEST)}
    assert contents == {COMMITS[0]: "first", RELEASE: "first", COMMITS[3]: "same", LATEST: "same"}
    for tag in COMMITS[1:3]:
        assert docker("pull", "--quiet", pushed.reference(tag), check=False).returncode != 0


def test_a_second_run_finds_nothing_to_do(pushed: Place, repo: Path) -> None:
    done = script(repo, "registry_cleanup", pushed.repository, "--newest", "1", "--apply", "--read-layers")
    assert done.returncode == 0, done.stderr
    assert "4 tags stay, 0 go" in done.stdout
    assert "deleted 0 manifests; what is left pulls: 4 tags" in done.stdout


def test_a_damaged_layer_is_named(pushed: Place, repo: Path) -> None:
    """A planted fault: a byte of a layer in the registry's volume."""
    damaged = layer(pushed, LATEST)
    plant = f"printf x | dd of={stored(pushed, damaged)} bs=1 seek=20 conv=notrunc"
    docker("exec", pushed.container, "sh", "-c", plant)
    done = script(repo, "registry_cleanup", pushed.repository, "--newest", "1", "--apply", "--read-layers")
    assert done.returncode == 1
    assert f"{COMMITS[3]}, {LATEST}: {pushed.host}" in done.stdout
    assert damaged in done.stdout


def test_a_registry_without_deletion_says_what_to_do(pushed: Place, repo: Path, tmp_path: Path) -> None:
    with running(tmp_path, "--env=REGISTRY_STORAGE_DELETE_ENABLED=false") as fixed:
        docker("tag", pushed.reference(RELEASE), fixed.reference(COMMITS[0]))
        push(fixed, COMMITS[0])
        done = script(repo, "registry_cleanup", fixed.repository, "--newest", "0", "--apply")
        assert done.returncode == 1
        assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in done.stderr
        assert fixed.tags() == {COMMITS[0]}
