"""Faults under load: a process is killed, users must not notice, and everything must come back by itself."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from deploy.engine import Command
from deploy.errors import DeployError, EngineError
from deploy.model import Colour
from deploy.staging.limits import Drill
from deploy.staging.load.profile_file import PAGES
from deploy.staging.load.run import Result, Running, running
from deploy.staging.loads import failures
from deploy.staging.model import Chart, Found
from deploy.staging.site import Site

# Every process of a container but its first, which then ends: a crash, so that the engine restarts it.
# (`docker kill` would be a person's will, which the engine respects.)
WITH_PYTHON = ("python", "-I", "-S", "-c", "import os; os.kill(-1, 9)")
WITH_BASH = ("bash", "-c", "kill -9 -1")
SCRAPED = 2.5  # seconds until Prometheus has seen what happened
SCRAPED_LATE = 15.0  # the same on a machine with much else to do
_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is killed: a service of the active colour, or (`base`) one that stands before both.

    `only` are the tags of the requests that are sent meanwhile. Pages are one request in six: when they are
    down for less than a second often nobody misses them, which shows nothing.
    """

    name: str
    service: str
    base: bool
    line: tuple[str, ...]
    only: tuple[str, ...] = ()


FAULTS = (
    Fault("API of the active colour killed", "api", base=False, line=WITH_PYTHON),
    Fault("pages of the active colour killed", "webapp", base=False, line=WITH_PYTHON, only=(PAGES,)),
    Fault("one proxy killed", "proxy-a", base=True, line=WITH_BASH),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fault: requests around it, seconds until all was up, what the other colour took."""

    fault: Fault
    result: Result
    seconds: float
    taken_over: float


def drill(site: Site, limits: Drill) -> Found:
    """Every fault in turn. Raises EngineError when a container cannot be killed or does not come back."""
    outcomes = [suffer(site, limits, fault) for fault in FAULTS]
    faults = [f"{each.fault.name}: {told}" for each in outcomes for told in _faults(each, limits)]
    figures: dict[str, float] = {}
    charts: list[Chart] = []
    for each in outcomes:
        prefix = each.fault.service
        figures[f"{prefix}_failed"] = len(each.result.failed)
        figures[f"{prefix}_requests"] = len(each.result.requests)
        figures[f"{prefix}_worst_gap_seconds"] = round(each.result.worst_gap, 3)
        figures[f"{prefix}_seconds_until_up"] = round(each.seconds, 1)
        if not each.fault.base:
            figures[f"{prefix}_taken_over"] = each.taken_over
        drawn = each.result.charts()
        if drawn:
            counts = drawn[-1]
            charts.append(Chart(each.fault.name, counts.unit, counts.labels, counts.series))
    told = "; ".join(
        f"{each.fault.name}: {len(each.result.failed)} of {len(each.result.requests)} failed, "
        f"up after {each.seconds:.1f} s"
        for each in outcomes
    )
    return Found(told, tuple(faults), figures, tuple(charts))


def suffer(site: Site, limits: Drill, fault: Fault) -> Outcome:
    """One fault under load, until all is as before."""
    site.wait_up(limits.recover_seconds)
    active = site.active()
    container = site.container(fault.service, None if fault.base else active)
    with running(site, limits, fault.only) as load:
        time.sleep(limits.settle_seconds)
        before = _answered(site, fault, active.other)
        kill(site, container, fault.line)
        seconds = _until_up(site, container, limits.recover_seconds)
        time.sleep(max(limits.settle_seconds, SCRAPED))
        taken = taken_over(site, fault, active.other, before)
        result = _ended(load)
    if site.active() != active:
        raise DeployError(
            f"{fault.name}: the stack's state says that {site.active()} serves now; it must not change"
        )
    return Outcome(fault, result, seconds, taken)


def kill(site: Site, container: str, line: tuple[str, ...]) -> None:
    """Kill what runs in a container. Raises EngineError when it still runs as if nothing had been."""
    began = _started(site, container)
    # The engine may end the command together with its container: what counts is the container.
    with suppress(EngineError):
        site.host.run(Command(("exec", container, *line)))
    end = time.monotonic() + 10
    while _started(site, container) == began:
        if time.monotonic() > end:
            raise EngineError(f"{container} outlived kill -9; is it run without `init: true`?")
        time.sleep(_PAUSE)


def _until_up(site: Site, container: str, seconds: float) -> float:
    """Wait until the container is healthy and every proxy holds everything for up; returns the seconds."""
    began = time.monotonic()
    while _health(site, container) != "healthy":
        if time.monotonic() - began > seconds:
            raise EngineError(f"{container} is not healthy {seconds:g} s after it was killed; see its log")
        time.sleep(_PAUSE)
    site.wait_up(max(1.0, seconds - (time.monotonic() - began)))
    return time.monotonic() - began


def taken_over(site: Site, fault: Fault, colour: Colour, before: float, wait: float = SCRAPED_LATE) -> float:
    """Requests that a colour has answered since there were `before`; waits up to `wait` seconds for any."""
    end = time.monotonic() + (0 if fault.base else wait)
    while (taken := _answered(site, fault, colour) - before) <= 0 and time.monotonic() < end:
        time.sleep(_PAUSE)
    return taken


def _answered(site: Site, fault: Fault, colour: Colour) -> float:
    """Requests of users that a colour has answered, for a service that has colours."""
    if fault.base:
        return 0.0
    probes = 'route!~"/health|/ready|/metrics"'
    asked = f'sum(finchat_http_request_seconds_count{{job="{fault.service}",colour="{colour}",{probes}}})'
    return sum(float(each["value"][1]) for each in site.query(asked))


def _faults(outcome: Outcome, limits: Drill) -> list[str]:
    most = limits.most_failed_proxy if outcome.fault.base else limits.most_failed
    found = failures(outcome.result, most)
    if not outcome.fault.base and outcome.taken_over <= 0:
        found.append("the other colour took no request over")
    return found


def _ended(load: Running) -> Result:
    load.stop()
    return load.result()


def _inspect(template: str) -> Callable[[Site, str], str]:
    def look(site: Site, container: str) -> str:
        return site.host.run(Command(("inspect", "--format", template, container))).strip()

    return look


_started = _inspect("{{.State.StartedAt}} {{.State.Running}}")
_health = _inspect("{{.State.Health.Status}}")
