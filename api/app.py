"""Builds the HTTP API: settings become guards, routes and a service; nothing happens at import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from api import openapi, problems
from api.guards import BodyGuard, LoopbackGuard, RateGuard, TokenGuard
from api.observe import Observe
from api.routes import ROUTERS
from api.service import Service
from api.traces import NoTraces, Traces
from api.workers import Workers
from finchat_sec_qa import config
from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError
from finchat_sec_qa.telemetry.build import program_version
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.wiring import Library

_MB = 1024 * 1024
_DESCRIPTION = (
    "Answers questions about SEC filings; every answer names the exact place in a stored filing that proves "
    "it. Numbers are decimal strings in base units. Errors are application/problem+json."
)


def create_app(settings: Settings | None = None, library: Library | None = None) -> FastAPI:
    """The API for these settings (from the environment when None).

    With `library` the app uses and does not close it; otherwise it opens the store when it starts. Raises
    ConfigError when the settings would open the API to other machines without a token.
    """
    settings = config.load() if settings is None else settings
    check_exposure(settings)
    service = Service(
        settings=settings,
        metrics=Metrics(settings.revision, settings.store),
        workers=Workers(settings.api_timeout),
        clock=SystemClock(),
        given=library,
        traces=_traces(settings),
    )
    app = FastAPI(
        title="FinChat-SEC-QA",
        version=program_version(),
        description=_DESCRIPTION,
        docs_url=None,  # the stock pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=_layers(settings, service),
    )
    app.state.service = service
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    openapi.describe(app)
    return app


def check_exposure(settings: Settings) -> None:
    """Refuse to listen beyond loopback without a token, unless a setting says that this is meant."""
    token = settings.api_token.get_secret_value()
    if settings.open_beyond_loopback and not token and not settings.api_anonymous:
        raise ConfigError(
            "FINCHAT_API_TOKEN",
            f"is not set, and FINCHAT_API_HOST={settings.api_host} lets other machines in; set a token, or "
            "FINCHAT_API_ANONYMOUS=true if anyone may use this store, or listen on 127.0.0.1",
        )


def _traces(settings: Settings) -> Traces:
    """Traces to the collector that the settings name, or nowhere."""
    if not settings.traces_url:
        return NoTraces()
    from api.otlp import OtlpTraces  # noqa: PLC0415 - a dozen modules that nobody needs otherwise

    return OtlpTraces(settings.traces_url, settings.revision)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store before the first request, close it after the last."""
    service: Service = app.state.service
    await asyncio.to_thread(service.open)
    try:
        yield
    finally:
        await asyncio.to_thread(service.close)


def _layers(settings: Settings, service: Service) -> list[Middleware]:
    """From the outside in: what is cheap and general refuses first."""
    token = settings.api_token.get_secret_value()
    layers = [Middleware(Observe, service.metrics, service.traces)]
    if not token and not settings.open_beyond_loopback:
        layers.append(Middleware(LoopbackGuard))
    layers.append(Middleware(RateGuard, settings.api_rate))
    if token:
        layers.append(Middleware(TokenGuard, token))
    layers.append(Middleware(BodyGuard, settings.api_max_body_mb * _MB, settings.api_timeout))
    return layers
