"""Two images compared: equal, or everything that is not the same in both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from delivery.oci.image import Image, Layer
from delivery.oci.tree import File

# Told first: what explains most. A changed file also changes the time of its folder.
ORDER = (
    "extra",
    "missing",
    "content",
    "kind",
    "link",
    "mode",
    "owner",
    "attributes",
    "value",
    "packing",
    "time",
)
ABSENT = "absent"

Entries = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `first` and `second` are its values, `absent` where there is none.

    `where` is a file's path with a leading slash, or a place in config or manifest. `what` is one of ORDER:
    `extra` is in the second only, `missing` in the first only; `packing` means equal entries in unequal tars.
    `layer` counts from 0, -1 where it is about no layer; `step` is the line of the Dockerfile that made it.
    """

    where: str
    what: str
    first: str
    second: str
    layer: int = -1
    step: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """An image, and how to read the entries of it, or of a copy of it with fewer layers."""

    image: Image
    entries: Callable[[Image], Entries]


def compare(first: Side, second: Side) -> tuple[Difference, ...]:
    """What differs, the most telling first; empty exactly when the manifests have the same digest."""
    if first.image.digest == second.image.digest:
        return ()
    found = [*_described(first.image, second.image), *_layers(first, second)]
    if not found:
        found = [Difference("manifest", "packing", first.image.digest, second.image.digest)]
    return tuple(sorted(found, key=lambda one: (ORDER.index(one.what), one.layer, one.where)))


def compare_entries(first: Entries, second: Entries) -> Iterator[Difference]:
    """The entries that are in one only, or not the same in both."""
    for path in sorted(first.keys() | second.keys()):
        one, other = first.get(path), second.get(path)
        if one and other:
            yield from _entry(one, other)
        elif one:
            yield Difference(f"/{path}", "missing", one.kind, ABSENT)
        elif other:
            yield Difference(f"/{path}", "extra", ABSENT, other.kind)


def _entry(one: File, other: File) -> Iterator[Difference]:
    where = f"/{one.path}"
    if one.kind != other.kind:
        yield Difference(where, "kind", one.kind, other.kind)
        return
    for what, told in _FACTS.items():
        if told(one) != told(other):
            yield Difference(where, what, told(one), told(other))


def _time(entry: File) -> str:
    """In UTC, to the nanosecond as far as the tar tells it; a number of seconds outside of the calendar."""
    try:
        return datetime.fromtimestamp(entry.mtime, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{entry.mtime} s since 1970"


_FACTS: Mapping[str, Callable[[File], str]] = {
    "content": lambda entry: f"sha256:{entry.sha256} ({entry.size} bytes)" if entry.sha256 else "",
    "link": lambda entry: entry.link,
    "mode": lambda entry: f"{entry.mode:04o}",
    "owner": lambda entry: f"{entry.uid}:{entry.gid}",
    "attributes": lambda entry: ", ".join(f"{name}={value}" for name, value in sorted(entry.xattrs.items())),
    "time": _time,
}


def _layers(first: Side, second: Side) -> Iterator[Difference]:
    one, other = first.image, second.image
    if len(one.layers) != len(other.layers):
        yield Difference("layers", "value", str(len(one.layers)), str(len(other.layers)))
        yield from compare_entries(first.entries(one), second.entries(other))
        return
    steps = [step.created_by for step in one.config.history if not step.empty]
    for number, pair in enumerate(zip(one.layers, other.layers, strict=True)):
        step = steps[number] if number < len(steps) else ""
        for found in _layer(first, second, pair):
            where = f"layer {number}" if found.what == "packing" else found.where
            yield replace(found, where=where, layer=number, step=step)


def _layer(first: Side, second: Side, pair: tuple[Layer, Layer]) -> Iterator[Difference]:
    """What differs in one layer, read by itself: a later one may hide what differs."""
    one, other = pair
    if one == other:
        return
    if one.diff_id == other.diff_id:
        yield Difference(
            "", "packing", f"compressed to {one.size} bytes", f"compressed to {other.size} bytes"
        )
        return
    alone = [replace(side.image, layers=(layer,)) for side, layer in zip((first, second), pair, strict=True)]
    found = list(compare_entries(first.entries(alone[0]), second.entries(alone[1])))
    # Order, headers, or what a layer deletes, which is no entry of the layer by itself.
    yield from found or [Difference("", "packing", one.diff_id, other.diff_id)]


def _described(one: Image, other: Image) -> Iterator[Difference]:
    """Annotations and config, but for the digests of layers: these are told themselves."""
    parts = ("annotations", one.annotations, other.annotations), ("config", _config(one), _config(other))
    for name, first, second in parts:
        values, others = dict(_values(first, name)), dict(_values(second, name))
        for where in sorted(values.keys() | others.keys()):
            if values.get(where, ABSENT) != others.get(where, ABSENT):
                yield Difference(where, "value", values.get(where, ABSENT), others.get(where, ABSENT))


def _config(image: Image) -> Mapping[str, Any]:
    return {name: value for name, value in image.config.document.items() if name != "rootfs"}


def _values(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """The leaves of a JSON document by the path to them."""
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _values(below, f"{where}.{name}")
    elif isinstance(value, list) and value:
        for number, below in enumerate(value):
            yield from _values(below, f"{where}[{number}]")
    else:
        yield where, str(value)
