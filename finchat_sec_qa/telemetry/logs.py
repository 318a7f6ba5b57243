"""Log lines of the servers: one JSON object a line (or plain text), with the request's id, without secrets.

`configure` is called once by a program's entry point; libraries' loggers, uvicorn's included, go through
the same handler. `request_id` is set for the time of one request.
"""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")

LogFormat = Literal["json", "plain"]
HIDDEN = "[hidden]"
_OWN_FIELDS = frozenset({*RESERVED_ATTRS, "color_message"})  # uvicorn repeats its messages in colour
_BEARER = re.compile(r"(?i)\b(bearer)(\s+)[^\s\"',\\]+")
_SHORTEST_SECRET = 4  # hiding shorter strings would eat ordinary text
_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
_CHATTY = ("httpx", "httpcore", "asyncio", "sse_starlette", "python_multipart")


class Redactor:
    """Takes secrets out of text: bearer tokens of any kind, and the values it was made with."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)

    def clean(self, line: str) -> str:
        """The line with every secret replaced."""
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return _BEARER.sub(rf"\1\2{HIDDEN}", line)


class JsonLines(JsonFormatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, request_id, extra fields."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            reserved_attrs=sorted(_OWN_FIELDS),
        )
        self._redactor = redactor

    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        """Put time first and the request's id where there is one."""
        log_data["time"] = _time(record)
        super().add_fields(log_data, record, message_dict)
        if request := request_id.get():
            log_data["request_id"] = request

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line without secrets."""
        return self._redactor.clean(super().format(record))


class PlainLines(logging.Formatter):
    """Text for a person: time, level, logger, message, extra fields.

    Control characters are escaped, so that what a client sends cannot forge a line; only tracebacks span
    lines.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(message)s")
        self._redactor = redactor

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line without traceback."""
        request = request_id.get()
        own = _OWN_FIELDS | {"asctime"}
        extra = (f" {name}={value}" for name, value in vars(record).items() if name not in own)
        message = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in record.message + "".join(extra))
        suffix = f" [{request}]" if request else ""
        return f"{_time(record)} {record.levelname:<7} {record.name}: {message}{suffix}"

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets."""
        return self._redactor.clean(super().format(record))


def configure(
    level: str = "INFO",
    form: LogFormat = "json",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send all log records of `level` and above to `stream` (standard error if None), replacing what was set.

    `secrets` are strings that must never be written; bearer tokens are hidden in any case.
    """
    redactor = Redactor(secrets)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(redactor) if form == "json" else PlainLines(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _UVICORN:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    logging.getLogger("uvicorn.access").disabled = True  # the API writes its own line for each request
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
