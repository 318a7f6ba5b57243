"""Takes a share of every processor, in pieces of up to 0.8 seconds, as a host does that gives them to others.

It runs before everything else (SCHED_FIFO), for which it needs the right CAP_SYS_NICE.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PIECES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds


@contextmanager
def thief(share: float) -> Iterator[None]:
    """Take that share of each processor for the time of the block. Raises RuntimeError when it may not."""
    command = [sys.executable, "-m", "benchmarks.deploy.thief"]
    thieves = [
        subprocess.Popen([*command, str(cpu), str(share)], stderr=subprocess.DEVNULL)
        for cpu in sorted(os.sched_getaffinity(0))
    ]
    try:
        yield
        if any(each.poll() is not None for each in thieves):
            raise RuntimeError("nothing was taken: a program may not be put before the others here")
    finally:
        for each in thieves:
            each.kill()
            each.wait()


def main() -> None:
    """Take the share that is named of the processor that is named, until killed."""
    cpu, share = int(sys.argv[1]), float(sys.argv[2])
    os.sched_setaffinity(0, {cpu})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    pieces = random.Random(cpu)  # noqa: S311 - the same ones in every run
    while True:
        piece = pieces.choice(PIECES)
        end = time.monotonic() + piece
        while time.monotonic() < end:
            pass
        time.sleep(piece * (1 - share) / share)


if __name__ == "__main__":
    main()
