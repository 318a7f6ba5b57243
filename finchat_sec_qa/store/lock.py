"""One writing process at a time, however many read."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from finchat_sec_qa.errors import StoreError, StoreLockedError

POLL_SECONDS = 0.05


class WriteLock:
    """The lock file of a store. The system frees it when its holder ends, killed or not."""

    def __init__(self, path: Path) -> None:
        """`path` is the lock file; beside it a .pid file tells whom to ask."""
        self._path = path
        self._pid = path.with_suffix(".pid")
        self._lock = FileLock(path, thread_local=False)

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._lock.is_locked

    def acquire(self, wait: float) -> None:
        """Take the lock, waiting up to `wait` seconds; nothing if held. Raises StoreLockedError."""
        if self.held:
            return
        try:
            self._lock.acquire(timeout=wait, poll_interval=POLL_SECONDS)
            self._pid.write_text(f"{os.getpid()}\n", encoding="ascii")
        except Timeout as error:
            raise StoreLockedError(
                f"{self._path.parent}: {self._holder()} is writing to the store; "
                "wait until it is done, or end it, and try again"
            ) from error
        except OSError as error:
            self._lock.release()
            raise StoreError(f"{self._path}: {error}; check that the directory can be written to") from error

    def release(self) -> None:
        """Let others write; a no-op if not held."""
        self._lock.release()

    def _holder(self) -> str:
        try:
            return f"process {int(self._pid.read_text(encoding='ascii'))}"
        except (OSError, ValueError):
            return "another process"
