"""Ingest jobs: one worker thread takes them from a bounded queue; what became of them is kept for a while.

The store's writer is opened for one job and closed after it, so that other programs can write in between.
"""

import contextvars
import logging
import queue
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from api.problems import ProblemError
from api.traces import NoTraces, Traces
from finchat_sec_qa.errors import FinChatError, NotFoundError
from finchat_sec_qa.model.progress import OnProgress, Progress
from finchat_sec_qa.model.views import IngestReport, JobView
from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.wiring import Library

WAITING = 8  # jobs; each may hold uploads of the largest size on disk
KEPT = 200  # finished jobs that can still be asked for
_log = logging.getLogger(__name__)

Work = Callable[[Library, OnProgress], IngestReport]


class StoppedError(Exception):
    """Raised inside an ingest, between two filings, when the server stops."""


@dataclass(slots=True)
class Job:
    """One ingest. `held` is closed when the job ends (it holds uploaded files); `hidden` is a path of this
    machine that views leave out.
    """

    id: str
    work: Work
    held: ExitStack
    hidden: str
    request: str
    # Of the request that asked for it: its trace goes on here.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    state: JobView = field(init=False)

    def __post_init__(self) -> None:
        self.state = JobView(
            id=self.id, state="queued", done=0, total=None, current="", report=None, error=None
        )


class Jobs:
    """The queue and its worker. `start` and `stop` frame its life; other methods may come from any thread."""

    def __init__(
        self,
        open_writer: Callable[[], AbstractContextManager[Library]],
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        self._open_writer = open_writer
        self._metrics = metrics
        self._traces = traces or NoTraces()
        self._queue: queue.Queue[Job | None] = queue.Queue(WAITING)
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        # a daemon: a filing that takes minutes must not keep a stopping server; the store survives it
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, wait: float) -> bool:
        """Stop after the filing in work, within `wait` seconds; False when it takes longer."""
        self._stopping.set()
        try:
            self._queue.put_nowait(None)  # wakes an idle worker; a full queue wakes it too
        except queue.Full:
            _log.info("stopping with jobs waiting", extra={"waiting": self._queue.qsize()})
        self._thread.join(wait)
        return not self._thread.is_alive()

    def submit(self, work: Work, held: ExitStack | None = None, hidden: str = "") -> JobView:
        """Queue an ingest. Raises ProblemError 503 when the queue is full; then `held` is closed."""
        job = Job(secrets.token_hex(8), work, held or ExitStack(), hidden, request_id.get())
        with self._lock:
            try:
                self._queue.put_nowait(job)
            except queue.Full:
                job.held.close()
                raise ProblemError(
                    503, "queue_full", f"{WAITING} ingest jobs wait already.", {"Retry-After": "30"}
                ) from None
            self._jobs[job.id] = job
            self._forget()
            return job.state

    def view(self, job_id: str) -> JobView:
        """How far a job is. Raises NotFoundError."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise NotFoundError(f"no ingest job {job_id!r}; the last {KEPT} are kept until a restart")
            return job.state

    def _forget(self) -> None:
        """Drop the oldest finished jobs. Needs the lock."""
        finished = [job.id for job in self._jobs.values() if job.state.state in ("done", "failed")]
        for job_id in finished[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[job_id]

    def _run(self) -> None:
        while not self._stopping.is_set():
            job = self._queue.get()
            if job is not None:
                job.context.run(self._traced, job)

    def _traced(self, job: Job) -> None:
        with self._traces.span("ingest") as span:
            self._do(job)
            report = job.state.report
            span.note(job=job.id, state=job.state.state, done=job.state.done)
            if report is not None:
                span.note(stored=len(report.stored), failed=len(report.failed))
            else:
                span.failed("ingest")

    def _do(self, job: Job) -> None:
        token = request_id.set(job.request)
        self._change(job, state="running")
        try:
            with job.held, self._open_writer() as library:
                report = job.work(library, lambda step: self._heard(job, step))
            self._change(job, state="done", report=_without(report, job.hidden), current="")
        except StoppedError:
            self._change(job, state="failed", error="the server stopped; what was stored stays stored")
        except FinChatError as error:
            self._change(job, state="failed", error=_hide(str(error), job.hidden))
        except Exception:  # noqa: BLE001 - one job's failure, logged below, must not end the worker
            _log.exception("ingest job failed", extra={"job": job.id})
            error_text = f"the server failed; its log says why under request id {job.request}"
            self._change(job, state="failed", error=error_text)
        finally:
            request_id.reset(token)
            self._metrics.job_ended(job.state.state)
            _log.info("ingest job ended", extra={"job": job.id, "state": job.state.state})

    def _heard(self, job: Job, step: Progress) -> None:
        self._metrics.ingested(step.outcome)
        self._change(job, done=step.done, total=step.total, current=_hide(step.label, job.hidden))
        if self._stopping.is_set():
            raise StoppedError

    def _change(self, job: Job, **changes: object) -> None:
        with self._lock:
            job.state = job.state.model_copy(update=changes)


def _hide(text: str, path: str) -> str:
    """Take the server's own folder out of a message."""
    return text.replace(path, "") if path else text


def _without(report: IngestReport, path: str) -> IngestReport:
    failed = tuple(
        each.model_copy(update={"label": _hide(each.label, path), "reason": _hide(each.reason, path)})
        for each in report.failed
    )
    warnings = tuple(_hide(text, path) for text in report.warnings)
    return report.model_copy(update={"failed": failed, "warnings": warnings})
