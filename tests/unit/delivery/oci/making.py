"""Small OCI layouts, made in a test, that a test can also spoil."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image"


def sha(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def entry(name: str, body: bytes = b"", **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A member of a layer; `values` are TarInfo's own: type, linkname, mode, uid …"""
    member = tarfile.TarInfo(name)
    member.size = len(body)
    member.mode = 0o644
    for key, value in values.items():
        setattr(member, key, value)
    return member, body


def folder(name: str, **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.DIRTYPE, mode=0o755, **values)


def symlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.SYMTYPE, linkname=target)


def hardlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.LNKTYPE, linkname=target)


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, body in members:
            archive.addfile(member, io.BytesIO(body))
    return stream.getvalue()


def files(contents: Mapping[str, bytes | str]) -> bytes:
    """A layer's tar of plain files."""
    return tar(*(entry(k, v.encode() if isinstance(v, str) else v) for k, v in contents.items()))


class Making:
    """A layout under construction: `image` adds one, `folder` and `archive` write it all."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: list[dict[str, Any]] = []
        self.layers: list[str] = []

    def blob(self, body: bytes | Mapping[str, Any], media_type: str, **more: Any) -> dict[str, Any]:
        """Keep the blob; its descriptor."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.blobs[sha(raw)] = raw
        return {"mediaType": media_type, "digest": sha(raw), "size": len(raw), **more}

    def image(
        self,
        *tars: bytes,
        config: Mapping[str, Any] | None = None,
        history: Sequence[Mapping[str, Any]] = (),
        architecture: str = "amd64",
        compress: Any = gzip.compress,
        diff_ids: Sequence[str] | None = None,
    ) -> str:
        """Add an image of these layers; its manifest's digest."""
        described = {
            "os": "linux",
            "architecture": architecture,
            "config": dict(config or {}),
            "history": list(history),
            "rootfs": {"type": "layers", "diff_ids": list(diff_ids or map(sha, tars))},
        }
        manifest: dict[str, Any] = {
            "schemaVersion": 2,
            "annotations": {"made": "here"},
            "config": self.blob(described, f"{OCI}.config.v1+json"),
            "layers": [self.blob(compress(each), f"{OCI}.layer.v1.tar+gzip") for each in tars],
        }
        self.layers += [each["digest"] for each in manifest["layers"]]
        platform = {"os": "linux", "architecture": architecture}
        self.manifests.append(self.blob(manifest, f"{OCI}.manifest.v1+json", platform=platform))
        digest: str = self.manifests[-1]["digest"]
        return digest

    def attest(self, about: str, *statements: Mapping[str, Any]) -> None:
        """Add an attestation manifest with these statements about the manifest of that digest."""
        manifest = {
            "config": self.blob({"architecture": "unknown"}, f"{OCI}.config.v1+json"),
            "layers": [self.blob(each, "application/vnd.in-toto+json") for each in statements],
        }
        noted = {"vnd.docker.reference.digest": about, "vnd.docker.reference.type": "attestation-manifest"}
        platform = {"os": "unknown", "architecture": "unknown"}
        made = self.blob(manifest, f"{OCI}.manifest.v1+json", platform=platform, annotations=noted)
        self.manifests.append(made)

    def index(self) -> bytes:
        """index.json, which leads to the image's own index, as `docker save` writes it."""
        inner = self.blob(
            {"manifests": self.manifests, "annotations": {"title": "small"}}, f"{OCI}.index.v1+json"
        )
        return json.dumps({"schemaVersion": 2, "manifests": [inner]}).encode()

    def folder(self, root: Path) -> Path:
        """Write it as a folder."""
        (root / "blobs" / "sha256").mkdir(parents=True)
        (root / "index.json").write_bytes(self.index())
        for digest, body in self.blobs.items():
            (root / "blobs" / digest.replace(":", "/")).write_bytes(body)
        return root

    def archive(self, path: Path) -> Path:
        """Write it as a tar."""
        index = self.index()
        members = {f"blobs/{digest.replace(':', '/')}": body for digest, body in self.blobs.items()}
        path.write_bytes(files({**members, "index.json": index}))
        return path


def statement(about: str, predicate_type: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """An in-toto statement about the manifest of that digest."""
    return {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": predicate_type,
        "subject": [{"name": "pkg:docker/small", "digest": {"sha256": about.removeprefix("sha256:")}}],
        "predicate": dict(predicate),
    }
