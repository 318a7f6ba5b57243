"""What a deploy is about, as frozen values: colours, releases, and the state that lives on the host."""

import time
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

KEPT = 50  # deploys in the history


class Colour(StrEnum):
    """The two places of a stack that a release can stand in."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> "Colour":
        """The one that is not this."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


class Value(BaseModel):
    """Frozen; unknown keys of a newer deployer are kept out with an error rather than lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Release(Value):
    """A commit's two images, by digest."""

    revision: str
    version: str
    api: str = Field(description="reference by digest, or a local image's id")
    webapp: str
    created: dict[str, float] = Field(default_factory=dict, description="seconds since 1970, by image")


class Pending(Value):
    """A deploy that has begun and not ended."""

    revision: str
    colour: Colour
    started: float
    step: str
    abandoned: float | None = None


class Event(Value):
    """One line of the history. `seconds` it took, `outcome` and why."""

    at: float
    action: str
    revision: str
    colour: Colour | None
    outcome: str
    seconds: float
    detail: str = ""

    @classmethod
    def ending(
        cls,
        action: str,
        revision: str,
        colour: Colour,
        *,
        began: float,
        outcome: str = "done",
        detail: str = "",
    ) -> "Event":
        """What ends now and began then (seconds since 1970); of the detail no more than a screen is kept."""
        now = time.time()
        return cls(
            at=now,
            action=action,
            revision=revision,
            colour=colour,
            outcome=outcome,
            seconds=round(now - began, 2),
            detail=detail[:500],
        )


class State(Value):
    """All that is remembered of a stack, on its host."""

    active: Colour | None = None
    colours: dict[Colour, Release] = Field(default_factory=dict)
    pending: Pending | None = None
    gate: dict[str, int] = Field(
        default_factory=dict, description="1 for each check that the last image failed"
    )
    last_success: float | None = None
    history: tuple[Event, ...] = ()

    def but(self, **changes: object) -> "State":
        """The state with changes."""
        return self.model_copy(update=changes)

    def told(self, event: Event) -> "State":
        """The state with one more line of history."""
        return self.but(history=(*self.history, event)[-KEPT:])

    @property
    def next(self) -> Colour:
        """The colour that the next release goes to."""
        return self.active.other if self.active else Colour.BLUE
