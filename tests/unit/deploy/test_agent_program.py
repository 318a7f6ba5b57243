"""The agent's program as a real process, with small proxies that speak HAProxy's runtime language."""

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from deploy.agent import program
from deploy.agent_metrics import AGENT_METRICS
from deploy.stack.values import PROGRAM
from tests.patience import wait_for

STAT = """# pxname,svname,scur,status,check_status,last_chk
api,blue,0,UP,L7OK,
api,green,3,DOWN,L4CON,Connection refused
api,BACKEND,0,UP,,
"""


class Proxy:
    """Holds maps and answers on a socket, as far as the agent asks."""

    def __init__(self, path: Path, home: Path) -> None:
        self.maps: dict[str, str] = {}
        for name in ("routing", "share"):
            file = home / f"{name}.map"
            if file.exists():
                self.maps |= dict(line.split() for line in file.read_text(encoding="utf-8").splitlines())
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):  # who asks may be ended before it has its answer
                asked = connection.makefile().readline().strip()
                self.heard.append(asked)
                connection.sendall("".join(map(self._one, asked.split(";"))).encode())

    def _one(self, command: str) -> str:
        words = command.split()
        if words[:2] == ["set", "map"]:
            self.maps[words[3]] = words[4]
            return "\n"
        if words[:2] == ["show", "map"]:
            keys = ("share",) if "share.map" in words[2] else ("active", "canary")
            return "".join(f"0x1 {key} {self.maps[key]}\n" for key in keys if key in self.maps)
        if words[:3] == ["show", "ssl", "cert"]:
            return "Filename: tls.pem\nNot After: Dec  1 12:00:00 2026 GMT\n"
        return STAT


