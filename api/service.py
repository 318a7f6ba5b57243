"""What all routes share, built once by `create_app`: the library, its threads, jobs, metrics."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.jobs import Jobs
from api.problems import ProblemError
from api.traces import NoTraces, Traces
from api.uploads import Uploads
from api.workers import Workers
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import FinChatError, NotFoundError
from finchat_sec_qa.model.views import StoreInfo
from finchat_sec_qa.ports import Clock
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.wiring import Library, require_writes

PROBE_SECONDS = 2.0  # how long a look at the store counts, so that probes cannot load it
STOP_SECONDS = 8.0
TRACES_SECONDS = 1.0
_log = logging.getLogger(__name__)


class StoreProbe:
    """Looks at the store for readiness and metrics, at most once every `PROBE_SECONDS`."""

    def __init__(self, library: Library, workers: Workers, metrics: Metrics, clock: Clock) -> None:
        self._library = library
        self._workers = workers
        self._metrics = metrics
        self._clock = clock
        self._until = float("-inf")
        self._problem = ""

    async def problem(self) -> str:
        """Why the store cannot be read, without internals; "" when it can. Metrics learn the sizes."""
        if self._clock.monotonic() >= self._until:
            self._problem = await self._look()
            self._until = self._clock.monotonic() + PROBE_SECONDS
        return self._problem

    async def _look(self) -> str:
        info: StoreInfo | None = None
        problem = ""
        try:
            info = await self._workers.run(self._library.info)
        except ProblemError as error:
            problem = error.detail
        except (FinChatError, OSError) as error:
            _log.warning("store not readable", exc_info=error)
            problem = f"the store cannot be read ({getattr(error, 'code', 'io')}); the server's log says why"
        self._metrics.store(info)
        return problem


@dataclass(slots=True)
class Service:
    """The running parts. `open` and `close` frame their life."""

    settings: Settings
    metrics: Metrics
    workers: Workers
    clock: Clock
    given: Library | None
    traces: Traces = field(default_factory=NoTraces)
    uploads: Uploads = field(default_factory=Uploads)
    _library: Library | None = None
    _jobs: Jobs | None = None
    _probe: StoreProbe | None = None

    @property
    def library(self) -> Library:
        """The library that requests read from."""
        assert self._library is not None, "the server has not started"  # noqa: S101 - lifespan runs first
        return self._library

    @property
    def jobs(self) -> Jobs:
        """The ingest jobs."""
        assert self._jobs is not None, "the server has not started"  # noqa: S101 - lifespan runs first
        return self._jobs

    @property
    def probe(self) -> StoreProbe:
        """The look at the store."""
        assert self._probe is not None, "the server has not started"  # noqa: S101 - lifespan runs first
        return self._probe

    def open(self) -> None:
        """Open the store and begin to work on jobs; nothing when that is done. Raises StoreError."""
        if self._library is not None:
            return
        self._library = self.given or _open_reader(self.settings)
        self._probe = StoreProbe(self._library, self.workers, self.metrics, self.clock)
        self._jobs = Jobs(self._writer_opener(), self.metrics, self.traces)
        self._jobs.start()

    def close(self) -> None:
        """End jobs after the filing in work and close what `open` opened."""
        self.workers.close()
        if not self.jobs.stop(STOP_SECONDS):
            _log.warning("an ingest did not end in time; finished filings are stored")
        if self.given is None:
            self.library.close()
        self.traces.close(TRACES_SECONDS)

    def require_writes(self) -> None:
        """Raise StoreReadOnlyError where the store may only be read, before a request is queued in vain."""
        if self.given is None:
            require_writes(self.settings)

    def _writer_opener(self) -> Callable[[], AbstractContextManager[Library]]:
        given = self.given
        if given is not None:
            return lambda: nullcontext(given)
        return lambda: Library.open(self.settings)


def _open_reader(settings: Settings) -> Library:
    """Readers do not hold the writer's lock, so `finchat ingest` works beside the server."""
    try:
        return Library.open(settings, read_only=True)
    except NotFoundError:
        if settings.store_readonly:
            raise
        Library.open(settings).close()  # the first start: make an empty store
        return Library.open(settings, read_only=True)


def service(request: Request) -> Service:
    """The app's service, for routes."""
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(service)]
