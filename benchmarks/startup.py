"""How long the API takes from start to healthy: python -m benchmarks.startup [--store DIR] [--runs N]."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.common import free_port, parser, percentile, say, stopped_at_end
from benchmarks.filled import filled_store

PATIENCE = 30.0  # seconds


def seconds_to_healthy(store: Path) -> float:
    """From starting the process to the first 200 of /health."""
    port = free_port()
    environment = {**os.environ, "FINCHAT_STORE": str(store), "FINCHAT_API_PORT": str(port)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "api"],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with stopped_at_end(process):
        while time.perf_counter() - started < PATIENCE:
            if healthy(f"http://127.0.0.1:{port}/health"):
                return time.perf_counter() - started
            time.sleep(0.01)
    raise TimeoutError(f"the API was not healthy after {PATIENCE:.0f} s")


def healthy(address: str) -> bool:
    """True once the address answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=1) as reply:  # noqa: S310 - our own address
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def measure(store: Path, runs: int) -> None:
    """Start the API several times over one store and print how long it took."""
    times = [seconds_to_healthy(store) for _ in range(runs)]
    figure = f"median {percentile(times, 0.5):.2f}, slowest {max(times):.2f} s"
    say(f"API, start to healthy ({runs} starts)", figure, "< 2 s")


def main() -> None:
    """Measure over the given store, or over a new one with all filings."""
    options = parser(__doc__ or "")
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    with filled_store(given) as store:
        measure(store, given.runs)


if __name__ == "__main__":
    main()
