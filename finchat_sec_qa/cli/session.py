"""What one run of the command line shares: the chosen store, how to print, how to open the library."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import finchat_sec_qa

if TYPE_CHECKING:
    from finchat_sec_qa.wiring import Library

# (directory of the store or None for the configured one, read only, processes or None) -> library
Opener = Callable[[Path | None, bool, int | None], "Library"]


def open_library(store: Path | None, read_only: bool, jobs: int | None) -> "Library":  # noqa: FBT001 - an Opener
    """The library over that store; parsers, database and index are imported here, not before."""
    from finchat_sec_qa.config import load  # noqa: PLC0415 - costs 0.2 s that --help need not pay

    return finchat_sec_qa.Library.open(load(store=store, jobs=jobs), read_only=read_only)


@dataclass
class Session:
    """Filled by the options that stand before or after the command."""

    opener: Opener
    store: Path | None = None
    json: bool = False
    verbosity: int = 0

    def reader(self) -> "Library":
        """The library for reading; a context manager."""
        return self.opener(self.store, True, None)

    def writer(self, jobs: int | None = None) -> "Library":
        """The library for writing, parsing with `jobs` processes; raises StoreLockedError."""
        return self.opener(self.store, False, jobs)
