"""What a request must pass before it reaches a route: the right host, the rate, the token, a bounded body.

Plain ASGI layers, so that they also cover routes that do not exist. Each refuses with a problem.
"""

import asyncio
import hmac
import ipaddress
import time
from urllib.parse import urlsplit

from limits import RateLimitItem
from limits import parse as parse_rate
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.problems import ProblemError

OPEN_PATHS = frozenset({"/health", "/ready", "/version"})
UNCOUNTED_PATHS = OPEN_PATHS | {"/metrics"}
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_JSON_BODY = 4_000_000  # bytes; an answer with hundreds of citations has 0.2 MB
_IPV6_CLIENT_BITS = 64  # one IPv6 customer has a /64 and could send from any address of it


class Guard:
    """A layer that may refuse a request: subclasses say why in `check`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def check(self, _scope: Scope, _headers: Headers, /) -> None:
        """Raise ProblemError to refuse."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or answer with the problem."""
        if scope["type"] == "http":
            try:
                await self.check(scope, Headers(scope=scope))
            except ProblemError as error:
                response = problems.reply(problems.of_error(error), error.headers)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


class LoopbackGuard(Guard):
    """For an API without token on loopback: only this machine's own programs and pages.

    A web page elsewhere can make a browser send requests here, under a name of its own that resolves to
    127.0.0.1 (Host), or across origins (Origin). Neither has business with this store.
    """

    async def check(self, _scope: Scope, headers: Headers) -> None:
        """Refuse foreign hosts and origins."""
        host = _host_name("//" + headers.get("host", ""))
        if host not in LOOPBACK_NAMES:
            raise ProblemError(
                421,
                "wrong_host",
                "Without FINCHAT_API_TOKEN the API answers only under localhost, 127.0.0.1 or [::1].",
            )
        origin = headers.get("origin")
        if origin is not None and _host_name(origin) not in LOOPBACK_NAMES:
            raise ProblemError(
                403, "wrong_origin", "Without FINCHAT_API_TOKEN no page of another site may use the API."
            )


class RateGuard(Guard):
    """At most `rate` ("600/minute") requests from one client address; probes are not counted."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        super().__init__(app)
        self._rate: RateLimitItem = parse_rate(rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def check(self, scope: Scope, _headers: Headers) -> None:
        """Refuse what is above the rate."""
        if scope["path"] in UNCOUNTED_PATHS:
            return
        client = _client(scope)
        if await self._limiter.hit(self._rate, client):
            return
        window = await self._limiter.get_window_stats(self._rate, client)
        wait = max(1, round(window.reset_time - time.time()))
        raise ProblemError(
            429,
            "rate_limited",
            f"More than {self._rate}; try again in {wait} s (FINCHAT_API_RATE).",
            {"Retry-After": str(wait)},
        )


class TokenGuard(Guard):
    """Bearer token on everything but the probes."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        super().__init__(app)
        self._token = token.encode()

    async def check(self, scope: Scope, headers: Headers) -> None:
        """Refuse a missing or wrong token, in time that does not depend on how wrong it is."""
        if scope["path"] in OPEN_PATHS:
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("latin-1"), self._token)
        if scheme.lower() != "bearer" or not right:
            raise ProblemError(
                401,
                "unauthorized",
                "This API needs a bearer token: send the header Authorization: Bearer <token>.",
                {"WWW-Authenticate": 'Bearer realm="finchat"'},
            )


class BodyGuard(Guard):
    """Bounds a request's body: `uploads` bytes for multipart, less for JSON, chunked or not, and no pause
    longer than `pause` seconds between two pieces of it.
    """

    def __init__(self, app: ASGIApp, uploads: int, pause: float) -> None:
        super().__init__(app)
        self._uploads = uploads
        self._pause = pause

    async def check(self, _scope: Scope, headers: Headers) -> None:
        """Refuse what says itself that it is too large."""
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            raise ProblemError(400, "bad_request", "Content-Length is not a number.")
        if int(length) > self._limit(headers):
            raise self._too_large(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what really comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        left, ended = self._limit(headers), False

        async def counted() -> Message:
            nonlocal left, ended
            if ended:  # the rest of the talk is waiting for the client to go, which may take its time
                return await receive()
            try:
                async with asyncio.timeout(self._pause):
                    message = await receive()
            except TimeoutError as error:
                raise ProblemError(
                    408, "slow_body", f"No data for {self._pause:g} s; send the body at once."
                ) from error
            left -= len(message.get("body", b""))
            ended = not message.get("more_body", False)
            if left < 0:
                raise self._too_large(headers)
            return message

        await super().__call__(scope, counted, send)

    def _limit(self, headers: Headers) -> int:
        multipart = headers.get("content-type", "").startswith("multipart/form-data")
        return self._uploads if multipart else min(self._uploads, MAX_JSON_BODY)

    def _too_large(self, headers: Headers) -> ProblemError:
        limit = self._limit(headers)
        return ProblemError(
            413,
            "body_too_large",
            f"The body is larger than {limit} bytes (FINCHAT_API_MAX_BODY_MB bounds uploads).",
            {"Connection": "close"},  # the rest of the body is not read
        )


def _host_name(address: str) -> str | None:
    """The host in "//host:port" or an origin, lower case; None where there is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _client(scope: Scope) -> str:
    """What counts as one client: an IPv4 address, or an IPv6 /64."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _IPV6_CLIENT_BITS), strict=False))
