"""Deploys on a real engine, under load: good ones, bad ones, and a deployer and a proxy that are killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.deploy import images
from benchmarks.deploy.stack import Stack, stack
from benchmarks.deploy.users import users
from deploy import base
from deploy.change import switch
from deploy.errors import DeployError, EngineError, LockedError, RolledBackError
from deploy.model import Colour, Release, State
from tests.absence import REPO
from tests.docs.test_operations import FENCES
from tests.engine import own_name
from tests.integration.docker_stack import build
from tests.patience import wait_for
from tests.receiver import receiver

pytestmark = pytest.mark.docker
RATE = 10.0  # requests a second: the machine may have other work
# Milder than the defaults: a colour that has just started is slow on a machine with other work.
TRIAL = {"seconds": 2, "fewest_requests": 20, "patience": 30, "percent": 40, "slowest": 7, "slack_ms": 80}


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    with own_name("deploy") as name:
        yield name


@pytest.fixture(scope="module")
def good(name: str) -> Release:
    return images.good(**build(name, "api", "webapp"))


@pytest.fixture(scope="module")
def faults(name: str, good: Release) -> Iterator[dict[str, Release]]:
    # A second: ten times as long as on a busy machine would be, by whose noise no verdict is swayed.
    with images.faulty(f"{name}-fault", f"{name}-api:test", f"{name}-webapp:test", least=1.0) as found:
        yield found


@pytest.fixture(scope="module")
def made(name: str, good: Release, faults: dict[str, Release]) -> Iterator[Stack]:
    """A stack with two releases deployed: blue, then green, which is active.

    It ends before the images of `faults` go: the engine keeps an image that a container has.
    """
    assert faults
    told: list[str] = []
    with stack(told.append, prefix=name, release=good, **TRIAL) as made:
        with users(made.api, made.web, RATE) as running:
            made.deploy(good)
        assert running.figures["failures"] == []
        assert any("requests, 0 errors" in line for line in told)
        yield made


def state(made: Stack) -> State:
    return made.host.state()


def routing(made: Stack) -> dict[str, str]:
    return dict(made.host.look()["routing"])


def test_both_colours_are_there_and_the_new_one_serves(made: Stack) -> None:
    found = state(made)
    assert found.active is not None
    assert set(found.colours) == set(Colour)
    assert found.pending is None
    assert routing(made) == {"active": found.active, "canary": found.active, "share": "0"}
    assert all(each["up"] for each in made.host.look()["servers"])


CAUSES: dict[str, tuple[type[DeployError], str]] = {
    "unhealthy": (DeployError, "did not become healthy"),
    "errors": (RolledBackError, "error rate"),
    "slow": (RolledBackError, "latency"),
}


@pytest.mark.parametrize("fault", CAUSES)
def test_a_bad_release_never_gets_all_requests_and_no_user_sees_it(
    made: Stack, good: Release, faults: dict[str, Release], fault: str
) -> None:
    error, cause = CAUSES[fault]
    before = state(made)
    with users(made.api, made.web, RATE) as running, pytest.raises(error, match=cause):
        made.deploy(faults[fault])
    after = state(made)
    assert (after.active, routing(made)["share"]) == (before.active, "0")
    assert after.history[-1].outcome in {"failed", "rolled back"}
    assert cause in after.history[-1].detail
    # Errors that the trial by luck did not show are seen by the few users before the way back.
    assert len(running.figures["failures"]) <= (20 if fault == "errors" else 0)
    with users(made.api, made.web, RATE):
        made.deploy(good)  # the other colour is warm again, for the tests that follow
    switch(made.host, before.active, "switch")


def test_a_release_that_listens_late_is_waited_for(made: Stack, faults: dict[str, Release]) -> None:
    """Meanwhile the proxies' last checks may be of the containers that were in its place before."""
    before = state(made).active
    with users(made.api, made.web, RATE) as running:
        made.deploy(faults["late"])
    assert running.figures["failures"] == []
    switch(made.host, before, "switch")


def test_a_rollback_by_hand_changes_the_colour_and_loses_nothing(made: Stack) -> None:
    before = state(made).active
    with users(made.api, made.web, RATE) as running:
        time.sleep(1)
        event = switch(made.host, None, "rollback")
        time.sleep(1)
    assert event.colour == state(made).active != before
    assert running.figures["failures"] == []


def test_one_deploy_at_a_time(made: Stack, good: Release) -> None:
    with made.host.session(), pytest.raises(LockedError, match=r"another deploy is at work: .*process"):
        made.deploy(good)


