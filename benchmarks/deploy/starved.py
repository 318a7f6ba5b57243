"""Deploys while something takes most of the processors: slow is not down, and no request may be lost."""

import time
from typing import Any

from benchmarks.deploy import images
from benchmarks.deploy.stack import stack
from benchmarks.deploy.thief import thief
from benchmarks.deploy.users import users

TAKEN = 0.6  # of each processor
RATE = 20  # requests a second, which the rest can still serve


def starved(count: int, say: Any) -> dict[str, Any]:
    """`count` deploys under load with `TAKEN` of every processor gone."""
    good = images.good()
    with stack(lambda _: None) as made:
        made.deploy(good)
        with users(made.api, made.web, RATE) as running:
            with thief(TAKEN):
                for number in range(count):
                    started = time.monotonic()
                    made.deploy(good)
                    say(f"deploy {number + 1} of {count}: {time.monotonic() - started:.1f} s")
            time.sleep(2)
        return {"deploys": count, "taken": TAKEN, **running.figures}
