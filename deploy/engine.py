"""Docker as the deployer uses it: command lines as values, and one function that runs them."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from shlex import quote

from deploy.errors import EngineError

_LONGEST = 60  # characters of one argument


@dataclass(frozen=True, slots=True)
class Command:
    """One call of Docker: its arguments after `docker`, variables for compose files, and standard input."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    given: str | None = None

    def __str__(self) -> str:
        """As a person would type it; what is long is cut."""
        shown = (each if len(each) <= _LONGEST else f"{each[:_LONGEST]}…" for each in self.arguments)
        return " ".join(["docker", *(quote(each) for each in shown)])


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine of one Docker context. `timeout` seconds for one command."""

    context: str
    timeout: float = 300.0

    def line(self, command: Command) -> list[str]:
        """The command as the operating system gets it."""
        return ["docker", "--context", self.context, *command.arguments]

    def run(self, command: Command) -> str:
        """What it printed. Raises EngineError with its last words."""
        try:
            done = subprocess.run(
                self.line(command),
                env={**os.environ, **command.environment},
                input=command.given or "",
                text=True,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except FileNotFoundError as error:
            raise EngineError("there is no program 'docker'; install Docker's command line") from error
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{command}: took longer than {self.timeout:g} s (limits.engine)") from error
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise EngineError(f"{command}\n  " + "\n  ".join(said[-6:] or ["it said nothing"]))
        return done.stdout

    def asks(self, command: Command) -> bool:
        """Whether there is what it asks for. Raises EngineError when the engine cannot say."""
        try:
            self.run(command)
        except EngineError as error:
            if any(each in str(error).lower() for each in ("no such", "not found")):
                return False
            raise
        return True
