"""The bill attached to an image, found in OCI layouts; for an engine's images see tests/integration."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from delivery.sbom.attached import PREDICATE, REFERENCE, find
from delivery.sbom.errors import AbsentError, UnreadableError
from delivery.sbom.read import SPDX_PREDICATE

PROVENANCE = "https://slsa.dev/provenance/v0.2"


def bill(name: str) -> dict[str, Any]:
    return {"predicateType": SPDX_PREDICATE, "predicate": {"spdxVersion": "SPDX-2.3", "name": name}}


class Layout:
    """An OCI layout in the making, shaped as BuildKit's."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(self, content: Any) -> dict[str, Any]:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(body).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = body
        return {"digest": f"sha256:{digest}", "size": len(body)}

    def image(self, machine: str, *statements: dict[str, Any]) -> list[dict[str, Any]]:
        """The entries of one platform in the index: its manifest and, if there are statements, theirs."""
        layer = self.blob(b"\x1f\x8b a layer of " + machine.encode())
        manifest = self.blob({"config": self.blob({"architecture": machine}), "layers": [layer]})
        entries = [{**manifest, "platform": {"os": "linux", "architecture": machine}}]
        if statements:
            layers = [
                {**self.blob(one), "annotations": {PREDICATE: one["predicateType"]}} for one in statements
            ]
            about = {"vnd.docker.reference.type": "attestation-manifest", REFERENCE: manifest["digest"]}
            entries.append(
                {
                    **self.blob({"layers": layers}),
                    "annotations": about,
                    "platform": {"os": "unknown", "architecture": "unknown"},
                }
            )
        return entries

    def index(self, *entries: dict[str, Any], nested: bool = True) -> "Layout":
        index: dict[str, Any] = {"manifests": list(entries)}
        if nested:  # as `docker image save` has it
            index = {"manifests": [self.blob(index)]}
        self.files["index.json"] = json.dumps(index).encode()
        return self

    def tar(self, path: Path) -> Path:
        with tarfile.open(path, "w") as archive:
            for name, body in self.files.items():
                member = tarfile.TarInfo(name)
                member.size = len(body)
                archive.addfile(member, io.BytesIO(body))
        return path

    def folder(self, path: Path) -> Path:
        for name, body in self.files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(body)
        return path


def whole() -> Layout:
    layout = Layout()
    provenance = {"predicateType": PROVENANCE, "predicate": {}}
    amd = layout.image("amd64", provenance, bill("of amd64"), bill("of a build stage"))
    return layout.index(*amd, *layout.image("arm64", bill("of arm64"), provenance))


@pytest.mark.parametrize("nested", [True, False])
def test_the_bill_is_found_by_platform_in_tar_and_folder(tmp_path: Path, *, nested: bool) -> None:
    layout = Layout()
    entries = [*layout.image("amd64", bill("of amd64")), *layout.image("arm64", bill("of arm64"))]
    layout.index(*entries, nested=nested)
    for path in (layout.tar(tmp_path / "image.tar"), layout.folder(tmp_path / "image")):
        assert find(str(path)).name == "of amd64"
        assert find(str(path), "linux/arm64").name == "of arm64"


def test_of_several_bills_it_is_the_image_s_own_and_no_provenance(tmp_path: Path) -> None:
    assert find(str(whole().tar(tmp_path / "image.tar"))).name == "of amd64"


def test_an_image_without_a_bill_was_not_checked(tmp_path: Path) -> None:
    layout = Layout()
    layout.index(*layout.image("amd64"), *layout.image("arm64", bill("of arm64")))
    with pytest.raises(AbsentError, match=r"image carries no SBOM for linux/amd64; build it with"):
        find(str(layout.folder(tmp_path / "image")))


def test_a_damaged_blob_is_named(tmp_path: Path) -> None:
    layout = whole()
    (name,) = [name for name, body in layout.files.items() if b'"name": "of amd64"' in body]
    layout.files[name] = layout.files[name].replace(b"of amd64", b"of other")
    with pytest.raises(UnreadableError, match=f"{name} is not what its digest says"):
        find(str(layout.tar(tmp_path / "image.tar")))


@pytest.mark.parametrize(
    "index", [b"{}", b"[]", b"not json", b'{"manifests": [{}]}', b'{"manifests": 3}', None]
)
def test_a_folder_or_tar_that_is_no_layout_is_refused(tmp_path: Path, index: bytes | None) -> None:
    layout = whole()
    del layout.files["index.json"]
    if index is not None:
        layout.files["index.json"] = index
    for path in (layout.tar(tmp_path / "image.tar"), layout.folder(tmp_path / "image")):
        with pytest.raises(UnreadableError, match="no OCI layout"):
            find(str(path))


def test_a_tar_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = whole().tar(tmp_path / "image.tar")
    path.write_bytes(path.read_bytes()[:520])  # within the first file
    with pytest.raises(UnreadableError, match="no OCI layout"):
        find(str(path))


def test_a_json_file_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "sbom.json"
    path.write_text(json.dumps(bill("in a file")), "utf-8")
    assert find(str(path)).name == "in a file"


def test_without_docker_a_name_that_is_no_file_was_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(AbsentError, match="no program docker, and no such file"):
        find("finchat-sec-qa:no-such-image")
