"""The programs that checks start: found beside this interpreter first, then on PATH."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from delivery.scan.errors import NotCheckedError

LONGEST_RUN = 600.0


@dataclass(frozen=True, slots=True)
class Done:
    """A program that has ended: its exit code and what it wrote."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The last line that says something, of standard error or else of standard output."""
        for stream in (self.err, self.out):
            lines = [line.strip() for line in stream.decode("utf-8", "replace").splitlines() if line.strip()]
            if lines:
                return lines[-1]
        return f"exit code {self.code} and no message"


def beside_python() -> tuple[str, ...]:
    """The folders to look in: that of the running interpreter, where `make install-dev` puts tools; PATH."""
    return (str(Path(sys.executable).parent), *os.get_exec_path())


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Programs, started in the folder `root`."""

    root: Path
    folders: tuple[str, ...]

    def find(self, name: str, hint: str = "`make install-dev` installs it") -> str:
        """The program's file. Raises NotCheckedError, with the hint, when there is none."""
        found = shutil.which(name, path=os.pathsep.join(self.folders))
        if found is None:
            raise NotCheckedError(f"no program {name}; {hint}")
        return found

    def run(self, name: str, *arguments: str, hint: str = "", stdin: bytes = b"") -> Done:
        """Run it to its end, whatever its exit code.

        Raises NotCheckedError when it is absent, cannot be started, or takes longer than LONGEST_RUN seconds.
        """
        program = self.find(name, hint) if hint else self.find(name)
        try:
            done = subprocess.run(
                [program, *arguments],
                cwd=self.root,
                input=stdin,
                capture_output=True,
                check=False,
                timeout=LONGEST_RUN,
            )
        except subprocess.TimeoutExpired as error:
            raise NotCheckedError(f"{name} did not end within {LONGEST_RUN:.0f} s") from error
        except OSError as error:
            raise NotCheckedError(f"{name} could not be started: {error}") from error
        return Done(done.returncode, done.stdout, done.stderr)
