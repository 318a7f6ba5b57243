"""Locust in a process of its own: started, waited for, stopped, and what it recorded."""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from deploy.errors import EngineError
from deploy.staging.limits import Rate
from deploy.staging.load.profile_file import PROFILE, TOKEN
from deploy.staging.model import Chart
from deploy.staging.site import Site

ROOT = Path(__file__).resolve().parent.parent.parent.parent
START = 60.0  # seconds until the first requests are through
END = 60.0  # seconds to stop
_PAUSE = 0.1
_POINTS = 60  # of a chart


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: its start in seconds since 1970, kind, time, and why it failed ("": it did not)."""

    at: float
    kind: str
    ms: float
    error: str


@dataclass(frozen=True, slots=True)
class Result:
    """All requests of one load, in the order of their ends."""

    requests: tuple[Sent, ...]

    @property
    def failed(self) -> tuple[Sent, ...]:
        """Those without the known answer."""
        return tuple(each for each in self.requests if each.error)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of all requests ended; 0 without any."""
        times = sorted(each.ms for each in self.requests)
        return times[max(0, math.ceil(share * len(times)) - 1)] if times else 0.0

    @property
    def worst_gap(self) -> float:
        """The longest time, in seconds, in which no request ended well."""
        ends = sorted(each.at + each.ms / 1000 for each in self.requests if not each.error)
        return max((later - sooner for sooner, later in pairwise(ends)), default=0.0)

    def figures(self) -> dict[str, float]:
        """The numbers that a report shows."""
        return {
            "requests": len(self.requests),
            "failed": len(self.failed),
            "p50_ms": round(self.percentile(0.5), 1),
            "p95_ms": round(self.percentile(0.95), 1),
            "p99_ms": round(self.percentile(0.99), 1),
            "worst_gap_seconds": round(self.worst_gap, 3),
        }

    def complaints(self, most: int = 5) -> str:
        """Why requests failed, the commonest first."""
        told = Counter(f"{each.kind}: {each.error}" for each in self.failed).most_common(most)
        return "; ".join(f"{count} × {what}" for what, count in told)

    def charts(self, limit: float | None = None) -> tuple[Chart, ...]:
        """Times and failures over the seconds of the load; `limit` in ms is drawn."""
        if not self.requests:
            return ()
        began = min(each.at for each in self.requests)
        last = max(each.at for each in self.requests) - began
        width = max(1.0, math.ceil(last / _POINTS))
        bins: list[list[Sent]] = [[] for _ in range(int(last // width) + 1)]
        for each in self.requests:
            bins[int((each.at - began) // width)].append(each)
        labels = tuple(f"{number * width:.0f}" for number in range(len(bins)))
        parts = [Result(tuple(each)) for each in bins]
        series: Mapping[str, Sequence[float | None]] = {
            "median": [part.percentile(0.5) if part.requests else None for part in parts],
            "95 %": [part.percentile(0.95) if part.requests else None for part in parts],
        }
        times = Chart("Time of a request", "ms", labels, {k: tuple(v) for k, v in series.items()}, limit)
        counts = {
            "answered": tuple((len(part.requests) - len(part.failed)) / width for part in parts),
            "failed": tuple(len(part.failed) / width for part in parts),
        }
        return times, Chart("Requests", "per second", labels, counts)


class Running:
    """A load under way."""

    def __init__(self, process: "subprocess.Popen[str]", record: Path) -> None:
        self._process = process
        self._record = record

    def wait_requests(self, count: int) -> None:
        """Wait until so many requests have ended. Raises EngineError when locust ended or nothing comes."""
        end = time.monotonic() + START
        while len(self.result().requests) < count:
            if self._process.poll() is not None or time.monotonic() > end:
                raise EngineError(f"no load came from locust: {self.stop()}")
            time.sleep(_PAUSE)

    def result(self) -> Result:
        """What has ended so far."""
        try:
            lines = self._record.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return Result(())
        whole = [json.loads(line) for line in lines if line.endswith("\n")]
        return Result(tuple(Sent(at, kind, ms, error) for at, kind, ms, error in whole))

    def stop(self) -> str:
        """End it; returns the last of what it printed."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            said, _ = self._process.communicate(timeout=END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            said, _ = self._process.communicate()
        return "\n".join(said.strip().splitlines()[-6:])


def command(site: Site, rate: Rate, record: Path, only: Sequence[str] = ()) -> list[str]:
    """The command line of a load; `only` names the tags of the requests to send, without any all are sent."""
    asked = {
        "--locustfile": PROFILE,
        "--users": rate.users,
        "--spawn-rate": rate.users,
        "--rate": rate.requests_per_second,
        "--api": site.api,
        "--web": site.web,
        "--record": record,
        "--loglevel": "WARNING",
    }
    words = [str(word) for pair in asked.items() for word in pair]
    words += ["--tags", *only] if only else []
    return [sys.executable, "-m", "locust", "--headless", "--only-summary", *words]


@contextmanager
def running(site: Site, rate: Rate, only: Sequence[str] = ()) -> Iterator[Running]:
    """A load while the block runs (`only`: of requests with these tags); it has begun when the block does.

    Raises EngineError when it does not begin.
    """
    with tempfile.TemporaryDirectory(prefix="finchat-load-") as folder:
        record = Path(folder) / "requests"
        process = subprocess.Popen(
            command(site, rate, record, only),
            cwd=ROOT,
            env={**os.environ, **({TOKEN: site.token} if site.token else {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for the block to handle, which then stops it
        )
        load = Running(process, record)
        try:
            load.wait_requests(rate.users)
            yield load
        finally:
            load.stop()


def hold(site: Site, rate: Rate, seconds: float, only: Sequence[str] = ()) -> Result:
    """A load for a time, and what came of it. Raises EngineError when locust does not work."""
    with running(site, rate, only) as load:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _PAUSE))
        load.stop()
        return load.result()
