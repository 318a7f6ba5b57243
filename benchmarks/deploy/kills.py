"""kill -9 under load: of the pages' workers, of the active container, of one proxy."""

import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks.deploy import images
from benchmarks.deploy.stack import Stack, stack
from benchmarks.deploy.users import users

PAUSE = 3.0  # seconds between two kills: what was killed is back by then
Say = Callable[[str], None]


def kills(rate: float, say: Say, times: tuple[int, int, int] = (20, 20, 10)) -> dict[str, Any]:
    """Failed requests for each kind of kill; both colours are warm, as after any deploy."""
    found: dict[str, Any] = {}
    with stack(lambda _: None) as made:
        made.deploy(images.good())
        for name, count, kill in (
            ("worker of the pages", times[0], _kill_worker),
            ("active container", times[1], _kill_active),
            ("proxy", times[2], _kill_proxy),
        ):
            with users(made.api, made.web, rate) as running:
                time.sleep(2)
                for number in range(count):
                    kill(made, number)
                    say(f"{name}: {number + 1} of {count}")
                    time.sleep(PAUSE)
                time.sleep(2)
            found[name] = {"kills": count, **running.figures}
    return found


def _active(made: Stack) -> str:
    return str(made.host.state().active)


def _kill_worker(made: Stack, _number: int) -> None:
    """A gunicorn worker of the active colour: a child of the program that owns the listener."""
    top = made.docker("top", made.container(f"{_active(made)}-webapp"), "-eo", "pid,ppid,args")
    rows = [line.split(None, 2) for line in top.splitlines()[1:]]
    ours = [(int(pid), int(parent)) for pid, parent, told in rows if "webapp" in told and "init" not in told]
    parents = {pid for pid, _ in ours}
    workers = [pid for pid, parent in ours if parent in parents]
    os.kill(workers[0], 9)


def _kill_active(made: Stack, number: int) -> None:
    """All of a container of the active colour; API and pages in turn."""
    made.kill(f"{_active(made)}-{('api', 'webapp')[number % 2]}")


def _kill_proxy(made: Stack, number: int) -> None:
    """All of one proxy; both in turn, and never while the other one, killed before, is not back."""
    this, other = ("ab", "ba")[number % 2]
    made.wait_healthy(f"proxy-{other}")
    made.kill(f"proxy-{this}")
