"""Limits on untrusted input, and the deadline of one piece of work."""

import time
from dataclasses import dataclass

from finchat_sec_qa.errors import LimitExceededError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    max_bytes     size of the file, also after unpacking
    max_seconds   time to parse it
    max_depth     nesting of elements
    max_elements  number of elements (or PDF pages × 1,000)
    """

    max_bytes: int = 200 * 1024 * 1024
    max_seconds: float = 120.0
    max_depth: int = 250
    max_elements: int = 5_000_000


class Deadline:
    """Counts down from `seconds`. Call `check` in every loop over untrusted content."""

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise LimitExceededError when the time is up."""
        if time.monotonic() > self._end:
            raise LimitExceededError(
                self._name, f"took longer than {self._seconds:g} s to parse (FINCHAT_PARSE_SECONDS)"
            )
