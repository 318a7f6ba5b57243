"""The two steady loads: a short one at a rate, and a longer one during which memory must stay where it is."""

import time

from deploy.errors import EngineError
from deploy.staging.limits import Load, Soak
from deploy.staging.load.run import Result, hold
from deploy.staging.model import Chart, Found, NotCheckedError
from deploy.staging.site import Site

MIB = 2**20
FEWEST_SAMPLES = 6  # of a container's memory, to tell a first third from a last


def load(site: Site, limits: Load) -> Found:
    """A steady load, judged by its failures and its percentiles. Raises EngineError, NotCheckedError."""
    return judged(hold(site, limits, limits.seconds), limits)


def judged(result: Result, limits: Load) -> Found:
    """What is to be said of a load. Raises EngineError when nothing was sent."""
    faults = [*failures(result, limits.most_failed), *_few(result, limits.fewest_requests)]
    for name, share, most in (("95 %", 0.95, limits.p95_ms), ("99 %", 0.99, limits.p99_ms)):
        took = result.percentile(share)
        if took > most:
            faults.append(f"{name} of the requests took up to {took:.0f} ms, allowed are {most:g}")
    return Found(_told(result), tuple(faults), result.figures(), result.charts(limits.p95_ms))


def soak(site: Site, limits: Soak) -> Found:
    """A longer, lower load: no failures, no growing memory. Raises EngineError, NotCheckedError."""
    colour, began = site.active(), time.time()
    result = hold(site, limits, limits.seconds)
    series = memory(site, colour, began, time.time())
    growths = {job: _growth(values) / MIB for job, values in series.items()}
    faults = [*failures(result, limits.most_failed), *_few(result, limits.fewest_requests)]
    faults += [
        f"the memory of {job} grew by {grown:.0f} MiB, allowed are {limits.most_growth_mib:g}"
        for job, grown in growths.items()
        if grown > limits.most_growth_mib
    ]
    told = ", ".join(f"{job} {grown:+.1f} MiB" for job, grown in growths.items())
    figures = {**result.figures(), **{f"{job}_growth_mib": round(grown, 2) for job, grown in growths.items()}}
    longest = max(map(len, series.values()))
    shown = Chart(
        "Memory of the containers",
        "MiB",
        tuple(map(str, range(longest))),
        {job: _padded([each / MIB for each in values], longest) for job, values in series.items()},
    )
    return Found(f"{_told(result)}; memory: {told}", tuple(faults), figures, (shown, *result.charts()))


def failures(result: Result, most: int) -> list[str]:
    """What is wrong about the requests that failed."""
    count = len(result.failed)
    return [f"{count} failed, allowed are {most}: {result.complaints()}"] if count > most else []


def memory(site: Site, colour: str, start: float, end: float) -> dict[str, tuple[float, ...]]:
    """Bytes of API and pages, second by second. Raises NotCheckedError when Prometheus has too few."""
    asked = f'finchat_container_memory_bytes{{colour="{colour}"}}'
    found = {
        str(each["metric"]["job"]): tuple(float(value) for _, value in each["values"])
        for each in site.query_range(asked, start, end, 1.0)
    }
    few = [job for job in ("api", "webapp") if len(found.get(job, ())) < FEWEST_SAMPLES]
    if few:
        raise NotCheckedError(
            f"Prometheus has too few samples of finchat_container_memory_bytes of {', '.join(few)}; "
            "deploy images that export it, and soak for some seconds more"
        )
    return found


def _growth(values: tuple[float, ...]) -> float:
    """The mean of the last third above that of the first: one peak is no growth."""
    third = len(values) // 3
    return sum(values[-third:]) / third - sum(values[:third]) / third


def _padded(values: list[float], length: int) -> tuple[float | None, ...]:
    """The values with gaps before them: a container that began later was scraped less often."""
    return (*(None for _ in range(length - len(values))), *values)


def _few(result: Result, fewest: int) -> list[str]:
    count = len(result.requests)
    return [f"only {count} requests got through, {fewest} are wanted"] if count < fewest else []


def _told(result: Result) -> str:
    if not result.requests:
        raise EngineError("locust sent nothing")
    return (
        f"{len(result.requests)} requests, {len(result.failed)} failed, 95 % within "
        f"{result.percentile(0.95):.0f} ms, 99 % within {result.percentile(0.99):.0f} ms"
    )