def test_a_deployer_that_is_killed_leaves_the_old_colour_and_no_lock(
    made: Stack, good: Release, tmp_path: Path
) -> None:
    before = state(made).active
    release = tmp_path / "release.json"
    release.write_text(good.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.deploy.deployer", str(made.settings_file), str(release)]
    with users(made.api, made.web, RATE) as running:
        process = subprocess.Popen(command, cwd=REPO, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("trying"):
                break
        process.kill()
        process.wait()
        process.stderr.close()
        wait_for(lambda: bool((pending := state(made).pending) and pending.abandoned))
    assert (routing(made)["active"], routing(made)["share"]) == (before, "0")
    assert running.figures["failures"] == []
    with users(made.api, made.web, RATE):
        made.deploy(good)
    assert state(made).pending is None


def test_a_proxy_that_dies_comes_back_with_the_same_routing(made: Stack) -> None:
    made.kill("proxy-a")
    wait_for(
        lambda: (
            sum(each.get("proxy") == "a" and each.get("up", False) for each in made.host.look()["servers"])
            >= 4
        )
    )
    assert {each["proxy"] for each in made.host.look()["servers"]} == {"a", "b"}


def test_the_other_colour_answers_while_the_active_one_is_gone(made: Stack) -> None:
    with users(made.api, made.web, RATE) as running:
        time.sleep(1)
        made.kill(f"{state(made).active}-api")
        time.sleep(3)
    assert len(running.figures["failures"]) <= 1  # an answer that was being sent


def test_an_api_that_stands_still_is_not_taken_for_down_while_there_is_no_other(made: Stack) -> None:
    """As one does whose processors are taken away, while a deploy makes the other colour anew."""
    active = state(made).active
    assert active is not None
    still, other = made.container(f"{active}-api"), made.container(f"{active.other}-api")
    made.docker("stop", other)
    try:
        with users(made.api, made.web, 3) as running:
            time.sleep(1)
            made.docker("pause", still)
            time.sleep(12)
            made.docker("unpause", still)
            time.sleep(1)
    finally:
        made.docker("start", other)
    wait_for(
        lambda: all(each.get("up", False) for each in made.host.look()["servers"]), "the stack", pause=0.2
    )
    assert running.figures["failures"] == []


def test_what_the_base_cannot_be_renewed_with_changes_nothing(
    made: Stack, good: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.stack.files.RULES", _broken_rules(made))
    with pytest.raises(EngineError, match="check config"), base.hold(made.host, good):
        pass
    assert all(each.get("up") for each in made.host.look()["servers"])


def _broken_rules(made: Stack) -> Path:
    folder = made.settings_file.parent / "rules"
    folder.mkdir()
    (folder / "broken.yml").write_text("groups: [{name: x, rules: [{record: 1 + }]}]", encoding="utf-8")
    return folder


def test_the_commands_tell_what_the_stack_is(made: Stack) -> None:
    def told(*arguments: str) -> str:
        command = [sys.executable, "-m", "deploy", *arguments]
        done = subprocess.run(
            command, cwd=REPO, capture_output=True, text=True, check=False, env={**os.environ}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    environment = str(made.settings_file)
    assert (
        json.loads(told("status", environment, "--json"))["default"]["state"]["active"] == state(made).active
    )
    assert "active" in told("status", environment)
    assert "rolled back" in told("history", environment)
    assert "start" in told("plan", environment, "--tag", "1.0")
    assert "serves" in told("switch", environment, str(state(made).active))


def test_the_commands_of_the_operations_pages_do_what_they_say(made: Stack) -> None:
    before = state(made).active
    lines = [told for fence in FENCES for told, _ in fence.steps() if told.startswith("python -m deploy ")]
    assert lines == ["python -m deploy rollback production", "python -m deploy history production"]
    for line in lines:
        words = line.replace("production", str(made.settings_file)).split()[1:]
        done = subprocess.run([sys.executable, *words], cwd=REPO, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert state(made).active != before
    assert "rollback" in done.stdout


def test_an_agent_tells_the_deploys_as_metrics(made: Stack) -> None:
    with made.host.session() as session:
        address = f"http://{made.host.settings.network.address(5)}:9105/metrics"
        status, body, _ = session.fetch(address)
    assert status == 200
    assert f'finchat_deploy_active{{colour="{state(made).active}"}} 1.0' in body
    assert "finchat_deploy_in_progress 0.0" in body


def test_alerts_reach_the_alertmanagers_that_the_environment_names(made: Stack, good: Release) -> None:
    settings = made.host.settings
    shown = "{{(index .IPAM.Config 0).Gateway}}"
    here = made.docker("network", "inspect", "--format", shown, f"{settings.name}_outgoing")
    with receiver(here) as heard:
        told = settings.model_copy(update={"alertmanagers": (heard.address.removeprefix("http://"),)})
        with base.hold(replace(made.host, settings=told), good):
            pass
        # Prometheus knows its Alertmanagers some seconds after its rules, says what fires once a minute, and
        # each group of rules by itself: what else fires just then may be said first.
        names: set[str] = set()
        for _ in range(10):
            post = heard.next(180)
            assert post.path == "/api/v2/alerts"
            names |= {alert["labels"]["alertname"] for alert in json.loads(post.body)}
            if "Watchdog" in names:
                break
    assert "Watchdog" in names
