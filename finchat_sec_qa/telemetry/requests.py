"""HTTP requests as both servers count them, and the build they run, as Prometheus metrics.

Labels have a small, fixed set of values: what is outside of them is counted under one name.
"""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from finchat_sec_qa.telemetry.build import program_version, python_version

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """Requests by route, method and class of status, with their times in seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "finchat_http_request_seconds",
            "Time to answer an HTTP request, until its last byte",
            ("route", "method", "status"),
            buckets=BUCKETS,
            registry=registry,
        )

    def count(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count one. `route` is the template ("/v1/filings/{id}"), None where none matched."""
        method = method if method in _METHODS else "other"
        self._seconds.labels(route or UNMATCHED, method, f"{status // 100}xx").observe(seconds)


def tell_build(registry: CollectorRegistry, revision: str) -> None:
    """Add which program this is, and since when the server runs: its first process, not a worker."""
    build = Info("finchat_build", "Which program this is", registry=registry)
    build.info({"version": program_version(), "revision": revision, "python": python_version()})
    registry.register(_Started(time.time()))


class _Started(Collector):
    """A moment. No Gauge, since workers that count together would each have one."""

    def __init__(self, moment: float) -> None:
        self._moment = moment

    def collect(self) -> Iterator[Metric]:
        """The moment, in seconds since 1970."""
        meaning = "When the server started, in seconds since 1970"
        yield GaugeMetricFamily("finchat_server_start_time_seconds", meaning, value=self._moment)
