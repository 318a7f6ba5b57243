"""The stack on a real Swarm: an update under load loses no request, and a bad one goes back by itself.

The engine becomes a Swarm of one node if it is none, on loopback, and stays one: leaving would take the names
of other containers from them. Everything else is removed.
"""

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from tests.absence import REPO
from tests.api_support.filing import report
from tests.engine import docker, own_name
from tests.integration.docker_stack import build
from tests.patience import wait_for

pytestmark = pytest.mark.docker
STACK = REPO / "deploy" / "swarm" / "stack.yaml"
NAMESPACE = "com.docker.stack.namespace"
TOKEN = "only-for-this-test"  # noqa: S105 - of a stack that lives for minutes
QUESTION = {"question": "What would a shortage of iron do to Acme Anvils?"}
USERS = 4
KINDS = {"container": ["--all"], "network": [], "volume": []}


in_time = partial(wait_for, seconds=240, pause=0.25)  # an update goes from container to container


def become_a_swarm() -> None:
    if docker("info", "--format={{.Swarm.LocalNodeState}}").stdout.strip() != "active":
        loopback = ["--advertise-addr=127.0.0.1", "--listen-addr=127.0.0.1:2377"]
        docker("swarm", "init", *loopback)


def changed(name: str, image: str, version: str, line: str) -> str:
    """Another image, made of one by a line of a Dockerfile."""
    made = f"{name}-api:{version}"
    subprocess.run(
        ["docker", "build", "--quiet", f"--tag={made}", "-"],
        input=f"FROM {image}\n{line}\n",
        text=True,
        check=True,
        capture_output=True,
    )
    return made


@dataclass(frozen=True)
class Swarm:
    """The running stack, and where its API answers."""

    name: str
    address: str

    def service(self, which: str) -> dict[str, Any]:
        (found,) = json.loads(docker("service", "inspect", f"{self.name}_{which}").stdout)
        told: dict[str, Any] = found
        return told

    def update(self, which: str, image: str) -> str:
        """How the update of a service ended. The exit code does not tell: it is 0 after a rollback, too."""
        docker(
            "service",
            "update",
            "--detach=false",
            "--no-resolve-image",
            f"--image={image}",
            f"{self.name}_{which}",
        )
        in_time(lambda: self._state(which) not in ("updating", "rollback_started"), "the update's end")
        return self._state(which)

    def _state(self, which: str) -> str:
        return str(self.service(which)["UpdateStatus"]["State"])

    def containers(self, which: str) -> list[str]:
        label = f"--filter=label=com.docker.swarm.service.name={self.name}_{which}"
        return docker("ps", "--quiet", label, "--filter=health=healthy").stdout.split()

    def images(self, which: str) -> set[str]:
        found = self.containers(which)
        return set(docker("inspect", "--format={{.Config.Image}}", *found).stdout.split()) if found else set()

    def ask(self, client: httpx.Client) -> httpx.Response:
        return client.post(f"{self.address}/v1/ask", json=QUESTION)


def client() -> httpx.Client:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.Client(headers=headers, timeout=60, trust_env=False)


@dataclass
class Load:
    """What users saw: requests, and everything that was no whole answer."""

    requests: int = 0
    failed: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, wrong: str) -> None:
        with self.guard:
            self.requests += 1
            if wrong:
                self.failed.append(wrong)


@contextmanager
def load(swarm: Swarm, expected: bytes) -> Iterator[Load]:
    """Users who ask and look, one request after the other, each on a connection that is kept."""
    seen, stop = Load(), threading.Event()

    def use() -> None:
        with client() as session:
            while not stop.is_set():
                seen.add(_asked(swarm, session, expected))
                seen.add(_looked(swarm, session))
                stop.wait(0.02)

    users = [threading.Thread(target=use) for _ in range(USERS)]
    for user in users:
        user.start()
    try:
        yield seen
    finally:
        stop.set()
        for user in users:
            user.join()


def _asked(swarm: Swarm, session: httpx.Client, expected: bytes) -> str:
    try:
        reply = swarm.ask(session)
    except httpx.HTTPError as error:
        return repr(error)
    return "" if reply.content == expected else f"{reply.status_code} {reply.text[:200]}"


def _looked(swarm: Swarm, session: httpx.Client) -> str:
    try:
        reply = session.get(f"{swarm.address}/v1/companies")
    except httpx.HTTPError as error:
        return repr(error)
    return "" if reply.status_code == 200 else f"{reply.status_code} {reply.text[:200]}"


def left(name: str) -> list[str]:
    """What the engine has of the stack."""
    found = []
    for kind, every in KINDS.items():
        held = docker(kind, "ls", "--quiet", *every, f"--filter=label={NAMESPACE}={name}").stdout.split()
        found += [f"{kind} {one}" for one in held]
    return found


def remove(name: str) -> None:
    """The stack and all of it."""
    docker("stack", "rm", name, check=False)
    in_time(lambda: not [one for one in left(name) if not one.startswith("volume")], "the stack's end")
    for volume in left(name):
        docker("volume", "rm", "--force", volume.partition(" ")[2])
    docker("secret", "rm", f"{name}_token", check=False)
    docker("config", "rm", f"{name}_proxy_1", check=False)
    assert left(name) == []


