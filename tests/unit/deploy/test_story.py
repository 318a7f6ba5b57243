"""The start of a colour, with a stack that tells what it is told to: a small one in the place of the host."""

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from deploy.engine import Command
from deploy.errors import DeployError
from deploy.host import Host
from deploy.link import Server, Session
from deploy.model import Colour, Release, State
from deploy.settings import Limits, Settings, load
from deploy.story import Work, start

RELEASE = Release(revision="a" * 40, version="1.0", api="reg/api@sha256:1", webapp="reg/web@sha256:2")


@dataclasses.dataclass
class Stack:
    """Host and session of a stack whose proxies hold every colour for up."""

    settings: Settings
    refusals: int = 0  # of each part, before it answers
    states: str = "api running\nwebapp running"
    asked: Counter[str] = dataclasses.field(default_factory=Counter)

    def run(self, command: Command) -> str:
        return self.states if "--format" in command.arguments else ""

    def say(self, text: str) -> None:
        """Nobody listens."""

    def wait_servers(self, colour: Colour, seconds: float) -> list[Server]:
        return []

    def fetch(self, url: str, *_: Any) -> tuple[int, str, float]:
        self.asked[url] += 1
        return (200, "", 0.0) if self.asked[url] > self.refusals else (0, "Connection refused", 0.0)

    def keep(self, state: State) -> State:
        return state


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "trial.toml"
    path.write_text(
        'name = "trial"\npolicy = "p"\n[images]\napi = "reg/api"\nwebapp = "reg/web"\n'
        '[network]\nsubnet = "10.9.8.0/24"\n',
        encoding="utf-8",
    )
    return load(str(path)).model_copy(update={"limits": Limits(ready=1.0)})


def started(stack: Stack) -> Counter[str]:
    work = Work(cast(Host, stack), cast(Session, stack), RELEASE, Colour.GREEN, State(), 0.0)
    start(work)
    return stack.asked


def test_a_colour_that_proxies_hold_for_up_from_before_is_waited_for(settings: Settings) -> None:
    """Their last check may be of the containers that were in its place."""
    api, web = "http://10.9.8.31:8000/health", "http://10.9.8.32:5000/health"
    asked = started(Stack(settings, refusals=2))
    assert set(asked) == {api, web}
    assert min(asked.values()) == 3


def test_one_that_never_answers_is_not_let_in_and_its_part_is_named(settings: Settings) -> None:
    with pytest.raises(DeployError, match=r"green did not become healthy: .*8000/health: Connection refused"):
        started(Stack(settings, refusals=1000))


def test_one_that_ended_is_not_waited_for(settings: Settings) -> None:
    with pytest.raises(DeployError, match="ended by itself: webapp exited"):
        started(Stack(settings, refusals=1000, states="api running\nwebapp exited"))
