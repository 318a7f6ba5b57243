"""Where the core's blocking calls run: a few threads, a queue before them, and a time limit.

A thread cannot be stopped from outside. A call that outlives its time keeps its thread until it ends, so
the number of threads bounds what a slow question can cost, and `given_up` tells it to stop at its next
stage. anyio's own limiter would free the place at once and let such threads pile up.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from api.problems import ProblemError

THREADS = 8
# What comes in some seconds: a machine that stands still for a moment makes its clients wait, and no request
# is turned away. The time limit ends longer waits.
WAITING = 500
T = TypeVar("T")


class AbandonedError(Exception):
    """Raised inside a call that nobody waits for any more."""


class Workers:
    """Runs calls in threads. `timeout` (seconds) includes the wait for a free thread."""

    def __init__(self, timeout: float, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._timeout = timeout
        self._most = threads + waiting
        self._open = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="library")

    async def run(self, call: Callable[[], T], given_up: Event | None = None) -> T:
        """The call's result, or its exception. Sets `given_up` when it is not waited for to its end.

        Raises ProblemError: 503 when too many calls wait already, 504 when the time is over.
        """
        if self._open >= self._most:
            raise ProblemError(503, "busy", "Too many requests are being worked on.", {"Retry-After": "1"})
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()  # carries the request's id into the thread's log lines
        future = self._pool.submit(context.run, call)
        self._open += 1
        future.add_done_callback(lambda _: _on_loop(loop, self._closed))
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.wrap_future(future, loop=loop)
        except TimeoutError as error:
            if future.done() and not future.cancelled():  # the call's own TimeoutError, not ours
                raise
            raise ProblemError(
                504, "timeout", f"It took longer than {self._timeout:g} s (FINCHAT_API_TIMEOUT)."
            ) from error
        finally:
            if given_up is not None:
                given_up.set()

    def close(self) -> None:
        """Start nothing new. Does not wait for running calls."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _closed(self) -> None:
        self._open -= 1


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Call on the loop's thread, unless the loop is gone: then nobody counts any more."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
