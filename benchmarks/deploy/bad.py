"""Bad deploys under load: each must end with the old colour serving, the cause named, and users unhurt."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.deploy import images
from benchmarks.deploy.shop import OTHER, SPOILED, Shop, shop
from benchmarks.deploy.stack import Stack, done, stack
from benchmarks.deploy.users import users
from deploy.errors import DeployError
from deploy.model import Release

STEPS = ("making room", "starting", "trying", "switching")
PAUSES = (0.0, 1.0)  # seconds of a step until the deployer is killed; the first step takes no second
Say = Callable[[str], None]
Act = Callable[[], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Case:
    """What one bad deploy came to."""

    name: str
    exit_code: int
    message: str
    serves: str
    kept: bool
    named: bool
    failed: int
    requests: int
    why: dict[str, int]

    @property
    def fine(self) -> bool:
        """The bar: the old colour serves, the exit code is not 0, the cause is named, users are unhurt."""
        most = 20 if self.name == "30 % errors" else 0
        return self.kept and self.exit_code != 0 and self.named and self.failed <= most


def bad(rate: float, say: Say) -> list[dict[str, Any]]:
    """All cases, one after the other, each under load."""
    cases: list[Case] = []
    with shop(SPOILED) as sold, stack(lambda _: None, shop=sold, seconds=3, patience=10) as made:
        done(made.apply(sold.revision, sold.revision))
        with images.faulty(f"{made.host.settings.name}-fault") as faults:
            for name, cause, act in (*_refused(made, sold), *_failing(made, faults), *_broken(made)):
                cases.append(_case(made, name, cause, rate, act))
                say(_told(cases[-1]))
    return [{**asdict(case), "fine": case.fine} for case in cases]


def _refused(made: Stack, sold: Shop) -> Iterator[tuple[str, str, Act]]:
    """What the gate must stop: name, a word of the cause, the deploy."""
    for what, policy in sold.strict.items():
        yield f"wrong {what}", f": {what}: ", partial(made.apply, sold.revision, sold.revision, policy)
    yield "wrong revision", ": revision: ", partial(made.apply, sold.revision, OTHER)
    yield "missing SBOM", ": sbom: ", partial(made.apply, "no-sbom", sold.revision)
    yield "missing provenance", ": provenance: ", partial(made.apply, "no-provenance", sold.revision)


def _failing(made: Stack, faults: dict[str, Release]) -> Iterator[tuple[str, str, Act]]:
    """Images that the gate never saw, as if it had let them pass."""
    for name, fault, cause in (
        ("ends at its start", "ends", "ended by itself"),
        ("never healthy", "unhealthy", "did not become healthy"),
        ("crashes after the switch", "crash", "switched to and is out again: health"),
        ("30 % errors", "errors", "error rate"),
        ("10 times the latency", "slow", "latency"),
    ):
        yield name, cause, partial(_deploy, made, faults[fault])


def _broken(made: Stack) -> Iterator[tuple[str, str, Act]]:
    """Sound images on a host, or by a deployer, that fails."""
    yield "disk full", "No space left", partial(_full, made)
    for step in STEPS:
        for pause in PAUSES:
            yield f"killed {pause:g} s into: {step}", "abandoned at: ", partial(_killed, made, step, pause)


def _told(case: Case) -> str:
    outcome = "ok " if case.fine else "BAD"
    lost = f"{case.failed} of {case.requests} failed"
    return f"{outcome} {case.name}: exit {case.exit_code}, {case.serves} serves, {lost}; {case.message}"


def _case(made: Stack, name: str, cause: str, rate: float, act: Act) -> Case:
    before = _serving(made)
    with users(made.api, made.web, rate) as running:
        time.sleep(1)
        code, message = act()
        time.sleep(2)
    after, told = _serving(made), _cause(message)
    return Case(
        name,
        code,
        told[:300],
        after,
        after == before,
        cause in told,
        running.figures["failed"],
        running.figures["requests"],
        running.figures["why"],
    )


def _cause(message: str) -> str:
    """Why, without what a deployer said before."""
    return " ".join(message[max(message.find("error: "), 0) :].split())


def _serving(made: Stack) -> str:
    """The colour that all requests go to, as the proxies' maps say."""
    routing = made.host.look()["routing"]
    return (
        str(routing["active"]) if routing["share"] == "0" else f"{routing['share']} % to {routing['canary']}"
    )


def _deploy(made: Stack, release: Release) -> tuple[int, str]:
    try:
        made.deploy(release)
    except DeployError as error:
        return error.exit_code, str(error)
    return 0, "deployed"


def _full(made: Stack) -> tuple[int, str]:
    """The volume `state`, which the bench makes small, cannot take another byte."""
    agent = made.container("agent")
    inside = "/var/lib/finchat/filler"
    subprocess.run(
        ["docker", "exec", agent, "python", "-c", _FILL.format(path=inside)], check=False, capture_output=True
    )
    try:
        return _deploy(made, images.good())
    finally:
        made.docker(
            "exec", agent, "python", "-c", f"import os; os.path.exists('{inside}') and os.unlink('{inside}')"
        )


_FILL = """
with open({path!r}, "wb", 0) as file:
    try:
        while True:
            file.write(bytes(1 << 20))
    except OSError:
        while True:
            file.write(b"0")
"""


def _killed(made: Stack, step: str, pause: float) -> tuple[int, str]:
    """Kill -9 of a deployer in its own process as soon as it says that the step begins."""
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "release.json"
        release.write_text(images.good().model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.deploy.deployer", str(made.settings_file), str(release)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None  # noqa: S101 - opened with a pipe
        said = ""
        for line in process.stderr:
            said += line
            if line.startswith(step):
                time.sleep(pause)
                process.send_signal(signal.SIGKILL)
        code = process.wait()
        process.stderr.close()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pending = made.host.state().pending
        if pending and pending.abandoned:
            return code, f"abandoned at: {pending.step}"
        time.sleep(0.2)
    return code, f"nothing was abandoned; the deployer said: {said}"
