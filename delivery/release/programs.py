"""Programs as the checks call them: by a command line, in the checkout, with their output kept in a log."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from delivery.release.model import NotCheckedError

# Of the caller's: docker buildx bake would read the first two as its own, make the rest.
NOT_THEIRS = ("VERSION", "REGISTRY", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
_LONGEST = 200  # characters of a last word


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a program: its exit code, what it printed on stdout, and where all of it is kept."""

    code: int
    text: str
    last: str = ""


class Programs(Protocol):
    """Runs programs."""

    def run(self, name: str, line: Sequence[str], **variables: str) -> Ran:
        """Run one for the check `name`. Raises NotCheckedError when there is no such program."""


class InCheckout:
    """Programs with a checkout as their folder; each check's output goes to a file of its own."""

    def __init__(self, root: Path, logs: Path) -> None:
        self._root = root
        self._logs = logs

    def run(self, name: str, line: Sequence[str], **variables: str) -> Ran:
        """Run it to its end, however long that takes."""
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self._logs / f"{name}.txt"
        with path.open("ab") as log:
            log.write(f"$ {' '.join(line)}\n".encode())
            log.flush()
            begin = log.tell()
            try:
                done = subprocess.run(
                    line,
                    cwd=self._root,
                    env={**_environment(), **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    check=False,
                )
            except FileNotFoundError as error:
                raise NotCheckedError(f"there is no program {line[0]!r} here; install it") from error
            log.write(done.stdout)
        printed = done.stdout.decode("utf-8", "replace")
        with path.open("rb") as log:
            log.seek(begin)
            said = log.read().decode("utf-8", "replace")
        return Ran(done.returncode, printed, _last_word(said))


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}


def _last_word(said: str) -> str:
    """The last line that says something, for a person."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("make")]
    return lines[-1][:_LONGEST] if lines else "it said nothing"
