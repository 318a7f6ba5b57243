"""Progress and records as builds write them, put together for the tests."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from delivery.metrics.record import Image, Layer, Record, Stage

START = "2026-05-01T10:00:"
MB = 1_000_000


def vertex(
    name: str, start: float | None = None, end: float | None = None, *, cached: bool = False, error: str = ""
) -> dict[str, Any]:
    """What BuildKit says of a step that ran from `start` to `end`, in seconds after ten o'clock."""
    said: dict[str, Any] = {"digest": f"sha256:{name}", "name": name}
    if start is not None:
        said["started"] = f"{START}{start:012.9f}Z"
    if end is not None:
        said["completed"] = f"{START}{end:012.9f}Z"
    if cached:
        said["cached"] = True
    if error:
        said["error"] = error
    return said


def line(*vertexes: dict[str, Any]) -> str:
    return json.dumps({"vertexes": list(vertexes)})


def output(name: str, text: str) -> str:
    data = base64.b64encode(text.encode()).decode()
    return json.dumps({"logs": [{"vertex": f"sha256:{name}", "data": data}]})


def image(
    above: int | None = 30 * MB,
    *,
    sbom: int | None = 150,
    compressed: int = 100 * MB,
    digest: str = "sha256:1",
) -> Image:
    layers = (
        Layer(digest="sha256:b", compressed=compressed - (above or 0), unpacked=200 * MB, base=True),
        Layer(digest="sha256:a", compressed=above or 0, unpacked=90 * MB, base=False),
    )
    return Image(
        digest=digest,
        compressed=compressed,
        unpacked=290 * MB,
        above_base=above,
        layers=layers,
        python_packages=46,
        debian_packages=105,
        sbom=sbom,
    )


def record(
    seconds: float = 10.0,
    *,
    images: dict[str, Image] | None = None,
    cached: int = 0,
    machine: str = "Linux x86_64, 2 cores",
    vulnerabilities: dict[str, dict[str, int] | None] | None = None,
    revision: str = "a" * 40,
) -> Record:
    return Record(
        revision=revision,
        version="1.2.3",
        machine=machine,
        started=datetime(2026, 5, 1, 10, tzinfo=UTC),
        seconds=seconds,
        stages={"builder": Stage(seconds=seconds, steps=4, cached=cached)},
        images={"api": image()} if images is None else images,
        vulnerabilities={"trivy": None} if vulnerabilities is None else vulnerabilities,
    )
