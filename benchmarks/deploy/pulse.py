"""When the machine itself stood still: a program on each processor only sleeps, and sees when it wakes late.

A machine whose host gives its processors to others stops for moments in which nothing on it can answer; a gap
in the users' answers is told with and without them. Work of the machine's own wakes no sleeper so late: eight
busy programs on two processors did not once in 15 seconds.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

NAP = 0.02  # seconds
LATE = 0.05  # seconds; what is shorter is no standstill
Span = tuple[float, float]  # from, to, on time.monotonic's clock, which all processes share


@contextmanager
def pulse() -> Iterator[list[Span]]:
    """Look for the time of the block; the list has the standstills of any processor when it has ended."""
    found: list[Span] = []
    watchers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.deploy.pulse", str(cpu)], stdout=subprocess.PIPE, text=True
        )
        for cpu in sorted(os.sched_getaffinity(0))
    ]
    try:
        for each in watchers:
            assert each.stdout is not None  # noqa: S101 - opened with a pipe
            each.stdout.readline()  # it looks
        yield found
    finally:
        for each in watchers:
            each.send_signal(signal.SIGTERM)
            found += [(began, ended) for began, ended in json.loads(each.communicate()[0])]


def outside(gap: Span, standstills: Iterable[Span]) -> float:
    """Seconds of a gap in which no processor stood still."""
    left, upto = gap[1] - gap[0], gap[0]
    for began, ended in sorted(standstills):
        first, last = max(began, upto), min(ended, gap[1])
        if last > first:
            left, upto = left - (last - first), last
    return left


def main() -> None:
    """Say that it looks, sleep until SIGTERM on the processor that is named, print the standstills."""
    os.sched_setaffinity(0, {int(sys.argv[1])})
    found: list[Span] = []
    going = True

    def stop(*_: object) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    print("looking", flush=True)
    while going:
        due = time.monotonic() + NAP
        time.sleep(NAP)
        now = time.monotonic()
        if now - due > LATE:
            found.append((due, now))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
