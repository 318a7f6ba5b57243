"""Layers that were read, kept between runs: most of an image is the same in the next commit's."""

import base64
import threading
from dataclasses import astuple
from typing import Any

from delivery.attest import packages
from delivery.oci.image import Image
from delivery.oci.layers import Member, Memory, Read
from delivery.oci.layout import Files, Layout
from delivery.oci.tree import File
from delivery.scan.image import READ, READ_BELOW
from deploy.gate.cache import Cache

KIND = "layer"
# Images that are inspected side by side share the lowest layers: the second waits, and finds them read.
_ONE_READS = threading.Lock()


def keep(path: str) -> bool:
    """Whether the checks or the scanners need the content of the file at this path."""
    return packages.keep(path) or path in READ or path.startswith(READ_BELOW)


def files(layout: Layout, image: Image, cache: Cache) -> Files:
    """The image's files; a layer that any run has read is not read again. Raises OciError."""
    with _ONE_READS:
        return _files(layout, image, cache)


def _files(layout: Layout, image: Image, cache: Cache) -> Files:
    keys = [(number, layer.digest, layer.diff_id, keep) for number, layer in enumerate(image.layers)]
    memory: Memory = {}
    for key in keys:
        kept = cache.value(KIND, str(key[0]), key[1], key[2])
        if kept is not None:
            memory[key] = _unpacked(kept)
    known = set(memory)
    found = layout.files(image, keep, memory)
    for key in keys:
        if key not in known:
            cache.keep_value(KIND, _packed(memory[key]), str(key[0]), key[1], key[2])
    return found


def _packed(read: Read) -> Any:
    members = [
        (each.path, astuple(each.entry) if each.entry else None, _text(each.content)) for each in read.members
    ]
    return members, read.unpacked, read.kept


def _unpacked(kept: Any) -> Read:
    members, unpacked, size = kept
    return Read(
        tuple(Member(path, File(*entry) if entry else None, _bytes(body)) for path, entry, body in members),
        unpacked,
        size,
    )


def _text(body: bytes | None) -> str | None:
    return None if body is None else base64.b64encode(body).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
