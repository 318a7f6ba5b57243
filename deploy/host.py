"""One stack on one host: the engine, the settings, and what every story needs of both."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploy import link, plan
from deploy.engine import Command, Engine
from deploy.errors import DeployError, EngineError
from deploy.model import Colour, Release, State
from deploy.settings import Settings, certificate_of, token_of
from deploy.stack import values

Say = Callable[[str], None]
BASE_SERVICES = ("entrance", "agent", "proxy-a", "proxy-b", "prometheus")


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


def ensure_base(host: Host, release: Release) -> None:
    """Make the base where there is none; renew one that differs from the checkout, losing no request.

    Raises LockedError before it touches a base that another deploy works on; EngineError.
    """
    settings = host.settings
    files = values.files(settings, token_of(settings), certificate_of(settings))
    if not host.exists:
        _first(host, release, files)
        return
    with host.session() as session:
        kept = session.call("read_base")
        image = str(kept.get("agent_image") or release.api)
        wanted = plan.fingerprint(settings, image, files)
        if kept.get("fingerprint") == wanted:
            return
    _renew(host, image, files, wanted)


def _first(host: Host, release: Release, files: dict[str, str]) -> None:
    """The agent first: it takes the files that the others are started with."""
    host.say("making the base: proxies, Prometheus, agent")
    for there, make in plan.shared(host.settings):
        if not host.engine.asks(there):
            host.run(make)
    host.run(plan.base_up(host.settings, release.api, ["entrance", "agent"]))
    with host.session() as session:
        if not session.call("routing").get("active"):
            session.route(Colour.BLUE)
        _put(host, session, files)
        host.run(plan.base_up(host.settings, release.api, BASE_SERVICES))
        kept = plan.fingerprint(host.settings, release.api, files)
        session.call("write_base", base={"fingerprint": kept, "agent_image": release.api})


def _renew(host: Host, image: str, files: dict[str, str], wanted: str) -> None:
    """Part by part, so that one proxy always serves."""
    host.say("renewing the base, one part after the other")
    with host.session() as session:
        _put(host, session, files)
    host.run(plan.base_up(host.settings, image, ["agent"], renew=True))
    with host.session() as session:
        for service in ("prometheus", "proxy-a", "proxy-b"):
            host.run(plan.base_up(host.settings, image, [service], renew=True))
        session.call("write_base", base={"fingerprint": wanted, "agent_image": image})


def _put(host: Host, session: link.Session, files: dict[str, str]) -> None:
    """Write the configuration files, once their programs find nothing wrong. Raises EngineError."""
    session.put({f"next/{name}": text for name, text in files.items()}, ["next"])
    for command in plan.checks(host.settings, "next"):
        host.run(command)
    session.put(files, ["prometheus", "secrets"])


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