class Agent:
    """Sessions of the program with a home of its own."""

    def __init__(self, home: Path, sockets: Path) -> None:
        self.environ = {**os.environ, "DEPLOY_HOME": str(home), "DEPLOY_SOCKETS": str(sockets)}
        self.home = home
        self.open: list[subprocess.Popen[str]] = []

    def start(self, mode: str, **environ: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-u", "-c", PROGRAM.read_text(encoding="utf-8"), mode],
            env={**self.environ, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.open.append(process)
        return process

    def end(self) -> None:
        for process in self.open:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe:
                    pipe.close()


@pytest.fixture
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("a")  # short: a socket's path may have 108 characters
    home, sockets = folder / "home", folder / "run"
    home.mkdir()
    sockets.mkdir()
    made = Agent(home, sockets)
    yield made
    made.end()


def call(process: "subprocess.Popen[str]", operation: str, **arguments: Any) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"do": operation, "with": arguments}) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def ready(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def proxy(agent: Agent, name: str) -> Proxy:
    return Proxy(Path(agent.environ["DEPLOY_SOCKETS"]) / f"{name}.sock", agent.home)


def test_state_is_kept_between_sessions(agent: Agent) -> None:
    first = agent.start("session")
    assert ready(first) == {"ok": "ready"}
    assert call(first, "read_state") == {"ok": {}}
    assert call(first, "write_state", state={"active": "blue"}) == {"ok": None}
    assert first.stdin is not None
    first.stdin.close()
    assert first.wait() == 0
    second = agent.start("session")
    ready(second)
    assert call(second, "read_state") == {"ok": {"active": "blue"}}


def test_a_second_session_is_locked_out_until_the_first_dies(agent: Agent) -> None:
    first = agent.start("session", DEPLOY_HOLDER="ann@desk")
    ready(first)
    second = agent.start("session")
    assert ready(second) == {"locked": "ann@desk"}
    assert second.wait() == 4
    first.kill()
    first.wait()
    assert ready(agent.start("session")) == {"ok": "ready"}


def test_a_route_reaches_every_proxy_and_the_files(agent: Agent) -> None:
    with closing(proxy(agent, "a")) as one, closing(proxy(agent, "b")) as two:
        session = agent.start("session")
        ready(session)
        assert call(session, "route", active="blue", canary="green", share=10) == {"ok": []}
        assert one.maps == two.maps == {"active": "blue", "canary": "green", "share": "10"}
        assert call(session, "routing")["ok"] == {"active": "blue", "canary": "green", "share": "10"}
        assert call(session, "back", active="blue") == {"ok": []}
        assert one.maps == {"active": "blue", "canary": "blue", "share": "0"}


def test_a_share_that_begins_comes_last_and_one_that_ends_comes_first(agent: Agent) -> None:
    with closing(proxy(agent, "a")) as one:
        session = agent.start("session")
        ready(session)
        call(session, "route", active="blue", canary="green", share=10)
        call(session, "route", active="green", canary="green", share=0)
        begins, ends = ([part.split()[3] for part in batch.split(";")] for batch in one.heard)
        assert begins == ["active", "canary", "share"]
        assert ends == ["share", "active", "canary"]


def test_requests_go_back_also_where_nothing_can_be_written(agent: Agent) -> None:
    with closing(proxy(agent, "a")) as one:
        session = agent.start("session")
        ready(session)
        call(session, "route", active="blue", canary="green", share=10)
        for name in ("routing.map", "share.map"):  # a folder cannot be replaced by a file, not even by root
            (agent.home / name).unlink()
            (agent.home / name).mkdir()
            (agent.home / name / "kept").touch()
        assert "error" in call(session, "back", active="blue")
        assert one.maps == {"active": "blue", "canary": "blue", "share": "0"}


def test_on_a_full_disk_the_files_say_the_way_back_too_or_a_keeper_would_undo_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(program, "HOME", tmp_path)
    monkeypatch.setattr(program, "SOCKETS", tmp_path)
    program.route("green", "blue", 10)
    monkeypatch.setattr(program, "write", full)
    with pytest.raises(OSError, match="No space left"):
        program.route("blue", "blue", 0)
    assert program.routing() == {"active": "green", "canary": "blue", "share": "10"}
    program.back("blue")
    assert program.routing() == {"active": "blue", "canary": "blue", "share": "0"}


def test_servers_are_told_as_every_proxy_sees_them(agent: Agent) -> None:
    with closing(proxy(agent, "a")):
        session = agent.start("session")
        ready(session)
        found = call(session, "servers")["ok"]
        assert [(each["colour"], each["up"], each["open"]) for each in found] == [
            ("blue", True, 0),
            ("green", False, 3),
        ]
        down = call(session, "wait_servers", backend_colours=[["api", "green"]], timeout=0.0)["ok"]
        assert down[0]["said"] == "Connection refused"
        assert call(session, "wait_servers", backend_colours=[["api", "blue"]], timeout=0.0) == {"ok": []}
        assert call(session, "wait_drained", colour="green", timeout=0.0) == {"ok": 3}


def test_where_no_proxy_answers_nothing_is_up(agent: Agent) -> None:
    session = agent.start("session")
    ready(session)
    found = call(session, "wait_servers", backend_colours=[["api", "blue"]], timeout=0.0)["ok"]
    assert found == [{"error": "no proxy answers"}]


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../out"])
def test_no_file_is_put_outside_the_home(agent: Agent, name: str) -> None:
    session = agent.start("session")
    ready(session)
    assert "leads out of" in call(session, "put", files={name: "x"}, exact=[])["error"]
    assert not (agent.home.parent / "out").exists()


def test_files_are_put_and_what_a_folder_held_besides_goes(agent: Agent) -> None:
    session = agent.start("session")
    ready(session)
    call(session, "put", files={"rules/a.yml": "1", "rules/b.yml": "2", "secrets/blue/token": "t"}, exact=[])
    call(session, "put", files={"rules/b.yml": "3"}, exact=["rules"])
    assert [path.name for path in (agent.home / "rules").iterdir()] == ["b.yml"]
    assert (agent.home / "secrets/blue/token").stat().st_mode & 0o777 == 0o600
    assert (agent.home / "rules/b.yml").read_text(encoding="utf-8") == "3"


def test_an_operation_that_there_is_not_is_an_error_and_ends_nothing(agent: Agent) -> None:
    session = agent.start("session")
    ready(session)
    assert "error" in call(session, "explode")
    assert call(session, "read_state") == {"ok": {}}


def test_a_deploy_whose_deployer_died_is_undone(agent: Agent) -> None:
    with closing(proxy(agent, "a")) as one:
        session = agent.start("session")
        ready(session)
        pending = {"revision": "abc", "colour": "green", "started": 1.0, "step": "trying green"}
        call(session, "write_state", state={"active": "blue", "pending": pending})
        call(session, "route", active="blue", canary="green", share=10)
        agent.start("serve", DEPLOY_METRICS_PORT="0")
        session.kill()
        session.wait()
        wait_for(lambda: one.maps["share"] == "0")
        wait_for(lambda: "abandoned" in (agent.home / "state.json").read_text(encoding="utf-8"))


def test_a_deploy_whose_deployer_lives_is_left_alone(agent: Agent) -> None:
    with closing(proxy(agent, "a")) as one:
        session = agent.start("session")
        ready(session)
        call(session, "write_state", state={"active": "blue", "pending": {"revision": "abc"}})
        call(session, "route", active="blue", canary="green", share=10)
        agent.start("serve", DEPLOY_METRICS_PORT="0")
        looked = len(one.heard)
        wait_for(lambda: len(one.heard) > looked + 4)  # the keeper has looked more than once
        assert one.maps["share"] == "10"


def test_a_proxy_that_starts_with_old_maps_is_told(agent: Agent) -> None:
    session = agent.start("session")
    ready(session)
    call(session, "route", active="green", canary="green", share=0)
    agent.start("serve", DEPLOY_METRICS_PORT="0")
    with closing(proxy(agent, "a")) as one:
        one.maps = {"active": "blue", "canary": "blue", "share": "0"}
        wait_for(lambda: one.maps["active"] == "green")


def test_look_needs_no_lock(agent: Agent) -> None:
    session = agent.start("session")
    ready(session)
    call(session, "write_state", state={"active": "blue"})
    look = agent.start("look")
    assert ready(look)["ok"]["state"] == {"active": "blue"}


def test_exactly_the_metrics_are_exported_that_the_rules_are_held_to(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy(agent, "a")
    monkeypatch.setattr(program, "HOME", agent.home)
    monkeypatch.setattr(program, "SOCKETS", Path(agent.environ["DEPLOY_SOCKETS"]))
    program.write_state(
        {
            "active": "blue",
            "colours": {"blue": {"created": {"api": 5.0}}},
            "pending": {"started": 7.0},
            "gate": {"age": 1},
            "last_success": 6.0,
        }
    )
    lines = [line for line in program.metrics().splitlines() if not line.startswith("#")]
    shown = {line.partition(" ")[0].partition("=")[0].replace("{", " ") for line in lines}
    assert shown == {" ".join((each.name, *each.labels)) for each in AGENT_METRICS}
    assert "finchat_deploy_certificate_expiry_timestamp_seconds 1796126400.0" in lines
