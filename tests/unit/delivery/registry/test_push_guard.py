import io
import json
import tarfile
from pathlib import Path

import pytest

from delivery.registry.client import Registry
from delivery.registry.errors import LocalImageError, ReferenceFormError, UnreachableError
from delivery.registry.local_image import Layout, docker_layout, image_id, read_layout
from delivery.registry.push_guard import Verdict, check_push
from delivery.registry.reference import Reference, parse_reference
from tests.unit.delivery.registry.fake_registry import INDEX, FakeRegistry

SHA = "0123456789abcdef0123456789abcdef01234567"


def reference(fake: FakeRegistry, tag: str) -> Reference:
    return parse_reference(f"{fake.host}/app:{tag}")


def write_layout(folder: Path, fake: FakeRegistry, digest: str) -> Path:
    """An OCI layout of what the fake holds, as `type=oci,tar=false` writes it."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    stored = {key: body for key, (_, body) in fake.manifests.items()} | fake.blobs
    for key, body in stored.items():
        (blobs / key.removeprefix("sha256:")).write_bytes(body)
    index = {"schemaVersion": 2, "manifests": [fake.describe(digest)]}
    (folder / "index.json").write_text(json.dumps(index), "utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
    return folder


def write_tar(folder: Path) -> Path:
    path = folder.with_suffix(".tar")
    with tarfile.open(path, "w") as archive:
        archive.add(folder, ".")
    return path


@pytest.mark.parametrize("tag", [SHA, "1.0.0", "latest", "nightly"])
def test_a_new_tag_may_be_pushed(fake: FakeRegistry, registry: Registry, tag: str) -> None:
    check = check_push(registry, reference(fake, tag), lambda: frozenset({"sha256:a"}))
    assert (check.verdict, check.to_push) == (Verdict.NEW, True)


@pytest.mark.parametrize("tag", [SHA, "1.0.0", "nightly"])
def test_a_tag_of_another_image_is_refused_with_what_to_do(
    fake: FakeRegistry, registry: Registry, tag: str
) -> None:
    there = fake.put_image(content=b"there")
    fake.put_index(tag, images=(there,), attested="x")
    check = check_push(registry, reference(fake, tag), lambda: frozenset({"sha256:here"}))
    assert (check.verdict, check.to_push) == (Verdict.OVERWRITES, False)
    assert there in check.explanation
    assert "sha256:here" in check.explanation
    assert "raise the version" in check.explanation


def test_latest_may_move(fake: FakeRegistry, registry: Registry) -> None:
    fake.put_image("latest")
    check = check_push(registry, reference(fake, "latest"), lambda: frozenset({"sha256:here"}))
    assert (check.verdict, check.to_push) == (Verdict.MOVES, True)


@pytest.mark.parametrize("tag", [SHA, "latest"])
def test_the_same_image_under_another_index_needs_no_push(
    fake: FakeRegistry, registry: Registry, tag: str, tmp_path: Path
) -> None:
    """Built twice: the provenance has other times, the platform's manifest is the same."""
    image = fake.put_image()
    fake.put_index(tag, images=(image,), attested="monday")
    rebuilt = fake.put_index(images=(image,), attested="tuesday")
    layout = read_layout(write_layout(tmp_path / "layout", fake, rebuilt))
    check = check_push(registry, reference(fake, tag), layout.platforms)
    assert (check.verdict, check.to_push) == (Verdict.SAME, False)


def test_a_platform_less_is_another_image(fake: FakeRegistry, registry: Registry) -> None:
    amd64, arm64 = fake.put_image(content=b"amd64"), fake.put_image(content=b"arm64")
    fake.put_index("1.0.0", images=(amd64, arm64))
    check = check_push(registry, reference(fake, "1.0.0"), lambda: frozenset({amd64}))
    assert check.verdict is Verdict.OVERWRITES


@pytest.mark.parametrize("written", ["app", "app@sha256:" + "0" * 64, "app:1@sha256:" + "0" * 64])
def test_only_a_tag_can_be_checked(registry: Registry, written: str) -> None:
    with pytest.raises(ReferenceFormError, match="with a tag"):
        check_push(registry, parse_reference(f"host.example/{written}"), frozenset)


def test_a_registry_that_fails_is_no_permission(fake: FakeRegistry, registry: Registry) -> None:
    fake.script.extend([(503, {})] * 3)
    with pytest.raises(UnreachableError):
        check_push(registry, reference(fake, "1.0.0"), lambda: frozenset({"sha256:a"}))


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_layout_is_read_without_its_attestations(tmp_path: Path, form: str) -> None:
    fake = FakeRegistry()
    image = fake.put_image(content=b"\x1f\x8b layer")
    folder = write_layout(tmp_path / "layout", fake, fake.put_index(images=(image,), attested="x"))
    path = folder if form == "folder" else write_tar(folder)
    assert read_layout(path).platforms() == {image}


