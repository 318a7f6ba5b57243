"""The base of a stack, which both colours share: proxies, agent, Prometheus."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from deploy import plan
from deploy.host import Host
from deploy.link import Session
from deploy.model import Colour, Release
from deploy.settings import certificate_of, token_of
from deploy.stack.files import files

BASE_SERVICES = ("entrance", "agent", "proxy-a", "proxy-b", "prometheus")


@contextmanager
def hold(host: Host, release: Release) -> Iterator[Session]:
    """Hold the stack, with its base as the checkout has it.

    It is made where there is none, and renewed where it differs, which loses no request. Raises LockedError
    before it touches a base that another deploy works on; EngineError.
    """
    settings = host.settings
    told = files(settings, token_of(settings), certificate_of(settings))
    if not host.exists:
        _first(host, release, told)
    with ExitStack() as held:
        session = held.enter_context(host.session())
        kept = session.call("read_base")
        image = str(kept.get("agent_image") or release.api)
        wanted = plan.fingerprint(settings, image, told)
        if kept.get("fingerprint") != wanted:
            held.close()  # the agent is renewed too, and with it the session
            _renew(host, image, told, wanted)
            session = held.enter_context(host.session())
        yield session


def _first(host: Host, release: Release, told: dict[str, str]) -> None:
    """The agent first: it takes the files that the others are started with."""
    host.say("making the base: proxies, Prometheus, agent")
    for there, make in plan.shared(host.settings):
        if not host.engine.asks(there):
            host.run(make)
    host.run(plan.base_up(host.settings, release.api, ["entrance", "agent"]))
    with host.session() as session:
        if not session.call("routing").get("active"):
            session.route(Colour.BLUE)
        _put(host, session, told)
        host.run(plan.base_up(host.settings, release.api, BASE_SERVICES))
        kept = plan.fingerprint(host.settings, release.api, told)
        session.call("write_base", base={"fingerprint": kept, "agent_image": release.api})


def _renew(host: Host, image: str, told: dict[str, str], wanted: str) -> None:
    """Part by part, so that one proxy always serves."""
    host.say("renewing the base, one part after the other")
    with host.session() as session:
        _put(host, session, told)
    host.run(plan.base_up(host.settings, image, ["agent"], renew=True))
    with host.session() as session:
        for service in ("prometheus", "proxy-a", "proxy-b"):
            host.run(plan.base_up(host.settings, image, [service], renew=True))
        session.call("write_base", base={"fingerprint": wanted, "agent_image": image})


def _put(host: Host, session: Session, told: dict[str, str]) -> None:
    """Write the configuration files, once their programs find nothing wrong. Raises EngineError."""
    session.put({f"next/{name}": text for name, text in told.items()}, ["next"])
    for command in plan.checks(host.settings, "next"):
        host.run(command)
    session.put(told, ["prometheus", "secrets"])
