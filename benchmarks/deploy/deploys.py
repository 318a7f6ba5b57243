"""Deploy after deploy under load: failed requests, the worst gap, the time of each."""

import subprocess
import sys
import time
from statistics import median
from typing import Any

from benchmarks.deploy.shop import shop
from benchmarks.deploy.stack import ROOT, Stack, done, stack
from benchmarks.deploy.users import users


def deploys(count: int, rate: float, requests: int, say: Any) -> dict[str, Any]:
    """`count` deploys, then load until `requests` were sent in all; one rollback by hand at the end."""
    took: list[float] = []
    with shop() as sold, stack(lambda _: None, shop=sold) as made:
        began = time.monotonic()
        with users(made.api, made.web, rate) as running:
            time.sleep(2)
            for number in range(count):
                started = time.monotonic()
                done(made.apply(sold.revision, sold.revision))
                took.append(time.monotonic() - started)
                say(f"deploy {number + 1} of {count}: {took[-1]:.1f} s")
            back = _rollback(made)
            time.sleep(max(2.0, requests / rate - (time.monotonic() - began)))
        return {
            "deploys": count,
            "deploy_median_s": round(median(took), 2),
            "deploy_worst_s": round(max(took), 2),
            "rollback_s": back,
            **running.figures,
        }


def _rollback(made: Stack) -> float:
    """Seconds of a rollback by hand, by the command that a person would type, to the last new request."""
    command = [sys.executable, "-m", "deploy", "rollback", str(made.settings_file)]
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return round(time.monotonic() - started, 2)
