import json
from pathlib import Path

import pytest

from delivery.oci.errors import ChoiceError, CorruptError, UnreadableError, UnsafeError
from delivery.oci.layout import Layout
from delivery.oci.limits import Limits
from tests.unit.delivery.oci.making import OCI, Making, files, sha, statement


@pytest.fixture
def making() -> Making:
    made = Making()
    digest = made.image(
        files({"etc/name": "small"}),
        config={
            "Env": ["A=1", "B=2"],
            "User": "10001:10001",
            "Entrypoint": ["run"],
            "ExposedPorts": {"8000/tcp": {}},
            "Labels": {"x": "y"},
        },
        history=[
            {"created_by": "COPY name /etc/ # buildkit", "created": "2025-01-02T03:04:05Z"},
            {"created_by": "USER 10001", "empty_layer": True},
        ],
    )
    made.attest(
        digest,
        statement(digest, "https://slsa.dev/provenance/v0.2", {"builder": {"id": "me"}}),
        statement(digest, "https://spdx.dev/Document", {"packages": []}),
    )
    return made


def test_folder_and_tar_read_the_same(making: Making, tmp_path: Path) -> None:
    with (
        Layout.open(making.folder(tmp_path / "a")) as one,
        Layout.open(making.archive(tmp_path / "b")) as two,
    ):
        assert one.images == two.images
        assert one.files(one.image()) == two.files(two.image())


def test_an_image_is_what_manifest_and_config_say(making: Making, tmp_path: Path) -> None:
    with Layout.open(making.folder(tmp_path / "a")) as layout:
        image = layout.image("linux/amd64")
        assert image.digest == making.manifests[0]["digest"]
        assert image.annotations == {"made": "here"}
        assert layout.indexes[image.index] == {"title": "small"}
        assert image.config.env == ("A=1", "B=2")
        assert (image.config.user, image.config.entrypoint) == ("10001:10001", ("run",))
        assert (image.config.ports, image.config.labels) == (("8000/tcp",), {"x": "y"})
        assert [step.empty for step in image.config.history] == [False, True]
        assert image.layers[0].diff_id == sha(files({"etc/name": "small"}))


def test_statements_belong_to_their_image(making: Making, tmp_path: Path) -> None:
    other = making.image(files({"b": "b"}), architecture="arm64")
    with Layout.open(making.folder(tmp_path / "a")) as layout:
        provenance, bill = layout.statements(layout.image("linux/amd64"))
        assert provenance.is_provenance
        assert provenance.predicate == {"builder": {"id": "me"}}
        assert provenance.subjects[0].digest == layout.image("linux/amd64").digest
        assert bill.is_spdx
        assert layout.image("linux/arm64").digest == other
        assert layout.statements(layout.image("linux/arm64")) == ()


def test_one_image_must_be_meant(making: Making, tmp_path: Path) -> None:
    making.image(files({"b": "b"}), architecture="arm64")
    with Layout.open(making.folder(tmp_path / "a")) as layout:
        with pytest.raises(ChoiceError, match="linux/amd64, linux/arm64"):
            layout.image()
        with pytest.raises(ChoiceError, match="riscv64"):
            layout.image("linux/riscv64")


def test_manifests_that_were_not_saved_are_told(making: Making, tmp_path: Path) -> None:
    gone = making.image(files({"b": "b"}), architecture="arm64")
    del making.blobs[gone]
    with Layout.open(making.archive(tmp_path / "a")) as layout:
        assert [each.descriptor.digest for each in layout.absent] == [gone]
        assert layout.image().platform == "linux/amd64"


@pytest.mark.parametrize("which", ["manifest", "statement"])
def test_a_changed_blob_is_corrupt(making: Making, tmp_path: Path, which: str) -> None:
    digest = making.manifests[0]["digest"]
    if which == "statement":
        digest = next(key for key, body in making.blobs.items() if b"spdx.dev" in body)
    making.blobs[digest] = making.blobs[digest].replace(b"{", b"{ ", 1)
    path = making.archive(tmp_path / "a")

    def look() -> None:
        with Layout.open(path) as layout:
            layout.statements(layout.image())

    with pytest.raises(CorruptError, match=digest):
        look()


def test_a_missing_blob_is_named(making: Making, tmp_path: Path) -> None:
    config = next(key for key, body in making.blobs.items() if b"diff_ids" in body)
    del making.blobs[config]
    path = making.folder(tmp_path / "a")
    with pytest.raises(UnreadableError, match=config.removeprefix("sha256:")), Layout.open(path):
        pass


@pytest.mark.parametrize("body", [b"", b"\x1f\x8b nothing", b"{}", b"no tar at all" * 100])
def test_what_is_no_layout_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(body)
    with pytest.raises(UnreadableError, match=r"a\.tar"), Layout.open(path):
        pass


@pytest.mark.parametrize(
    "index", [b"[]", b"{", b'{"manifests": {}}', b'{"manifests": [{"digest": "sha256:../x"}]}']
)
def test_a_malformed_index_is_refused(tmp_path: Path, index: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(files({"index.json": index}))
    with pytest.raises(UnreadableError), Layout.open(path):
        pass


def test_two_indexes_in_one_tar_are_refused(making: Making, tmp_path: Path) -> None:
    twice = files({"index.json": making.index(), "./index.json": b'{"manifests": []}'})
    (tmp_path / "a.tar").write_bytes(twice)
    with (
        pytest.raises(UnreadableError, match=r"two files named index\.json"),
        Layout.open(tmp_path / "a.tar"),
    ):
        pass


def test_a_large_document_is_refused(making: Making, tmp_path: Path) -> None:
    path = making.folder(tmp_path / "a")
    with pytest.raises(UnsafeError, match="more than 100"), Layout.open(path, Limits(document=100)):
        pass


def test_endless_indexes_are_refused(tmp_path: Path) -> None:
    making = Making()
    inner = making.blob({"manifests": []}, f"{OCI}.index.v1+json")
    for _ in range(6):
        inner = making.blob({"manifests": [inner]}, f"{OCI}.index.v1+json")
    making.manifests.append(inner)
    path = making.folder(tmp_path / "a")
    with pytest.raises(UnsafeError, match="inside each other"), Layout.open(path):
        pass


def test_wide_indexes_are_refused(making: Making, tmp_path: Path) -> None:
    path = making.folder(tmp_path / "a")
    with pytest.raises(UnsafeError, match="more than 2 manifests"), Layout.open(path, Limits(manifests=2)):
        pass


def test_a_folder_may_not_lead_out_by_links(making: Making, tmp_path: Path) -> None:
    path = making.folder(tmp_path / "a")
    (path / "index.json").rename(tmp_path / "elsewhere.json")
    (path / "index.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UnreadableError, match=r"no index\.json"), Layout.open(path):
        pass


def test_layers_and_diff_ids_must_pair(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"a": "a"}), diff_ids=[sha(b"a"), sha(b"b")])
    with (
        pytest.raises(UnreadableError, match="1 layers, but 2 diff_ids"),
        Layout.open(making.folder(tmp_path / "a")),
    ):
        pass


def test_the_index_may_name_an_image_itself(making: Making, tmp_path: Path) -> None:
    path = making.folder(tmp_path / "a")
    (path / "index.json").write_text(json.dumps({"manifests": making.manifests}))
    with Layout.open(path) as layout:
        assert layout.image().index == layout.image().digest
