"""What long work tells of itself while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done. `total` is None while it is not known; `reason` says why a filing failed."""

    done: int
    total: int | None
    label: str
    outcome: Literal["stored", "unchanged", "failed", "fetched", "started"]
    reason: str = ""


OnProgress = Callable[[Progress], None]


def unheard(_: Progress) -> None:
    """Take a step and say nothing."""
