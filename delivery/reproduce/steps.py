"""What a build did, from its progress as `--progress=rawjson` tells it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# `[release-api runtime 1/3] RUN …`: stages are numbered, what BuildKit does for itself is not.
_STEP = re.compile(r"\[[^\]]*\d+/\d+\] (?P<instruction>[A-Z]+)\b(?P<rest>.*)", re.DOTALL)
# FROM takes an image as it is. A folder that two stages make alike is one step to BuildKit, which reports the
# second as cached; it holds nothing.
_WITHOUT_CONTENT = frozenset({"FROM", "WORKDIR"})


@dataclass(frozen=True, slots=True)
class Steps:
    """Names of the Dockerfile's steps that make content.

    `run` were run; `cached` were not. `shared` are copies from one stage to another that were not made anew
    because another build, at that moment, had copied the very same content: BuildKit knows a copy by the
    digest of what it copies. The steps that made that content are among `run` or `cached` themselves.
    """

    run: frozenset[str]
    shared: frozenset[str]
    cached: frozenset[str]


def read(lines: Iterable[str]) -> Steps:
    """The steps of a build; lines that are no progress are left out."""
    run: dict[str, str] = {}
    taken: dict[str, str] = {}
    shared = set()
    for vertex in _vertexes(lines):
        name, digest = str(vertex.get("name", "")), str(vertex.get("digest", ""))
        found = _STEP.match(name)
        if not found or found["instruction"] in _WITHOUT_CONTENT or not vertex.get("completed"):
            continue
        (taken if vertex.get("cached") else run)[digest] = name
        if found["instruction"] == "COPY" and "--from=" in found["rest"]:
            shared.add(name)
    # A step that two images need is run once, and cached for the second.
    left = frozenset(name for digest, name in taken.items() if digest not in run)
    return Steps(frozenset(run.values()), left & shared, left - shared)


def other_lines(lines: Iterable[str]) -> list[str]:
    """What a build said outside of its progress: why it failed."""
    return [line.rstrip() for line in lines if line.strip() and _parsed(line) is None]


def _vertexes(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        told = _parsed(line) or {}
        yield from (each for each in told.get("vertexes") or () if isinstance(each, dict))


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
