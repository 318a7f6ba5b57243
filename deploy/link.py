"""A session with a stack's agent: as long as it is open, no other deployer changes this stack."""

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from deploy import plan
from deploy.engine import Engine
from deploy.errors import EngineError, LockedError
from deploy.model import Colour, State
from deploy.settings import Settings

Server = dict[str, Any]


def why_down(servers: list[Server]) -> str:
    """What the first of these servers' checks said."""
    return str(servers[0].get("said") or servers[0].get("error"))


class Session:
    """Typed calls over the pipe. Every method raises EngineError when the agent is gone or refuses."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def state(self) -> State:
        """The state on the host."""
        return State.model_validate(self.call("read_state"))

    def keep(self, state: State) -> State:
        """Write the state; returns it."""
        self.call("write_state", state=state.model_dump(mode="json", exclude_none=True))
        return state

    def route(self, active: Colour, canary: Colour | None = None, share: int = 0) -> None:
        """All requests to `active`, but for `share` percent to `canary`."""
        self.call("route", active=active, canary=canary or active, share=share)

    def back(self, active: Colour) -> None:
        """All requests to one colour, also where nothing can be written."""
        self.call("back", active=active)

    def servers(self) -> list[Server]:
        """Each proxy's view of each server."""
        return list(self.call("servers"))

    def wait_servers(self, colour: Colour, seconds: float) -> list[Server]:
        """Wait until all proxies hold a colour for up; returns those that do not."""
        wanted = [[backend, colour] for backend in ("api", "web")]
        return list(self.call("wait_servers", backend_colours=wanted, timeout=seconds))

    def wait_drained(self, colour: Colour, seconds: float) -> int:
        """Wait for a colour's open requests; returns how many are left."""
        return int(self.call("wait_drained", colour=colour, timeout=seconds))

    def put(self, files: dict[str, str], exact: Sequence[str]) -> None:
        """Write configuration files; of the folders `exact` nothing else stays."""
        self.call("put", files=files, exact=list(exact))

    def fetch(
        self, url: str, timeout: float = 5.0, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, float]:
        """Status (0: nobody answered), body and seconds of a request from inside the stack."""
        found = self.call("fetch", url=url, timeout=timeout, body=body, headers=headers)
        return int(found["status"]), str(found["body"]), float(found["seconds"])

    def call(self, operation: str, **arguments: Any) -> Any:
        """One operation of deploy/agent/program.py."""
        assert self._process.stdin is not None  # noqa: S101 - opened with a pipe
        try:
            self._process.stdin.write(json.dumps({"do": operation, "with": arguments}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise EngineError(f"the agent is gone ({error}): {self._last_words()}") from error
        return self._answer(operation)

    def greeting(self) -> None:
        """Read the agent's first line. Raises LockedError when another deployer holds the stack."""
        self._answer("session")

    def _answer(self, operation: str) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - opened with a pipe
        line = self._process.stdout.readline()
        if not line:
            raise EngineError(f"the agent ended during {operation!r}: {self._last_words()}")
        said = json.loads(line)
        if "locked" in said:
            raise LockedError(
                f"another deploy is at work: {said['locked']}. Wait for it, or end it; its end frees the lock"
            )
        if "error" in said:
            raise EngineError(f"the agent, at {operation!r}: {said['error']}")
        return said["ok"]

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = self._process.communicate(timeout=5)
            return said.strip().splitlines()[-1] if said.strip() else f"exit code {self._process.returncode}"
        return "it does not end"


@contextmanager
def session(engine: Engine, settings: Settings) -> Iterator[Session]:
    """Hold the stack. Raises LockedError, or EngineError when there is no agent."""
    holder = f"{os.environ.get('USER', 'somebody')}@{socket.gethostname()}, process {os.getpid()}"
    process = subprocess.Popen(
        engine.line(plan.agent(settings, "session", holder)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is the deployer's to handle; the agent must outlive it
    )
    opened = Session(process)
    try:
        opened.greeting()
        yield opened
    finally:
        # The pipe's end is the session's end, and frees the lock.
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
