"""How a release reaches a host: read `deploy` from top to bottom; each step is a function below it.

Until `try_out` no request reaches the new colour. From then on, whatever goes wrong, also in the deployer
itself, sends all requests back to the old colour; where the deployer dies, the agent does it
(deploy/agent/program.py).
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy import base, plan
from deploy.errors import DeployError, EngineError, RolledBackError
from deploy.host import Host, check_schema
from deploy.link import Session, why_down
from deploy.model import Colour, Event, Pending, Release, State
from deploy.smoke import silent, smoke
from deploy.watch import Watch

PAUSE = 0.1  # seconds between two looks at a colour that starts


@dataclass
class Work:
    """A deploy under way: the one value that changes, since its state must be kept after every step."""

    host: Host
    session: Session
    release: Release
    colour: Colour
    state: State
    began: float
    watch: Watch | None = None

    def step(self, name: str) -> None:
        """Remember on the host that a step begins, then say so: whoever hears of it can rely on it."""
        pending = Pending(revision=self.release.revision, colour=self.colour, started=self.began, step=name)
        self.state = self.session.keep(self.state.but(pending=pending))
        self.host.say(name)


def deploy(host: Host, release: Release, gate: dict[str, int]) -> Event:
    """Bring a release that passed the gate to a host; returns its line of history.

    Raises LockedError and EngineError before anything changed, DeployError when the new colour was never let
    in, RolledBackError when it was and is out again. In all of them the old colour serves.
    """
    fetch(host, release)
    with base.hold(host, release) as session:
        state = session.state().but(gate=gate)
        work = Work(host, session, release, state.next, state, time.time())
        check_schema(host, state, release)
        try:
            make_room(work)
            start(work)
            smoke(work.host, work.session, work.colour, work.release)
            try_out(work)
            switch(work)
        except BaseException as error:
            give_up(work, error)
            raise
        return finish(work)


def fetch(host: Host, release: Release) -> None:
    """Have both images on the host, so that no later step waits for a registry."""
    # By digest, of a registry; an image of this engine has none to ask.
    of_registry = [image for image in (release.api, release.webapp) if "@" in image]
    with ThreadPoolExecutor(len(of_registry) or 1) as pulls:
        list(pulls.map(host.run, map(plan.pull, of_registry)))


def make_room(work: Work) -> None:
    """Empty the place of the colour before the last; requests that it still has, streams too, end first."""
    back = work.state.active or work.colour.other
    work.session.route(back)
    work.step(f"making room in {work.colour}")
    left = work.session.wait_drained(work.colour, work.host.settings.limits.drain)
    if left:
        work.host.say(
            f"  {left} requests did not end within {work.host.settings.limits.drain:g} s (limits.drain)"
        )


def start(work: Work) -> None:
    """Start the new colour and wait until every proxy holds it for up."""
    work.step(f"starting {work.release.revision[:12]} as {work.colour}")
    settings = work.host.settings
    token = settings.api_token_file is not None
    try:
        work.host.run(plan.colour_up(settings, work.colour, work.release, token=token))
    except EngineError as error:
        raise DeployError(f"{work.colour} cannot be started: {error}\n{_log(work)}") from error
    why = _not_healthy(work)
    if why:
        raise DeployError(f"{work.colour} did not become healthy: {why}\n{_log(work)}")
    work.state = work.session.keep(work.state.but(colours={**work.state.colours, work.colour: work.release}))


def _not_healthy(work: Work) -> str:
    """Wait until all proxies hold the colour for up and it answers; else why not, at once if one ended.

    A proxy whose last check was of the containers before these holds the colour for up a moment too long.
    """
    settings = work.host.settings
    end = time.monotonic() + settings.limits.ready
    while True:
        down = work.session.wait_servers(work.colour, 1.0)
        why = why_down(down) if down else silent(work.session, settings, work.colour)
        if not why:
            return ""
        states = work.host.run(plan.colour_states(settings, work.colour)).splitlines()
        ended = [line for line in states if not line.endswith((" running", " created"))]
        if ended:
            return f"ended by itself: {ended[0]}"
        if time.monotonic() > end:
            return f"after {settings.limits.ready:g} s (limits.ready): {why}"
        time.sleep(PAUSE)


def try_out(work: Work) -> None:
    """A share of the requests to the new colour; back at the first sign of trouble. Not the first release."""
    if work.state.active is None:
        return
    canary = work.host.settings.canary
    work.step(f"trying {work.colour} with {canary.percent} % of the requests")
    work.watch = Watch(work.session, work.host.settings, work.colour)
    work.session.route(work.state.active, work.colour, canary.percent)
    trouble = work.watch.hold(lambda text: work.host.say(f"  {text}"))
    if trouble:
        raise RolledBackError(f"{work.colour} was tried and is out again: {trouble}")


def switch(work: Work) -> None:
    """All requests to the new colour, watched as long again; the old one stays warm."""
    work.step(f"switching to {work.colour}")
    work.session.route(work.colour)
    if work.watch is None:
        return
    trouble = work.watch.hold(lambda text: work.host.say(f"  {text}"))
    if trouble:
        raise RolledBackError(f"{work.colour} was switched to and is out again: {trouble}")


def finish(work: Work) -> Event:
    """Write down that it is done."""
    event = _event(work, "done")
    work.session.keep(work.state.but(active=work.colour, pending=None, last_success=event.at).told(event))
    return event


def give_up(work: Work, error: BaseException) -> None:
    """The old colour gets all requests again, first of all; then the new colour's containers go.

    What fails here is said and hides nothing: the error that led here is the one that ends the deploy.
    """
    old, settings = work.state.active, work.host.settings
    reason = str(error) or type(error).__name__
    event = _event(work, "rolled back" if isinstance(error, RolledBackError) else "failed", reason)
    colours = {which: release for which, release in work.state.colours.items() if which != work.colour}

    def back() -> None:
        if old is not None:
            work.session.back(old)
            work.host.say(f"all requests go to {old}")

    def clear() -> None:
        work.session.wait_drained(work.colour, settings.limits.drain)
        work.host.run(plan.colour_down(settings, work.colour))

    def remember() -> None:
        work.session.keep(work.state.but(pending=None, colours=colours).told(event))

    for step in (back, clear, remember):
        try:
            step()
        except EngineError as trouble:
            work.host.say(f"while giving up: {trouble}")


def _event(work: Work, outcome: str, detail: str = "") -> Event:
    return Event.ending(
        "deploy", work.release.revision, work.colour, began=work.began, outcome=outcome, detail=detail
    )


def _log(work: Work) -> str:
    """The new colour's last words, for the person who has to mend it."""
    try:
        return work.host.run(plan.colour_logs(work.host.settings, work.colour)).strip()
    except EngineError as error:
        return f"(its log cannot be read: {error})"
