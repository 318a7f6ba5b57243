"""A guard against code that does not end, for tests of hostile input. It says nothing about speed."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

SECONDS = 60  # what takes so long on the busiest machine will not end


@contextmanager
def ends() -> Iterator[None]:
    """Fails the test when what is inside goes on for SECONDS. For the main thread only."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"does not end within {SECONDS} seconds", pytrace=False)

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def wait_for(
    happened: Callable[[], bool], what: str = "it", seconds: float = SECONDS, pause: float = 0.02
) -> None:
    """Returns once it happened, with a pause between two looks; fails the test after so many seconds."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not happen within {seconds:g} seconds", pytrace=False)
        time.sleep(pause)
