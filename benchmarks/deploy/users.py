"""The users of a stack as a process of their own: start, stop, figures."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Running:
    """Users at work; `figures` is filled when they have stopped."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}


@contextmanager
def users(api: str, web: str, rate: float) -> Iterator[Running]:
    """Users for the time of the block. Raises RuntimeError when they end before it."""
    running = Running()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [
            sys.executable,
            "-m",
            "benchmarks.deploy.load",
            "--api",
            api,
            "--web",
            web,
            "--rate",
            str(rate),
        ]
        process = subprocess.Popen([*command, "--out", str(out)])
        try:
            yield running
            if process.poll() is not None:
                raise RuntimeError(f"the users ended by themselves, with exit code {process.returncode}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        running.figures = json.loads(out.read_text(encoding="utf-8"))
