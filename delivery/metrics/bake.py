"""A build by `docker buildx bake`, run and read."""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from delivery.metrics.errors import BuildError, ProgressError
from delivery.metrics.progress import Progress, read_progress


def built(root: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> Progress:
    """The progress of `docker buildx bake ARGUMENTS` in that checkout.

    Raises BuildError when the build fails, ProgressError when what it wrote cannot be read.
    """
    command = ["docker", "buildx", "bake", "--progress=rawjson", *arguments]
    # A file, since a build that nobody reads from stands still, and one may write for a long time.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        try:
            code = subprocess.run(
                command, cwd=root, env=dict(environment), stdout=subprocess.DEVNULL, stderr=log, check=False
            ).returncode
        except FileNotFoundError as error:
            raise BuildError(
                "there is no program docker; install Docker with buildx, or give --log"
            ) from error
        log.seek(0)
        lines = log.read().splitlines()
    if code:
        raise BuildError(_reason(lines, command))
    return checked(read_progress(lines, "the build"))


def checked(progress: Progress) -> Progress:
    """The same progress. Raises BuildError when a step of it failed."""
    for failure in progress.failures:
        output = f"\n{failure.output}" if failure.output else ""
        raise BuildError(f"{failure.step}: {failure.message}{output}")
    return progress


def _reason(lines: Sequence[str], command: Sequence[str]) -> str:
    """Why the build failed: its failed steps, or what buildx said of a definition it could not read."""
    plain = "\n".join(line for line in lines if not line.startswith("{"))
    # A definition that cannot be read fails before there is any step.
    with suppress(ProgressError):
        failures = read_progress(lines, "the build").failures
        if failures:
            return "\n".join(f"{each.step}: {each.message}\n{each.output}".rstrip() for each in failures)
    return f"{' '.join(command)}: {plain or 'failed and said nothing'}"
