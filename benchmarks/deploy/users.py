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

from benchmarks.deploy.pulse import outside, pulse


class Running:
    """Users at work; `figures` is filled when they have stopped."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}


@contextmanager
def users(api: str, web: str, rate: float) -> Iterator[Running]:
    """Users for the time of the block. Raises RuntimeError when they end before it."""
    running = Running()
    with tempfile.TemporaryDirectory() as folder, pulse() as standstills:
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
        figures = json.loads(out.read_text(encoding="utf-8"))
    # Of the longest gap without the machine's own standstills; and the longest of these.
    figures["worst_own_gap"] = max((outside(gap, standstills) for gap in figures["gaps"]), default=0.0)
    figures["worst_standstill"] = max((ended - began for began, ended in standstills), default=0.0)
    figures["stood_still"] = sum(ended - began for began, ended in standstills)
    running.figures = figures
