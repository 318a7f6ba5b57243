"""One stack on one host: the engine, the settings, and what every story needs of both."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploy import link, plan
from deploy.engine import Command, Engine
from deploy.errors import DeployError, EngineError
from deploy.model import Release, State
from deploy.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Host:
    """Where a stack runs. `say` tells a person what happens."""

    settings: Settings
    engine: Engine
    say: Say

    def run(self, command: Command) -> str:
        """Run a command of the plan. Raises EngineError."""
        return self.engine.run(command)

    @contextmanager
    def session(self) -> Iterator[link.Session]:
        """Hold the stack. Raises LockedError, EngineError."""
        with link.session(self.engine, self.settings) as opened:
            yield opened

    @property
    def exists(self) -> bool:
        """Whether the stack's agent runs here."""
        found = self.run(Command(("ps", "--quiet", "--filter", f"name=^{self.settings.name}-agent-1$")))
        return bool(found.strip())

    def look(self) -> dict[str, Any]:
        """State, routing and servers, without the lock. Raises EngineError when there is no stack."""
        if not self.exists:
            raise EngineError(
                f"there is no stack {self.settings.name!r} on {self.engine.context}; `apply` makes it"
            )
        said = json.loads(self.run(plan.agent(self.settings, "look")))
        return dict(said["ok"])

    def state(self) -> State:
        """The state, without the lock."""
        return State.model_validate(self.look()["state"])


def check_schema(host: Host, state: State, release: Release) -> None:
    """Refuse a release whose store neither colour could share. Raises DeployError, EngineError."""
    old = state.colours.get(state.active) if state.active else None
    if old is None or old.api == release.api:
        return
    new = json.loads(host.run(plan.schema(release.api)))
    stands = json.loads(host.run(plan.schema(old.api)))
    low, high = stands["reads"]
    if not low <= new["writes"] <= high:
        raise DeployError(
            f"the store's schema: {release.revision[:12]} writes version {new['writes']}, the active colour "
            f"reads {low} to {high}. Both share one store; ship a release in between that reads both"
        )
    low, high = new["reads"]
    if not low <= stands["writes"] <= high:
        raise DeployError(
            f"the store's schema: the store is of version {stands['writes']}, {release.revision[:12]} reads "
            f"{low} to {high}. Ship a release in between that reads both"
        )