def test_a_layout_of_one_manifest_is_read(tmp_path: Path) -> None:
    fake = FakeRegistry()
    image = fake.put_image()
    assert read_layout(write_layout(tmp_path / "layout", fake, image)).platforms() == {image}


def test_a_layout_that_lists_an_attestation_itself_is_read_without_it(tmp_path: Path) -> None:
    fake = FakeRegistry()
    image = fake.put_image()
    folder = write_layout(tmp_path / "layout", fake, fake.put_index(images=(image,), attested="x"))
    (index,) = [body for kind, body in fake.manifests.values() if kind == INDEX]
    (folder / "index.json").write_bytes(index)
    assert read_layout(folder).platforms() == {image}


def test_a_damaged_layout_is_refused(tmp_path: Path) -> None:
    fake = FakeRegistry()
    index = fake.put_index(images=(fake.put_image(),))
    folder = write_layout(tmp_path / "layout", fake, index)
    (folder / "blobs" / "sha256" / index.removeprefix("sha256:")).write_text('{"forged": true}', "utf-8")
    with pytest.raises(LocalImageError, match="missing or damaged"):
        read_layout(folder).platforms()


@pytest.mark.parametrize(
    "index", [None, b"{}", b"nonsense", json.dumps({"mediaType": INDEX, "manifests": []}).encode()]
)
def test_what_is_no_layout_is_refused(index: bytes | None) -> None:
    files = {} if index is None else {"index.json": index}
    with pytest.raises(LocalImageError, match=r"layout\.tar"):
        Layout("layout.tar", files).platforms()


def test_a_file_that_is_no_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "layout.tar"
    path.write_bytes(b"nonsense" * 100)
    with pytest.raises(LocalImageError, match=r"layout\.tar"):
        read_layout(path)
    with pytest.raises(LocalImageError, match="absent"):
        read_layout(tmp_path / "absent")


def docker(folder: Path, script: str) -> tuple[str, ...]:
    """A program in place of docker: real processes, without an engine."""
    program = folder / "docker"
    program.write_text(f'#!/bin/sh\ncase "$1 $2" in\n{script}\nesac\n', "utf-8")
    program.chmod(0o755)
    return (str(program),)


CONTAINERD = '"info --format") echo "[[driver-type io.containerd.snapshotter.v1]]";;\n'


def test_an_image_is_read_as_docker_saves_it(tmp_path: Path) -> None:
    fake = FakeRegistry()
    image = fake.put_image()
    tar = write_tar(write_layout(tmp_path / "layout", fake, fake.put_index(images=(image,), attested="x")))
    program = docker(tmp_path, f'{CONTAINERD}"image save") cat {tar};;\n"image inspect") echo sha256:1;;')
    assert docker_layout("app:1", program).platforms() == {image}
    assert image_id("app:1", program) == "sha256:1"


def test_what_follows_the_archive_s_end_is_taken_as_well(tmp_path: Path) -> None:
    """An engine that cannot write to the end waits for ever, or dies of the broken pipe."""
    fake = FakeRegistry()
    image = fake.put_image()
    tar = write_tar(write_layout(tmp_path / "layout", fake, fake.put_index(images=(image,))))
    more = "timeout 20 head -c 4000000 /dev/zero"
    program = docker(tmp_path, f'{CONTAINERD}"image save") cat {tar} && {more};;')
    assert docker_layout("app:1", program).platforms() == {image}


def test_a_store_without_digests_is_not_compared(tmp_path: Path) -> None:
    program = docker(tmp_path, '"info --format") echo "[[Backing Filesystem extfs]]";;')
    with pytest.raises(LocalImageError, match=r"nothing was compared.*type=oci"):
        docker_layout("app:1", program)


def test_an_image_that_is_not_here_is_told(tmp_path: Path) -> None:
    program = docker(tmp_path, f'{CONTAINERD}*) echo "no such image" >&2; exit 1;;')
    with pytest.raises(LocalImageError, match=r"app:1.*no such image"):
        docker_layout("app:1", program)
    with pytest.raises(LocalImageError, match=r"app:1.*no such image"):
        image_id("app:1", program)


def test_a_machine_without_docker_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalImageError, match="app:1"):
        image_id("app:1", (str(tmp_path / "docker"),))


def test_large_and_packed_files_of_a_tar_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "layout.tar"
    with tarfile.open(path, "w") as archive:
        for name, body in (("blobs/sha256/a", b"{" + b" " * (5 << 20)), ("blobs/sha256/b", b"\x1f\x8b")):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    assert read_layout(path).files == {}
