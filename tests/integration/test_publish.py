"""Images on their way: pushed by commit, gone from here, pulled by commit and run; the digests stay."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.engine import docker, own_name, registry
from tests.integration.docker_stack import command, started

pytestmark = pytest.mark.docker
IMAGES = ("api", "webapp")
INDEX = "application/vnd.oci.image.index.v1+json"
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Published:
    """Both images in a registry, tagged with a commit; `digests` are those of the build, by image."""

    name: str
    registry: str
    commit: str
    digests: dict[str, str]

    def reference(self, image: str) -> str:
        return f"{self.registry}/finchat-sec-qa-{image}:{self.commit}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    with own_name("publish") as name, registry(name) as address:
        # The repository is below the test's name, so that its images are found and removed.
        place, commit = f"{address}/{name}-images", uuid.uuid4().hex + "00000000"
        found = Published(name, place, commit, _build(tmp_path_factory.mktemp("bake"), place, commit))
        for image in IMAGES:
            docker("push", "--quiet", found.reference(image))
        yield found


def _build(folder: Path, registry: str, commit: str) -> dict[str, str]:
    """The digest of each image; with provenance, so that what is pushed is an index as a release is."""
    written = folder / "built.json"
    tags = [f"--set={image}.tags={registry}/finchat-sec-qa-{image}:{commit}" for image in IMAGES]
    options = ["--provenance=mode=max", f"--metadata-file={written}", *tags]
    docker("buildx", "bake", *options, *IMAGES, ATTEST="false", GIT_SHA=commit, REGISTRY=registry)
    built = json.loads(written.read_text("utf-8"))
    return {image: built[image]["containerimage.digest"] for image in IMAGES}


def test_what_is_pulled_by_commit_is_what_was_built(published: Published, tmp_path: Path) -> None:
    before = {image: _platform(published, image) for image in IMAGES}
    for image in IMAGES:
        docker("image", "rm", "--force", published.reference(image))
        assert docker("image", "inspect", published.reference(image), check=False).returncode != 0

    variables = {"REGISTRY": published.registry, "TAG": published.commit}
    compose = command(tmp_path, variables)
    file = Path(__file__).resolve().parents[2] / "compose.yaml"
    with started(published.name, compose, [str(file)], ["up --wait --detach"]) as stack:
        assert stack.get("api", 8000, "/version").json()["revision"] == published.commit
        assert stack.get("webapp", 5000, "/ready").json()["ready"]
        for image in IMAGES:
            assert stack.inspect(image)["Config"]["Image"] == published.reference(image)

    for image in IMAGES:
        (pulled,) = json.loads(docker("image", "inspect", published.reference(image)).stdout)
        assert pulled["RepoDigests"][0].partition("@")[2] == published.digests[image]
        assert _platform(published, image) == before[image]
        by_digest = f"{published.reference(image).rpartition(':')[0]}@{before[image]}"
        docker("pull", "--quiet", by_digest)
        shown = docker(
            "run", "--rm", f"--label=com.docker.compose.project={published.name}", by_digest, "python", "-V"
        )
        assert shown.stdout.startswith("Python 3.")
        docker("image", "rm", "--force", by_digest)


def test_the_provenance_travels_with_the_image(published: Published) -> None:
    for image in IMAGES:
        shown = docker(
            "buildx", "imagetools", "inspect", published.reference(image), "--format={{json .Provenance}}"
        )
        assert published.commit in json.dumps(json.loads(shown.stdout)["SLSA"])


def _platform(published: Published, image: str) -> str:
    """The digest of the manifest that a platform runs, by the index that was built."""
    repository, _, _ = published.reference(image).partition("/")[2].rpartition(":")
    address = f"http://{published.registry.partition('/')[0]}/v2/{repository}/manifests"
    reply = httpx.get(
        f"{address}/{published.digests[image]}", headers={"Accept": INDEX}, timeout=PATIENCE, trust_env=False
    )
    assert reply.status_code == 200, reply.text
    (manifest,) = [each for each in reply.json()["manifests"] if each["platform"]["os"] != "unknown"]
    digest: str = manifest["digest"]
    return digest
