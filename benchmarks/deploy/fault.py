"""Runs in an image that is meant to fail: the API as it is, with the fault that the variable FAULT names.

ends        the program ends before it listens
late        it listens some seconds after it started, and is sound then
unhealthy   /health says 503
errors      three of ten requests of the API fail
slow        every request of the API takes ten times as long, and FAULT_LEAST seconds longer at the least
crash       the process ends by itself, a while after its first request through a proxy
"""

import asyncio
import itertools
import os
import random
import sys
import time

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import serve
from api.app import create_app
from finchat_sec_qa.config import Settings
from finchat_sec_qa.wiring import Library

FAULT = os.environ["FAULT"]
LEAST = float(os.environ["FAULT_LEAST"])
CRASH_AT = 40
LATE = 5.0  # seconds
SOUND = 4  # the pages ask as many before users come
_asked = itertools.count(1)


class Fault:
    """The innermost layer, so that metrics and logs see it as they would see a mistake of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Fail, or hand on."""
        path = scope.get("path", "")
        if FAULT == "unhealthy" and path == "/health":
            await answer(send, 503)
            return
        ours = path.startswith(("/v1/", "/version"))
        users = by_proxy(scope)
        if FAULT == "crash" and users and next(_asked) >= CRASH_AT:
            os._exit(1)
        if FAULT == "errors" and ours and users and next(_asked) > SOUND and random.random() < 0.3:  # noqa: S311 - no secret
            await answer(send, 500)
            return
        await self.app(scope, receive, send)


class Slow:
    """Holds every message of the answer back until it took ten times as long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and wait."""
        began: float = time.monotonic()
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        users = by_proxy(scope)
        if not users:
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, hold)
        await asyncio.sleep(max(LEAST, 9 * (time.monotonic() - began)))
        for message in held:
            await send(message)


def by_proxy(scope: Scope) -> bool:
    """Whether a user asks; health checks and Prometheus have no such header."""
    return any(name == b"x-request-id" for name, _ in scope.get("headers", ()))


async def answer(send: Send, status: int) -> None:
    """An empty answer."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def faulty_app(settings: Settings | None = None, library: Library | None = None) -> FastAPI:
    """The API as it is, with the fault in its middle."""
    app = create_app(settings, library)
    app.user_middleware.append(Middleware(Slow if FAULT == "slow" else Fault))
    return app


serve.create_app = faulty_app  # type: ignore[attr-defined]  # in its place, as a mistake of ours would be

if __name__ == "__main__":
    if FAULT == "ends":
        sys.exit("this program ends on purpose")
    if FAULT == "late":
        time.sleep(LATE)
    from api.__main__ import main

    sys.exit(main())
