"""Deploy after deploy under load: failed requests, the worst gap, the time of each."""

import time
from statistics import median
from typing import Any

from benchmarks.deploy import images
from benchmarks.deploy.stack import stack
from benchmarks.deploy.users import users
from deploy import change


def deploys(count: int, rate: float, requests: int, say: Any) -> dict[str, Any]:
    """`count` deploys, then load until `requests` were sent in all; one rollback by hand at the end."""
    took: list[float] = []
    with stack(lambda _: None) as made:
        release = images.good()
        began = time.monotonic()
        with users(made.api, made.web, rate) as running:
            time.sleep(2)
            for number in range(count):
                started = time.monotonic()
                made.deploy(release)
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


def _rollback(made: Any) -> float:
    """Seconds of a rollback by hand, by the command that a person would type, to the last new request."""
    started = time.monotonic()
    change.switch(made.host, None, "rollback")
    return round(time.monotonic() - started, 2)
