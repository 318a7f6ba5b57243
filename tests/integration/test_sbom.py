"""The SBOM that BuildKit attaches, found in the engine and in a registry, and compared with the lock.

The image holds only the metadata of distributions, which is what a scanner goes by; the shipped images are
compared where they are built.
"""

import subprocess
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.sbom.attached import find
from delivery.sbom.compare import Difference, compare
from delivery.sbom.errors import AbsentError
from delivery.sbom.model import Sbom
from delivery.sbom.subject import Subject, make
from tests import engine
from tests.absence import need_docker

pytestmark = pytest.mark.docker


@dataclass(frozen=True)
class Builder:
    """Builds images of distributions' metadata from a folder of its own; `made` are removed afterwards."""

    folder: Path
    made: list[str]

    def image(self, *distributions: tuple[str, str], attest: bool = True, registry: str = "") -> str:
        """An image that holds exactly these, with an attached SBOM if asked for; its name."""
        name = f"{registry}finchat-sbom-{uuid.uuid4().hex[:8]}:test"
        context = self.folder / uuid.uuid4().hex
        for distribution, version in distributions:
            info = context / "lib/python3.11/site-packages" / f"{distribution}-{version}.dist-info"
            info.mkdir(parents=True)
            metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
            (info / "METADATA").write_text(metadata, "utf-8")
            (info / "RECORD").write_text(f"{info.name}/METADATA,,\n", "utf-8")
        (context / "Dockerfile").write_text("FROM scratch\nCOPY lib /lib\n", "utf-8")
        self.made.append(name)
        sbom = "--attest=type=sbom" if attest else "--provenance=false"
        docker("buildx", "build", "--quiet", sbom, f"--tag={name}", str(context))
        return name


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stderr}"
    return done.stdout.strip()


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    need_docker()
    made: list[str] = []
    try:
        yield Builder(tmp_path, made)
    finally:
        for name in made:
            subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


@pytest.fixture
def registry() -> Iterator[str]:
    """The address of an empty registry, with a slash at its end."""
    need_docker()
    with engine.own_name("sbom") as name, engine.registry(name) as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def own(repo: Path) -> Sbom:
    """The bill of the web pages' image."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1735786800")
        return make(Subject(repo, "webapp"))[1]


def contents(own: Sbom) -> Sequence[tuple[str, str]]:
    assert own.root is not None
    return [(one.name, one.version) for one in (own.root, *own.packages)]


def test_an_image_as_locked_agrees_in_engine_and_registry(builder: Builder, registry: str, own: Sbom) -> None:
    image = builder.image(*contents(own), registry=registry)
    assert compare(own, find(image)) == []
    docker("push", "--quiet", image)
    docker("image", "rm", image)
    assert compare(own, find(image)) == []


def test_faults_planted_in_an_image_are_named(builder: Builder, own: Sbom) -> None:
    (missing, version), (changed, locked), *rest = contents(own)[1:]
    image = builder.image(contents(own)[0], (changed, "0.0.1"), ("intruder", "6.6"), *rest)
    assert set(compare(own, find(image))) == {
        Difference(missing, "missing", version, None),
        Difference(changed, "version", locked, "0.0.1"),
        Difference("intruder", "extra", None, "6.6"),
    }


def test_an_image_without_an_sbom_was_not_checked(builder: Builder, registry: str) -> None:
    image = builder.image(("some", "1.0"), attest=False, registry=registry)
    with pytest.raises(AbsentError, match="carries no SBOM"):
        find(image)
    docker("push", "--quiet", image)
    docker("image", "rm", image)
    with pytest.raises(AbsentError, match="carries no SBOM"):
        find(image)


def test_an_image_that_is_nowhere_was_not_checked(registry: str) -> None:
    with pytest.raises(AbsentError, match="is no file, and no image here or in its registry"):
        find(f"{registry}finchat-no-such-image:test")
