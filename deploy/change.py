"""Sending all requests to the colour that is warm: `switch` and `rollback` by hand, within a second."""

import time

from deploy.errors import DeployError
from deploy.host import Host
from deploy.link import why_down
from deploy.model import Colour, Event


def switch(host: Host, to: Colour | None, action: str) -> Event:
    """Route to a colour (None: the one that is not active) that every proxy holds for up.

    Raises DeployError when it is not there or not healthy, with the active colour still serving; LockedError,
    EngineError.
    """
    began = time.time()
    with host.session() as session:
        state = session.state()
        if state.active is None:
            raise DeployError(f"nothing was ever deployed to {host.settings.name}; `apply` does")
        colour = to or state.active.other
        release = state.colours.get(colour)
        if release is None:
            raise DeployError(f"{colour} holds no release to go to; deploy one with `apply`")
        down = session.wait_servers(colour, 0.0)
        if down:
            raise DeployError(
                f"{colour} is not healthy ({why_down(down)}); "
                f"{state.active} goes on serving. See `status`, or deploy an older revision with `apply`"
            )
        session.route(colour)
        event = Event.ending(action, release.revision, colour, began=began)
        session.keep(state.but(active=colour, pending=None).told(event))
        return event
