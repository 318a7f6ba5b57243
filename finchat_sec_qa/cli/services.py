"""The two servers as child processes: started, waited for, watched and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from finchat_sec_qa.errors import FinChatError, UsageError

POLL = 0.1  # seconds between two looks at the children
HEALTH_TIMEOUT = 2.0  # seconds for one health request
GRACE = 15.0  # seconds that a child has to stop after SIGTERM; the servers give requests 10
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class ServiceError(FinChatError):
    """A server did not start, or ended by itself."""

    code = "service"


@dataclass(frozen=True, slots=True)
class Service:
    """A server: what people call it, the module that `python -m` runs, and where it listens."""

    name: str
    module: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        host = ANYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Services:
    """Child processes that live no longer than the `with` statement.

    `stopping` says whether the user has asked to end; waiting ends early then.
    """

    def __init__(self, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._running: list[tuple[Service, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, service: Service, environment: Mapping[str, str]) -> None:
        """Start it in a process group of its own: Ctrl-C reaches us alone, and we stop it in order."""
        command = [sys.executable, "-m", service.module]
        child = subprocess.Popen(  # noqa: S603 - our own modules
            command, env=dict(environment), stdin=subprocess.DEVNULL, process_group=0
        )
        self._running.append((service, child))

    def wait_until_healthy(self, seconds: float) -> bool:
        """True when all answer; False when the user asked to stop. Raises ServiceError."""
        ends = time.monotonic() + seconds
        for service, _ in self._running:
            while not _is_healthy(service):
                self.raise_if_any_ended()
                if self._stopping():
                    return False
                if time.monotonic() > ends:
                    raise ServiceError(
                        f"the {service.name} did not answer within {seconds:g} seconds at {service.url}"
                    )
                time.sleep(POLL)
        return not self._stopping()

    def watch(self) -> None:
        """Return when the user asks to stop. Raises ServiceError when a child ends by itself."""
        while not self._stopping():
            self.raise_if_any_ended()
            time.sleep(POLL)

    def raise_if_any_ended(self) -> None:
        """Raises ServiceError that names the child and how it ended."""
        for service, child in self._running:
            code = child.poll()
            if code is not None:
                how = (
                    f"was ended by {signal.Signals(-code).name}"
                    if code < 0
                    else f"ended with exit code {code}"
                )
                raise ServiceError(f"the {service.name} {how}; what it printed is above")

    def stop(self) -> None:
        """Ask all to stop, last started first, and end what does not within the grace time."""
        for _, child in reversed(self._running):
            _signal(child, signal.SIGTERM)
        ends = time.monotonic() + GRACE
        for _, child in reversed(self._running):
            try:
                child.wait(max(0.0, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.wait()
        self._running.clear()


def usable_port(host: str, port: int, *, option: str) -> int:
    """The port if nobody listens there; for 0, one that is free. Raises UsageError naming the option."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except socket.gaierror as error:
        raise UsageError(f"{host}: not an address ({error.strerror}); choose another with --host") from error
    except OSError as error:
        raise ServiceError(
            f"cannot listen on {host} port {port}: {error.strerror}; "
            f"stop the program that uses it, or choose another with {option}"
        ) from error


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the child's whole group, so that its own workers hear it too when it is killed."""
    if child.poll() is not None:
        return
    if number == signal.SIGKILL:
        os.killpg(child.pid, number)
    else:
        child.send_signal(number)


def _is_healthy(service: Service) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business here
    try:
        with opener.open(f"{service.url}/health", timeout=HEALTH_TIMEOUT) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