@pytest.fixture(scope="module")
def swarm(free_port: int) -> Iterator[Swarm]:
    with own_name("swarm") as name:
        images = build(name, "api", "webapp")
        become_a_swarm()
        try:
            subprocess.run(
                ["docker", "secret", "create", f"{name}_token", "-"],
                input=TOKEN,
                text=True,
                check=True,
                capture_output=True,
            )
            docker(
                "stack",
                "deploy",
                "--resolve-image=never",
                f"--compose-file={STACK}",
                name,
                FINCHAT_STACK=name,
                FINCHAT_TOKEN_SECRET=f"{name}_token",
                FINCHAT_API_IMAGE=images["api"],
                FINCHAT_WEBAPP_IMAGE=images["webapp"],
                FINCHAT_PROXY_RATE="1000000",
                FINCHAT_API_PORT=str(free_port),
                FINCHAT_WEB_PORT=str(free_port + 1),
            )
            running = Swarm(name, f"http://127.0.0.1:{free_port}")
            for which, number in (("writer", 1), ("api", 2), ("webapp", 2)):
                in_time(lambda w=which, n=number: len(running.containers(w)) == n, f"{which}'s health")
            fill(running)
            yield running
        finally:
            remove(name)


def fill(swarm: Swarm) -> None:
    """The writer takes a filing in; then it can be asked for through the proxy."""
    (writer,) = swarm.containers("writer")
    body = base64.b64encode(report()).decode()
    program = f"import base64; open('/tmp/acme.htm', 'wb').write(base64.b64decode('{body}'))"
    docker("exec", writer, "python", "-c", program)
    docker("exec", writer, "finchat", "ingest", "/tmp/acme.htm")  # noqa: S108 - the container's own
    with client() as session:
        in_time(lambda: _answered(swarm, session), "an answer through the proxy")


def _answered(swarm: Swarm, session: httpx.Client) -> bool:
    try:
        reply = swarm.ask(session)
    except httpx.HTTPError:
        return False
    return reply.status_code == 200 and bool(reply.json()["status"] == "answered")


def updated(swarm: Swarm, version: str, line: str) -> tuple[str, str, str]:
    """How an update of the API under load ended; the image before, and the new one. It may lose nothing."""
    (before,) = swarm.images("api")
    new = changed(swarm.name, before, version, line)
    with client() as session:
        expected = swarm.ask(session).content
    with load(swarm, expected) as seen:
        ended = swarm.update("api", new)
    assert seen.requests > 100
    assert seen.failed == []
    return ended, before, new


def test_an_update_under_load_loses_no_request(swarm: Swarm) -> None:
    ended, _, newer = updated(swarm, "newer", "LABEL newer=true")
    assert ended == "completed"
    assert swarm.images("api") == {newer}


def test_a_bad_image_goes_back_by_itself(swarm: Swarm) -> None:
    ended, before, _ = updated(swarm, "bad", 'CMD ["python", "-c", "raise SystemExit(1)"]')
    assert ended == "rollback_completed"
    assert swarm.images("api") == {before}


def test_containers_are_held_as_compose_holds_them(swarm: Swarm) -> None:
    for which in ("writer", "api", "webapp"):
        for container in swarm.containers(which):
            (told,) = json.loads(docker("inspect", container).stdout)
            host = told["HostConfig"]
            assert host["ReadonlyRootfs"] is True
            assert host["CapDrop"] == ["ALL"]
            assert host["Memory"] > 0
            assert host["PidsLimit"] > 0
            assert told["Config"]["User"] == "10001:10001"
            assert TOKEN not in json.dumps(told)
    (reader, _) = swarm.containers("api")
    (told,) = json.loads(docker("inspect", reader).stdout)
    assert [mount["RW"] for mount in told["Mounts"] if mount["Type"] == "volume"] == [False]


def test_the_token_is_asked_for(swarm: Swarm) -> None:
    reply = httpx.get(f"{swarm.address}/v1/companies", trust_env=False)
    assert reply.status_code == 401
    assert httpx.get(f"{swarm.address}/metrics", trust_env=False).status_code == 404


def test_the_pages_reach_the_api(swarm: Swarm) -> None:
    port = int(swarm.address.rpartition(":")[2]) + 1
    page = httpx.get(f"http://127.0.0.1:{port}/ready", timeout=30, trust_env=False)
    assert page.status_code == 200, page.text


def test_the_stack_is_a_file_that_compose_reads_too() -> None:
    names = {"FINCHAT_API_IMAGE": "a", "FINCHAT_WEBAPP_IMAGE": "b"}
    read = json.loads(docker("compose", f"--file={STACK}", "config", "--format=json", **names).stdout)
    for name, service in read["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["deploy"]["endpoint_mode"] == "dnsrr", name
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"]), name
        assert all(port["mode"] == "host" for port in service.get("ports", ())), name
    for name in ("api", "webapp"):
        update = read["services"][name]["deploy"]["update_config"]
        assert (update["order"], update["failure_action"]) == ("start-first", "rollback")
