"""How long a container takes from its start until the engine calls it healthy."""

import json
import re
import subprocess
import time
import uuid
from datetime import datetime
from typing import Any

PATIENCE = 60.0  # seconds
# As compose.yaml runs them. The web pages have no API behind them here, and must be healthy all the same.
HARDENED = (
    "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--init",
    "--env=FINCHAT_API_ANONYMOUS=true",
)  # fmt: skip

# Python reads six digits of a second.
_TIME = re.compile(r"(?P<whole>[^.+]+)(?:\.(?P<part>\d{1,6})\d*)?(?P<zone>[+-]\d\d:\d\d)")


class NeverHealthyError(Exception):
    """The container ended, or was not healthy in time; the message holds its log."""


def seconds_to_healthy(image: str) -> float:
    """From the container's start to the end of the first health check that passed, by the engine's clock.

    Raises NeverHealthyError; CalledProcessError when the container cannot be started. Removes the container
    and its volumes.
    """
    name = f"finchat-start-{uuid.uuid4().hex[:8]}"
    try:
        _docker("run", "--detach", "--name", name, *HARDENED, image)
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            state = json.loads(_docker("inspect", name, "--format", "{{json .State}}"))
            passed = [check for check in state["Health"]["Log"] or [] if check["ExitCode"] == 0]
            if passed:
                return _stamp(passed[0]["End"]) - _stamp(state["StartedAt"])
            if not state["Running"]:
                break
            time.sleep(0.1)
        raise NeverHealthyError(f"{image} was not healthy:\n{_log(name)}")
    finally:
        _docker("rm", "--force", "--volumes", name)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def _log(name: str) -> str:
    done = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _stamp(value: Any) -> float:
    """Seconds since 1970 of a time as the engine writes it, with nanoseconds, and `Z` or an offset."""
    match = _TIME.fullmatch(str(value).replace("Z", "+00:00"))
    if match is None:
        raise ValueError(f"{value!r} is not a time")
    return datetime.fromisoformat(f"{match['whole']}.{match['part'] or '':0<6}{match['zone']}").timestamp()
