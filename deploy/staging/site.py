"""The stack that is validated, as its users and its operator reach it."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.engine import Command
from deploy.errors import DeployError, EngineError
from deploy.host import Host
from deploy.model import Colour, Release, State
from deploy.settings import token_of

LOOPBACK = "127.0.0.1"
LONGEST = 30.0  # seconds for one request
_PAUSE = 0.2  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses of a stack: API and pages of the active colour, of the other one (`…_preview`), Prometheus.

    `release` is the one under validation: what the active colour was when the site was opened.
    """

    host: Host
    release: Release
    api: str
    web: str
    api_preview: str
    web_preview: str
    prometheus: str
    token: str | None

    @property
    def headers(self) -> dict[str, str]:
        """What every request needs."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Requests as a user sends them, without a proxy of this machine."""
        with httpx.Client(headers=self.headers, timeout=LONGEST, trust_env=False) as opened:
            yield opened

    def state(self) -> State:
        """The state on the host. Raises EngineError."""
        return self.host.state()

    def active(self) -> Colour:
        """The colour that serves. Raises DeployError without one."""
        return active_of(self.state())

    def container(self, service: str, colour: Colour | None = None) -> str:
        """The name of a container: of a colour's service, or of the base's."""
        part = f"-{colour}" if colour else ""
        return f"{self.host.settings.name}{part}-{service}-1"

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The vector that Prometheus gives now. Raises httpx.HTTPError, EngineError."""
        return self._prometheus("query", {"query": expression})

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """The series from `start` to `end` (seconds since 1970). Raises httpx.HTTPError, EngineError."""
        asked = {"query": expression, "start": str(start), "end": str(end), "step": str(step)}
        return self._prometheus("query_range", asked)

    def wait_up(self, seconds: float) -> float:
        """Wait until every proxy holds both colours for up; returns the seconds it took.

        Raises EngineError that names who is missing.
        """
        began = time.monotonic()
        while True:
            missing = self._missing()
            passed = time.monotonic() - began
            if not missing:
                return passed
            if passed > seconds:
                raise EngineError(f"not up after {seconds:g} s: {', '.join(missing)}")
            time.sleep(_PAUSE)

    def _missing(self) -> list[str]:
        said: Sequence[dict[str, Any]] = self.host.look()["servers"]
        silent = [f"proxy {each['proxy']}" for each in said if "error" in each]
        down = [f"{each['backend']} of {each['colour']}" for each in said if not each.get("up", True)]
        few = [] if len({each["proxy"] for each in said}) >= 2 else ["a proxy"]
        return sorted({*silent, *down, *few})

    def _prometheus(self, what: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        reply = httpx.get(f"{self.prometheus}/api/v1/{what}", params=asked, timeout=LONGEST, trust_env=False)
        if reply.status_code != 200:
            raise EngineError(f"Prometheus cannot be asked ({reply.status_code}): {reply.text[:200]}")
        return list(json.loads(reply.text)["data"]["result"])


def open_site(host: Host, at: str = LOOPBACK) -> Site:
    """The site of a host's stack, its ports reached at the address `at`. Raises DeployError, EngineError."""
    state = host.state()
    release = state.colours[active_of(state)]
    name = host.settings.name

    def address(container: str, port: int) -> str:
        return f"http://{at}:{_published(host, f'{name}-{container}-1', port)}"

    return Site(
        host=host,
        release=release,
        api=address("entrance", 8000),
        web=address("entrance", 5000),
        api_preview=address("entrance", 8001),
        web_preview=address("entrance", 5001),
        prometheus=address("prometheus", 9090),
        token=token_of(host.settings),
    )


def active_of(state: State) -> Colour:
    """The colour that serves. Raises DeployError without one."""
    if state.active is None:
        raise DeployError("nothing was ever deployed to this stack; `python -m deploy apply` does")
    return state.active


def _published(host: Host, container: str, port: int) -> str:
    said = host.run(Command(("port", container, f"{port}/tcp"))).split()
    if not said:
        raise EngineError(f"{container} does not publish its port {port}")
    return said[0].rpartition(":")[2]
