"""Serves the API with uvicorn until SIGTERM or SIGINT."""

import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import check_exposure, create_app
from api.protocol import BoundedProtocol
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError
from finchat_sec_qa.telemetry import logs
from finchat_sec_qa.wiring import Library

CONNECTIONS = 1_000  # beyond them uvicorn answers 503 itself
GRACE_SECONDS = 10  # for requests in work when the server stops
_log = logging.getLogger(__name__)


def serve(settings: Settings, library: Library | None = None) -> None:
    """Serve until told to stop; returns when all is closed.

    Raises ConfigError (exposure, address), StoreError when the store cannot be opened.
    """
    check_exposure(settings)
    with listen(settings.api_host, settings.api_port) as listener:
        secrets = (settings.api_token.get_secret_value(),)
        logs.configure(settings.log_level, settings.log_format, secrets=secrets)
        app = create_app(settings, library)
        app.state.service.open()  # here, so that a store that cannot be opened is an error and no traceback
        host, port = listener.getsockname()[:2]
        address = f"http://{_shown(host)}:{port}"
        _log.info("listening", extra={"address": address, "access": _access(settings)})
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        server = server_of(app)
        server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(1)  # uvicorn has logged why


def server_of(app: FastAPI) -> uvicorn.Server:
    """The server for an app, with its bounds on connections and time."""
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # an address that a client sends is not to be trusted
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=CONNECTIONS,
    )
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises ConfigError saying what to do when it cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (socket.gaierror, UnicodeError) as error:
        listener.close()
        raise ConfigError("FINCHAT_API_HOST", f"{host!r} is no address of this machine: {error}") from error
    except OSError as error:
        listener.close()
        raise ConfigError(
            "FINCHAT_API_PORT",
            f"cannot listen on {_shown(host)}:{port} ({error.strerror}); "
            "stop the program that uses it or choose another port",
        ) from error
    return listener


def _leave(_number: int, _frame: FrameType | None) -> None:
    """The signal that uvicorn raises the signal again when all is closed: leave as one who was asked to."""
    sys.exit(0)


def _access(settings: Settings) -> str:
    if settings.api_token.get_secret_value():
        return "bearer token"
    return "anyone who reaches it" if settings.open_beyond_loopback else "this machine only, no token set"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
