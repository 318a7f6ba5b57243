"""When a request to EDGAR may start: one pace for all threads and clients of the process.

The promise is about arrivals at EDGAR, not departures here. So a place among the `rate` places of a second
is free again only a second after its request was answered, when it had surely arrived.
"""

import math
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from finchat_sec_qa.ports import Clock

_NEVER = -math.inf
_MARGIN = 1.01  # clocks here and there do not run quite alike


class Pace:
    """Lets requests start, evenly spaced; in any second at most `rate` of them, none while blocked.

    A rate below one lets one request start every 1/rate seconds; a broken rate counts as the whole number
    below it.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free: queue.SimpleQueue[float] = queue.SimpleQueue()  # when each free place may be used
        self._places = 0
        self._surplus = 0
        self._next = _NEVER
        self._blocked_until = _NEVER
        self._set(rate)
        self._places = self._count
        for _ in range(self._places):
            self._free.put(_NEVER)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may start; the body of the `with` is the request, to its last byte."""
        free_at = self._free.get()
        try:
            self._wait(free_at)
            yield
        finally:
            self._give_back()

    def block(self, seconds: float) -> None:
        """Start nothing for that long from now, in any thread."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, self._clock.monotonic() + seconds)

    def slow_to(self, rate: float) -> None:
        """Keep a lower rate from now on; a higher one changes nothing."""
        with self._lock:
            if rate < self._rate:
                self._set(rate)
                self._surplus += max(0, self._places - self._count)
                self._places = min(self._places, self._count)
        while self._drop_surplus():
            try:
                self._free.get_nowait()
            except queue.Empty:  # in use; `_give_back` drops it
                with self._lock:
                    self._surplus += 1
                return

    def _set(self, rate: float) -> None:
        self._rate = rate
        self._count = max(1, math.floor(rate))
        self._window = max(1.0, 1 / rate) * _MARGIN

    def _give_back(self) -> None:
        if not self._drop_surplus():
            self._free.put(self._clock.monotonic() + self._window)

    def _drop_surplus(self) -> bool:
        with self._lock:
            if self._surplus == 0:
                return False
            self._surplus -= 1
            return True

    def _wait(self, free_at: float) -> None:
        while True:
            with self._lock:
                start = max(self._clock.monotonic(), free_at, self._next, self._blocked_until)
                self._next = start + self._window / self._count
            self._clock.sleep(max(0.0, start - self._clock.monotonic()))
            with self._lock:  # a block may have come while we waited
                if self._blocked_until <= self._clock.monotonic():
                    return


_paces: dict[tuple[frozenset[str], Clock], Pace] = {}
_paces_lock = threading.Lock()


def shared_pace(hosts: frozenset[str], rate: float, clock: Clock) -> Pace:
    """The process's one pace for these hosts, at the lowest rate that anyone asked for."""
    with _paces_lock:
        pace = _paces.setdefault((hosts, clock), Pace(rate, clock))
    pace.slow_to(rate)
    return pace
