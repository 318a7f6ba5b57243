"""What a request carries from server to server: its id, and the trace that it is part of.

Both come from whoever asks, a proxy as a rule, and are taken over only where they are well-formed, since they
end in log lines and headers.
"""

import re
import secrets
from contextvars import ContextVar

from finchat_sec_qa.telemetry.logs import request_id

REQUEST_ID = "X-Request-ID"
TRACEPARENT = "traceparent"  # W3C Trace Context
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def id_of(given: str | None) -> str:
    """The id that came with a request where it is harmless, else a new one."""
    return given if given and _ID.fullmatch(given) else secrets.token_hex(8)


def trace_of(given: str | None) -> str:
    """The trace that a request says it is part of; "" where it says none, or nothing well-formed."""
    return given if given and _TRACE.fullmatch(given) and not given.startswith("ff") else ""


def passed_on() -> dict[str, str]:
    """The headers that a call of another server carries on behalf of the present request."""
    carried = {REQUEST_ID: request_id.get(), TRACEPARENT: traceparent.get()}
    return {name: value for name, value in carried.items() if value}
