"""A stack of its own name and addresses, with the sample filings in it; nothing of it stays."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import free_port
from benchmarks.deploy import images
from benchmarks.deploy.address import published
from benchmarks.deploy.shop import Shop
from deploy import story
from deploy.commands.remove import clear
from deploy.engine import Engine
from deploy.host import Host
from deploy.model import Event, Release
from deploy.settings import load

ROOT = Path(__file__).resolve().parent.parent.parent
SUBNETS = 200  # 10.214.0.0/24 to 10.214.199.0/24


@dataclass
class Stack:
    """A stack under test and its addresses."""

    host: Host
    settings_file: Path
    api: str
    web: str

    def deploy(self, release: Release) -> Event:
        """Deploy without the gate, which has its own bench."""
        return story.deploy(self.host, release, {})

    def apply(self, tag: str, revision: str, policy: Path | None = None) -> tuple[int, str]:
        """`python -m deploy apply`, gate and all: its exit code and what it said."""
        file = self.settings_file
        if policy:
            told = file.read_text(encoding="utf-8")
            file = file.with_name("other.toml")
            file.write_text(re.sub(r'policy = ".*"', f'policy = "{policy}"', told), encoding="utf-8")
        command = [sys.executable, "-m", "deploy", "apply", str(file), "--tag", tag, "--revision", revision]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def docker(self, *arguments: str) -> str:
        """`docker`, its output."""
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def container(self, part: str) -> str:
        """The name of a container: "proxy-a", "blue-api"."""
        return f"{self.host.settings.name}-{part}-1"

    def kill(self, part: str) -> None:
        """End a container's program by kill -9, as the kernel would: the engine starts it again.

        Waits for it to run, since the engine takes its time after several deaths. Raises RuntimeError.
        """
        os.kill(int(self._wait(part, "{{.State.Pid}}", lambda told: told != "0")), 9)

    def wait_healthy(self, part: str) -> None:
        """Wait until a container's own check finds it well. Raises RuntimeError."""
        self._wait(part, "{{.State.Health.Status}}", lambda told: told == "healthy")

    def _wait(self, part: str, asked: str, good: Callable[[str], bool]) -> str:
        end = time.monotonic() + 60
        while not good(told := self.docker("inspect", "--format", asked, self.container(part))):
            if time.monotonic() > end:
                raise RuntimeError(f"{part} does not come back")
            time.sleep(0.2)
        return told


@contextmanager
def stack(
    say: Any = print,
    prefix: str = "finchat-bench",
    release: Release | None = None,
    shop: Shop | None = None,
    **canary: float,
) -> Iterator[Stack]:
    """A stack with the first release deployed, from a shop by the gate or without; the samples are loaded.

    It goes at the end, its volumes too.
    """
    name = f"{prefix}-{uuid.uuid4().hex[:6]}"
    api, web = free_port(), free_port()
    told = {"percent": 20, "seconds": 2, "patience": 5, **canary}
    text = f"""
name = "{name}"
policy = "{shop.policy if shop else "none.toml"}"
[images]
api = "{shop.repository if shop else "finchat-sec-qa"}-api"
webapp = "{shop.repository if shop else "finchat-sec-qa"}-webapp"
[network]
subnet = "{_free_subnet()}"
bind = "{published()}"
api_port = {api}
web_port = {web}
requests_in_10_seconds = 1000000
[canary]
""" + "\n".join(f"{key} = {value}" for key, value in told.items())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(text, encoding="utf-8")
        host = Host(load(str(file)), Engine("default"), say)
        made = Stack(host, file, f"http://{published()}:{api}", f"http://{published()}:{web}")
        try:
            made.docker(*_small_state(name))
            if shop:
                done(made.apply(shop.revision, shop.revision))
            else:
                made.deploy(release or images.good())
            made.docker("exec", made.container("blue-api"), "finchat", "ingest", "--samples")
            yield made
        finally:
            clear(host, data=True)


def done(ended: tuple[int, str]) -> None:
    """Raise RuntimeError for a deploy that should have gone well."""
    if ended[0]:
        raise RuntimeError(f"exit code {ended[0]}: {ended[1]}")


def _small_state(name: str) -> tuple[str, ...]:
    """The deploys' memory, small enough to be filled by the bench of a full disk."""
    labels = (f"--label=com.docker.compose.project={name}", "--label=com.docker.compose.volume=state")
    options = ("type=tmpfs", "device=tmpfs", "o=size=4m,uid=10001,gid=10001,mode=0755")
    return ("volume", "create", *labels, *(f"--opt={each}" for each in options), f"{name}_state")


def _free_subnet() -> str:
    """One that no network of the engine has."""
    every = subprocess.run(
        ["docker", "network", "ls", "-q"], capture_output=True, text=True, check=True
    ).stdout
    shown = subprocess.run(
        ["docker", "network", "inspect", *every.split()], capture_output=True, text=True, check=False
    )
    taken = {
        part["Subnet"] for net in json.loads(shown.stdout or "[]") for part in net["IPAM"]["Config"] or ()
    }
    return next(each for each in (f"10.214.{n}.0/24" for n in range(SUBNETS)) if each not in taken)
