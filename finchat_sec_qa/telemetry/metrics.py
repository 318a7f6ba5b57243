"""The API's metrics: one `Metrics` per process, made where the program is built, never at import.

Every label has a small, fixed set of values: route templates (not paths), known methods, status classes,
refusal reasons, outcomes. What is outside of them is counted under one name.
"""

from pathlib import Path
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from finchat_sec_qa.model.answer import RefusalReason
from finchat_sec_qa.model.views import StoreInfo
from finchat_sec_qa.telemetry.container import ContainerCollector, DiskCollector
from finchat_sec_qa.telemetry.requests import BUCKETS, Requests, tell_build

_INGEST_OUTCOMES = ("stored", "unchanged", "failed")
_JOB_OUTCOMES = ("done", "failed")
_WITHOUT_REASON = ("answered", "failed", "busy", "timeout")


class Metrics:
    """Counts what one process does. Methods may be called from any thread. Times are seconds."""

    def __init__(self, revision: str = "", store: Path | None = None) -> None:
        """`store` is the store's folder, whose disk is watched."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(ContainerCollector())
        if store is not None:
            self.registry.register(DiskCollector(store))
        self._requests = Requests(self.registry)
        self._questions = Counter(
            "finchat_questions",
            "Questions by outcome; reason is empty unless refused",
            ("status", "reason"),
            registry=self.registry,
        )
        self._question_seconds = Histogram(
            "finchat_question_seconds",
            "Time to answer a question",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._ingested = Counter(
            "finchat_ingest_filings",
            "Filings by outcome of their ingest",
            ("outcome",),
            registry=self.registry,
        )
        self._jobs = Counter(
            "finchat_ingest_jobs", "Ingest jobs by how they ended", ("outcome",), registry=self.registry
        )
        self._begin()
        self._readable = self._gauge("finchat_store_readable", "1 when the store could be read")
        self._sizes = {
            "companies": self._gauge("finchat_store_companies", "Companies in the store"),
            "filings": self._gauge("finchat_store_filings", "Filings in the store"),
            "facts": self._gauge("finchat_store_facts", "XBRL facts in the store"),
            "passages": self._gauge("finchat_store_passages", "Searchable passages in the store"),
            "bytes": self._gauge("finchat_store_bytes", "Size of the store's directory in bytes"),
        }
        tell_build(self.registry, revision)

    def _begin(self) -> None:
        """Count from zero: a counter that appears with its first event has no rate then."""
        for status in _WITHOUT_REASON:
            self._questions.labels(status, "")
        for reason in get_args(RefusalReason):
            self._questions.labels("refused", reason)
        for outcome in _INGEST_OUTCOMES:
            self._ingested.labels(outcome)
        for outcome in _JOB_OUTCOMES:
            self._jobs.labels(outcome)

    def request(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request. `route` is the template ("/v1/filings/{id}"), None where none matched."""
        self._requests.count(route, method, status, seconds)

    def question(self, status: str, reason: str | None, seconds: float) -> None:
        """Count one question: status "answered", "refused" (with its reason), "failed", "busy", "timeout"."""
        self._questions.labels(status, reason or "").inc()
        self._question_seconds.observe(seconds)

    def ingested(self, outcome: str) -> None:
        """Count one filing of an ingest; outcomes other than stored, unchanged and failed are steps only."""
        if outcome in _INGEST_OUTCOMES:
            self._ingested.labels(outcome).inc()

    def job_ended(self, outcome: str) -> None:
        """Count one ingest job: "done" (filings of it may have failed) or "failed" as a whole."""
        self._jobs.labels(outcome).inc()

    def store(self, info: StoreInfo | None) -> None:
        """Note the store's size; None when it cannot be read (the last sizes stay)."""
        self._readable.set(0 if info is None else 1)
        if info is not None:
            for name, gauge in self._sizes.items():
                gauge.set(getattr(info, name))

    def render(self) -> bytes:
        """All metrics in Prometheus' text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry)
