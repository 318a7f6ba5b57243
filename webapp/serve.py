"""Serves the pages with gunicorn until SIGTERM or SIGINT."""

import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError
from finchat_sec_qa.telemetry import logs
from finchat_sec_qa.telemetry.dead import sweep
from finchat_sec_qa.telemetry.web import WebMetrics, share
from webapp.app import create_app

THREADS = 8  # of each worker: a page waits for the API most of its time
GRACE_SECONDS = 10  # for pages in work when the server stops
LONGEST_REQUEST_LINE = 8190  # gunicorn's own limit; a question is in the address
_log = logging.getLogger("webapp")


class JsonLogger(Logger):  # type: ignore[misc]
    """Sends gunicorn's own messages through the program's log handler."""

    def setup(self, cfg: Config) -> None:
        """Take gunicorn's handlers away again."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of its command line; it owns the listening socket `descriptor`."""

    def __init__(
        self, app: Flask, settings: Settings, descriptor: int, metrics_folder: Path | None = None
    ) -> None:
        """`metrics_folder` is where the workers count; what those that ended left is swept up."""
        self._app = app
        self._options = {
            "bind": f"fd://{descriptor}",
            "workers": settings.web_workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": int(settings.api_timeout) + 30,
            "graceful_timeout": GRACE_SECONDS,
            "preload_app": True,
            "limit_request_line": LONGEST_REQUEST_LINE,
            "control_socket_disable": True,  # it wants a writable home; a container's root is read-only
            "forwarded_allow_ips": "",
            "loglevel": settings.log_level.lower(),
            "logger_class": JsonLogger,
            "proc_name": "finchat-web",
        }
        if metrics_folder is not None:
            self._options["child_exit"] = partial(_sweep, metrics_folder)
        super().__init__()

    def load_config(self) -> None:
        """Put the options into gunicorn's configuration."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app


def serve(settings: Settings) -> None:
    """Serve until told to stop; leaves by SystemExit, as gunicorn does. Raises ConfigError."""
    secrets = (settings.api_token.get_secret_value(),)
    logs.configure(settings.log_level, settings.log_format, secrets=secrets)
    with _metrics_folder() as folder:
        share(folder)
        app = create_app(settings, metrics=WebMetrics(settings.revision, folder))
        listener = listen(settings.web_host, settings.web_port)
        host, port = listener.getsockname()[:2]
        shown = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        _log.info("serving", extra={"address": shown, "api": settings.api_url})
        Server(app, settings, listener.detach(), folder).run()


def _sweep(folder: Path, arbiter: Arbiter, _ended: object) -> None:
    """Called by gunicorn's first process when a worker has ended and is no longer among its workers."""
    try:
        sweep(folder, {os.getpid(), *arbiter.WORKERS})
    except OSError as error:  # a full /tmp, say; gunicorn would end over it, and the next call tries again
        _log.warning("metrics of ended workers could not be added up: %s", error)


@contextmanager
def _metrics_folder() -> Iterator[Path]:
    """Where the workers count. It goes when the process that made it ends, not when a worker does."""
    try:
        folder = tempfile.mkdtemp(prefix="finchat-web-")
    except OSError as error:
        raise ConfigError("TMPDIR", f"names no folder for temporary files: {error}") from error
    maker = os.getpid()
    try:
        yield Path(folder)
    finally:
        if os.getpid() == maker:
            shutil.rmtree(folder, ignore_errors=True)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on the address. Raises ConfigError that says what to do when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except socket.gaierror as error:
        listener.close()
        raise ConfigError("FINCHAT_WEB_HOST", f"{host!r} is no address of this machine: {error}") from error
    except OSError as error:
        listener.close()
        raise ConfigError(
            "FINCHAT_WEB_PORT",
            f"cannot listen on {host}:{port} ({error.strerror}); "
            "stop the program that uses it or choose another port",
        ) from error
    return listener
