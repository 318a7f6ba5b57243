"""The servers' metrics: one `Metrics` per process, made where the program is built, never at import.

Every label has a small, fixed set of values: route templates (not paths), known methods, status classes,
refusal reasons, outcomes. What is outside of them is counted under one name.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from finchat_sec_qa.model.views import StoreInfo
from finchat_sec_qa.telemetry.build import program_version, python_version

CONTENT_TYPE = CONTENT_TYPE_LATEST
UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_INGEST_OUTCOMES = ("stored", "unchanged", "failed")


class Metrics:
    """Counts what one process does. Methods may be called from any thread. Times are seconds."""

    def __init__(self, revision: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Histogram(
            "finchat_http_request_seconds",
            "Time to answer an HTTP request, until its last byte",
            ("route", "method", "status"),
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._questions = Counter(
            "finchat_questions",
            "Questions by outcome; reason is empty unless refused",
            ("status", "reason"),
            registry=self.registry,
        )
        self._question_seconds = Histogram(
            "finchat_question_seconds",
            "Time to answer a question",
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._ingested = Counter(
            "finchat_ingest_filings",
            "Filings by outcome of their ingest",
            ("outcome",),
            registry=self.registry,
        )
        for outcome in _INGEST_OUTCOMES:
            self._ingested.labels(outcome)
        self._readable = self._gauge("finchat_store_readable", "1 when the store could be read")
        self._sizes = {
            "companies": self._gauge("finchat_store_companies", "Companies in the store"),
            "filings": self._gauge("finchat_store_filings", "Filings in the store"),
            "facts": self._gauge("finchat_store_facts", "XBRL facts in the store"),
            "passages": self._gauge("finchat_store_passages", "Searchable passages in the store"),
            "bytes": self._gauge("finchat_store_bytes", "Size of the store's directory in bytes"),
        }
        build = Info("finchat_build", "Which program this is", registry=self.registry)
        build.info({"version": program_version(), "revision": revision, "python": python_version()})

    def request(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request. `route` is the template ("/v1/filings/{id}"), None where none matched."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route or UNMATCHED, method, f"{status // 100}xx").observe(seconds)

    def question(self, status: str, reason: str | None, seconds: float) -> None:
        """Count one question: status "answered", "refused" (with its reason), "failed", "busy", "timeout"."""
        self._questions.labels(status, reason or "").inc()
        self._question_seconds.observe(seconds)

    def ingested(self, outcome: str) -> None:
        """Count one filing of an ingest; outcomes other than stored, unchanged and failed are steps only."""
        if outcome in _INGEST_OUTCOMES:
            self._ingested.labels(outcome).inc()

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
