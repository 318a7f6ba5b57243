"""A planned build, run."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from delivery.reproduce import steps
from delivery.reproduce.errors import BuildError, CachedError
from delivery.reproduce.plan import SETTINGS, Build
from delivery.reproduce.steps import Steps

# BuildKit joins equal steps of builds that run at the same moment; the next attempt is alone.
ATTEMPTS = 3
_LAST = 20  # lines of a failed build that are told


@dataclass(frozen=True, slots=True)
class Built:
    """A build that was run: how long it took, in seconds, and what became of the Dockerfile's steps."""

    build: Build
    seconds: float
    steps: Steps


def run(build: Build, checkout: Path, umask: int = -1) -> Built:
    """Build in that checkout, every step anew.

    Raises BuildError when it fails, CachedError when steps came from the cache at every attempt.
    """
    for _ in range(ATTEMPTS):
        built = _once(build, checkout, umask)
        if not built.steps.cached:
            return built
    some = "; ".join(sorted(f"{name:.80}" for name in built.steps.cached)[:3])
    raise CachedError(
        f"{len(built.steps.cached)} steps came from the cache, {ATTEMPTS} times: {some}; "
        "repeat it when no other build runs on this engine"
    )


def _once(build: Build, checkout: Path, umask: int) -> Built:
    build.folder.mkdir(parents=True, exist_ok=True)
    environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environ.update(build.variables)
    started = time.monotonic()
    try:
        done = subprocess.run(
            build.command, cwd=checkout, env=environ, umask=umask, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BuildError(f"there is no program {build.command[0]}; install Docker with buildx") from error
    seconds = time.monotonic() - started
    lines = done.stderr.splitlines()
    if done.returncode:
        said = "\n".join(steps.other_lines(lines)[-_LAST:])
        raise BuildError(f"the build failed ({done.returncode}): {' '.join(build.command)}\n{said}")
    told = steps.read(lines)
    if not told.run:
        raise BuildError("the build told of no step that it ran; docker buildx 0.13 or newer is needed")
    if missing := [image for image in build.images if not build.archive(image).is_file()]:
        raise BuildError(f"the build wrote no archive of {', '.join(missing)} to {build.folder}")
    return Built(build, seconds, told)
