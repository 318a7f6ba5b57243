"""The real clock; everything that waits or dates something is given one, so that tests need not wait."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from finchat_sec_qa.ports import Clock


@dataclass(frozen=True)
class SystemClock(Clock):
    """The machine's time. All instances are equal: there is only one time in a process."""

    def now(self) -> datetime:
        """The current moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that everything else takes

    def monotonic(self) -> float:
        """Seconds since some fixed moment of this process."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread; not at all for zero or less."""
        if seconds > 0:
            time.sleep(seconds)
