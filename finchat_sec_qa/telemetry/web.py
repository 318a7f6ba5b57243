"""The web pages' metrics, which several worker processes count together.

`share` is called once, before the metrics are made and the workers forked; then each process counts in a
file of its own, and `render` adds them up, whichever process is asked.
"""

import os
from contextlib import nullcontext
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.container import ContainerCollector
from finchat_sec_qa.telemetry.dead import reading
from finchat_sec_qa.telemetry.requests import Requests, tell_build

_OWN_CODES = ("unreachable", "timeout", "bad_reply", "incomplete")
FAILURES = (*_OWN_CODES, "4xx", "5xx", "other")


def share(folder: Path) -> None:
    """Let all metrics that this process makes from now on be counted in that folder, also by its children.

    The folder is empty and stays as long as the last of them runs.
    """
    # Written, not read: prometheus_client takes the folder from there alone.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # noqa: TID251
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


class WebMetrics:
    """Counts what the pages do. Methods may be called from any thread. Times are seconds."""

    def __init__(self, revision: str = "", folder: Path | None = None) -> None:
        """`folder` is the one that `share` was called with; None where one process does all."""
        self.registry = CollectorRegistry()
        self._folder = folder
        if folder is None:
            ProcessCollector(registry=self.registry)
            PlatformCollector(registry=self.registry)
        else:
            MultiProcessCollector(self.registry, path=str(folder))  # type: ignore[no-untyped-call]
        counted = self.registry if folder is None else CollectorRegistry()
        self._requests = Requests(counted)
        self._failed = Counter(
            "finchat_api_call_failures", "Calls of the API that failed", ("reason",), registry=counted
        )
        for reason in FAILURES:
            self._failed.labels(reason)
        self.registry.register(ContainerCollector())
        tell_build(self.registry, revision)

    def request(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request. `route` is the rule ("/filings/<filing>"), None where none matched."""
        self._requests.count(route, method, status, seconds)

    def call_failed(self, error: RemoteError) -> None:
        """Count a call of the API that failed, by what the client found or the class of its status."""
        status = f"{error.status // 100}xx" if error.status else ""
        found = error.code if error.code in _OWN_CODES and not status else status
        self._failed.labels(found if found in FAILURES else "other").inc()

    def render(self) -> bytes:
        """All metrics in Prometheus' text format, of all processes together."""
        with nullcontext() if self._folder is None else reading(self._folder):
            return generate_latest(self.registry)
