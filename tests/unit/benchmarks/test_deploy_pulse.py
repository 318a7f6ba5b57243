"""What is left of a gap when the machine's own standstills are taken out."""

import os
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.deploy.pulse import LATE, outside, pulse

moment = st.integers(0, 50).map(float)
span = st.tuples(moment, moment).map(lambda pair: (min(pair), max(pair)))


@pytest.mark.parametrize(
    ("standstills", "left"),
    [
        ([], 4.0),
        ([(0.0, 20.0)], 0.0),
        ([(8.0, 11.0)], 3.0),
        ([(13.0, 20.0)], 3.0),
        ([(11.0, 12.0), (11.5, 13.0)], 2.0),
        ([(11.0, 13.0), (11.5, 12.0)], 2.0),
        ([(1.0, 2.0), (14.0, 15.0)], 4.0),
    ],
)
def test_what_is_left_of_a_gap(standstills: list[tuple[float, float]], left: float) -> None:
    assert outside((10.0, 14.0), standstills) == pytest.approx(left)


@given(span, st.lists(span, max_size=8))
def test_each_second_is_taken_out_once(
    gap: tuple[float, float], standstills: list[tuple[float, float]]
) -> None:
    seconds = [at + 0.5 for at in range(int(gap[0]), int(gap[1]))]
    left = sum(not any(began < at < ended for began, ended in standstills) for at in seconds)
    assert outside(gap, standstills) == pytest.approx(left)


def test_a_sleeper_that_is_stopped_has_seen_a_standstill() -> None:
    began = time.monotonic()
    with pulse() as found:
        time.sleep(1)
        own = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
        watchers = [each for each in map(int, own) if b"deploy.pulse" in _command(each)]
        assert len(watchers) == len(os.sched_getaffinity(0))
        os.kill(watchers[0], signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(watchers[0], signal.SIGCONT)
        time.sleep(0.2)
    longest = max(found, key=lambda each: each[1] - each[0])
    assert longest[1] - longest[0] >= 0.5 - LATE
    assert began < longest[0] < longest[1] < time.monotonic()


def _command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()
