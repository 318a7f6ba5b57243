"""An image of one platform as its manifest and config describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from delivery.oci import descriptor, fields
from delivery.oci.descriptor import Descriptor
from delivery.oci.errors import UnreadableError


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: `digest` and `size` (bytes) of the blob, `diff_id` of the tar inside it."""

    digest: str
    size: int
    media_type: str
    diff_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an image's history; `created` in RFC 3339, empty when not told."""

    created: str
    created_by: str
    comment: str
    empty: bool


@dataclass(frozen=True, slots=True)
class Config:
    """How the image runs and how it was made. `env` keeps the order; `document` is the JSON as it stands."""

    digest: str
    platform: str
    created: str
    env: tuple[str, ...]
    labels: Mapping[str, str]
    user: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    workdir: str
    ports: tuple[str, ...]
    volumes: tuple[str, ...]
    history: tuple[Step, ...]
    diff_ids: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Image:
    """An image of one platform. `digest` is its manifest's, `index` the outermost index's that holds it.

    Without an index of its own, `index` is the manifest's digest again: what a registry would answer.
    """

    digest: str
    index: str
    platform: str
    size: int
    annotations: Mapping[str, str]
    config: Config
    layers: tuple[Layer, ...]


def read(found: Descriptor, index: str, manifest: Mapping[str, Any], config: Mapping[str, Any]) -> Image:
    """The image of that manifest and config. Raises UnreadableError when the two do not fit."""
    where = f"manifest {found.digest}"
    how = _config(descriptor.read(manifest.get("config"), f"{where}.config").digest, config)
    blobs = [
        descriptor.read(each, f"{where}.layers") for each in fields.sequence(manifest.get("layers"), where)
    ]
    if len(blobs) != len(how.diff_ids):
        raise UnreadableError(f"{where}: {len(blobs)} layers, but {len(how.diff_ids)} diff_ids in the config")
    layers = tuple(
        Layer(blob.digest, blob.size, blob.media_type, diff_id)
        for blob, diff_id in zip(blobs, how.diff_ids, strict=True)
    )
    noted = fields.table(manifest.get("annotations"), f"{where}.annotations")
    return Image(found.digest, index, how.platform, sum(b.size for b in blobs), noted, how, layers)


def _config(digest: str, document: Mapping[str, Any]) -> Config:
    where = f"config {digest}"
    how = fields.mapping(document.get("config"), where)
    parts = [fields.text(document.get(name), where) for name in ("os", "architecture", "variant")]
    rootfs = fields.mapping(document.get("rootfs"), f"{where}.rootfs")
    return Config(
        digest=digest,
        platform="/".join(part for part in parts if part),
        created=fields.text(document.get("created"), f"{where}.created"),
        env=fields.texts(how.get("Env"), f"{where}.Env"),
        labels=fields.table(how.get("Labels"), f"{where}.Labels"),
        user=fields.text(how.get("User"), f"{where}.User"),
        entrypoint=fields.texts(how.get("Entrypoint"), f"{where}.Entrypoint"),
        command=fields.texts(how.get("Cmd"), f"{where}.Cmd"),
        workdir=fields.text(how.get("WorkingDir"), f"{where}.WorkingDir"),
        ports=tuple(fields.mapping(how.get("ExposedPorts"), f"{where}.ExposedPorts")),
        volumes=tuple(fields.mapping(how.get("Volumes"), f"{where}.Volumes")),
        history=tuple(
            _step(each, f"{where}.history") for each in fields.sequence(document.get("history"), where)
        ),
        diff_ids=tuple(
            fields.digest(each, f"{where}.diff_ids")
            for each in fields.sequence(rootfs.get("diff_ids"), f"{where}.diff_ids")
        ),
        document=document,
    )


def _step(value: object, where: str) -> Step:
    found = fields.mapping(value, where)
    return Step(
        created=fields.text(found.get("created"), where),
        created_by=fields.text(found.get("created_by"), where),
        comment=fields.text(found.get("comment"), where),
        empty=bool(found.get("empty_layer", False)),
    )
