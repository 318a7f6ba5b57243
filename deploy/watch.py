"""Watches a colour while requests reach it: its health at the proxies, its figures in Prometheus."""

import json
import time
from collections.abc import Callable
from urllib.parse import quote

from deploy.errors import EngineError
from deploy.judge import QUERY, Judgement, Pace, Reading, Span, judge, read
from deploy.link import Session, why_down
from deploy.model import Colour
from deploy.settings import Settings
from deploy.stack import values

PAUSE = 0.25  # seconds between two looks
Say = Callable[[str], None]


class Watch:
    """What both colours do since the trial began.

    One watch lasts over trial and switch: after the switch the old colour has nothing to be compared by.
    """

    def __init__(self, session: Session, settings: Settings, new: Colour) -> None:
        self._session = session
        self._settings = settings
        self._new = new
        self._before = self._readings()
        self._pace = Pace(settings.canary)

    def judge(self) -> Judgement:
        """What is to be said now. Raises EngineError when Prometheus does not answer."""
        down = [
            each for each in self._session.servers() if each.get("colour") == self._new and not each["up"]
        ]
        if down:
            said = f"health: {down[0]['backend']} of {self._new} is down ({why_down(down)})"
            return Judgement(said, enough=True, requests=0, errors=0, slower=0.0)
        now = self._readings()
        new, old = self._new, self._new.other
        seen = Span(now[new].since(self._before[new]), now[old].since(self._before[old]))
        self._pace.see(seen, time.monotonic())
        return judge(seen, self._pace)

    def hold(self, say: Say) -> str:
        """Watch for canary.seconds, longer while there are too few requests; returns why to go back, or "".

        After canary.patience without enough requests health, errors and the last times that could be compared
        decide, and that is said.
        """
        wanted = self._settings.canary
        began = time.monotonic()
        while True:
            seen = self.judge()
            passed = time.monotonic() - began
            if seen.back:
                return seen.back
            if passed >= wanted.seconds and (seen.enough or passed >= wanted.patience):
                if self._pace.why and not seen.enough:
                    return self._pace.why
                judged = (
                    "" if seen.enough else " (too few to compare their times: judged by health and errors)"
                )
                figures = (
                    f"{seen.requests} requests, {seen.errors} errors, {seen.slower:g} times the old time"
                )
                say(figures + judged)
                return ""
            time.sleep(PAUSE)

    def _readings(self) -> dict[Colour, Reading]:
        return read(ask_prometheus(self._session, self._settings, QUERY))


def ask_prometheus(session: Session, settings: Settings, query: str) -> list[dict[str, object]]:
    """The vector that a query gives now. Raises EngineError when Prometheus cannot say."""
    address = f"http://{settings.network.address(values.PROMETHEUS)}:9090/api/v1/query?query={quote(query)}"
    status, body, _ = session.fetch(address)
    if status != 200:
        raise EngineError(
            f"Prometheus cannot be asked ({status}): {body[:200]}; `docker logs {settings.name}-prometheus-1`"
        )
    return list(json.loads(body)["data"]["result"])
