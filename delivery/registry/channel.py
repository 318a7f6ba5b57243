"""Requests to one registry: encrypted unless on loopback, authenticated, retried, followed, limited in size.

Credentials go to the registry itself and to the token service it names, never along a redirect.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from delivery.registry.challenge import Challenge, parse_challenges
from delivery.registry.credentials import Credentials
from delivery.registry.documents import parse_object
from delivery.registry.errors import BadAnswerError, DeniedError, RegistryError, UnreachableError
from delivery.registry.reference import is_loopback

TOKEN_BYTES = 1 << 20
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_LONGEST_WAIT = 60.0  # seconds; a registry that asks for more is given up on
_LOGIN = "run docker login, or set REGISTRY_USERNAME and REGISTRY_PASSWORD"


class _PassingError(RegistryError):
    """An answer or failure that may be gone at the next attempt; `wait` in seconds, as the server asked."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try: `timeout` in seconds per wait for bytes, `attempts` in all, `sleep` between them."""

    timeout: float = 30.0
    attempts: int = 4
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `scope` names the right it needs, as token services write it; `limit` is in bytes.

    Without `keep` the body is hashed and counted as it comes, and not held.
    """

    method: str
    url: str
    scope: str
    limit: int
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with any status that says something: 2xx, 404, 405 …

    `digest` and `length` (bytes) are those of the whole body, also when it was not kept.
    """

    status: int
    headers: httpx.Headers
    body: bytes
    digest: str
    length: int


class Channel:
    """The way to the registry at `host`. Close it, or use it in a `with` block.

    `insecure` allows http to other machines; on loopback it is http anyway.
    """

    def __init__(
        self,
        host: str,
        credentials: Credentials | None = None,
        *,
        insecure: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.host = host
        self._plain = insecure or is_loopback(host)
        self.origin = f"{'http' if self._plain else 'https'}://{host}"
        self._credentials = credentials
        self._patience = patience or Patience()
        # A proxy that is set for the outside cannot reach this machine's loopback.
        self._http = httpx.Client(timeout=self._patience.timeout, trust_env=not is_loopback(host))
        self._authorization: dict[str, str] = {}

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def ask(self, ask: Ask) -> Reply:
        """The answer, read to its end; an answer cut off on the way is asked for again.

        Raises UnreachableError, DeniedError, and BadAnswerError for a body over `ask.limit`.
        """
        patience = self._patience
        retrying = Retrying(
            stop=stop_after_attempt(patience.attempts),
            wait=_wait,
            retry=retry_if_exception_type(_PassingError),
            sleep=patience.sleep,
            reraise=True,
        )
        try:
            return retrying(self._authorized, ask)
        except _PassingError as error:
            message = f"{error} ({patience.attempts} attempts); is {self.host} up, and its address right?"
            raise UnreachableError(message) from error

    def _authorized(self, ask: Ask) -> Reply:
        # Twice: a stored token may have expired, or there was none yet.
        for _ in range(2):
            with self._followed(ask) as response:
                if response.status_code == 403 or _origin(str(response.request.url)) != self.origin:
                    return self._allowed(_read(response, ask), response)
                if response.status_code != 401:
                    return _read(response, ask)
                challenges = parse_challenges(response.headers.get_list("www-authenticate"))
            self._authorization[ask.scope] = self._answer(challenges, ask)
        raise DeniedError(f"{self.host} refuses these credentials for {ask.scope}: {_LOGIN}")

    def _allowed(self, reply: Reply, response: httpx.Response) -> Reply:
        # A host that we were sent on to gets no credentials, whatever it asks for.
        if reply.status in {401, 403}:
            where = response.request.url.copy_with(query=None)
            raise DeniedError(f"{where}: status {reply.status}, no right to do that: {_LOGIN}")
        return reply

    @contextlib.contextmanager
    def _followed(self, ask: Ask) -> Iterator[httpx.Response]:
        """The answer after redirects, which storage back ends of registries use for blobs."""
        url = ask.url
        for _ in range(_MOST_REDIRECTS + 1):
            headers = dict(ask.headers)
            if _origin(url) == self.origin and ask.scope in self._authorization:
                headers["Authorization"] = self._authorization[ask.scope]
            with self._sent(ask.method, url, headers) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = str(httpx.URL(url).join(response.headers.get("location", "")))
            self._demand_encryption(url)
        raise BadAnswerError(f"{ask.url}: more than {_MOST_REDIRECTS} redirects")

    @contextlib.contextmanager
    def _sent(self, method: str, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        # Bodies are hashed as they are stored, so none may be packed for the way.
        request = self._http.build_request(method, url, headers={**headers, "Accept-Encoding": "identity"})
        where = f"{method} {request.url.copy_with(query=None)}"
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.status_code in _PASSING:
                    wait = _seconds(response.headers.get("retry-after", ""))
                    raise _PassingError(f"{where}: status {response.status_code}", wait)
                yield response
            finally:
                response.close()
        except httpx.TransportError as error:
            raise _PassingError(f"{where}: {error or type(error).__name__}") from error

    def _answer(self, challenges: tuple[Challenge, ...], ask: Ask) -> str:
        for challenge in challenges:
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                return f"Bearer {self._token(challenge, ask)}"
            if challenge.scheme == "basic" and self._credentials:
                return self._credentials.basic
        raise DeniedError(f"{self.host} wants credentials for {ask.scope}: {_LOGIN}")

    def _token(self, challenge: Challenge, ask: Ask) -> str:
        realm = challenge.parameters["realm"]
        self._demand_encryption(realm)
        query = {"scope": challenge.parameters.get("scope") or ask.scope}
        query |= {key: challenge.parameters[key] for key in ("service",) if key in challenge.parameters}
        headers = {"Authorization": self._credentials.basic} if self._credentials else {}
        with self._sent("GET", str(httpx.URL(realm).copy_merge_params(query)), headers) as response:
            reply = _read(response, Ask("GET", realm, ask.scope, TOKEN_BYTES))
        if reply.status != 200:
            raise DeniedError(f"{realm} gives no token for {ask.scope} (status {reply.status}): {_LOGIN}")
        data = parse_object(reply.body, realm)
        token = data.get("token") or data.get("access_token")
        if not isinstance(token, str) or not token.isprintable():
            raise BadAnswerError(f"{realm}: the answer holds no token")
        return token

    def _demand_encryption(self, url: str) -> None:
        parts = urlsplit(url)
        allowed = {"https", "http"} if self._plain or is_loopback(parts.netloc) else {"https"}
        if parts.scheme not in allowed or not parts.hostname:
            message = f"{self.host} sends us on to {url}, which is not https; --insecure would allow it"
            raise BadAnswerError(message)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _PassingError) else 0.0
    return max(asked, float(wait_exponential(multiplier=0.25, max=8)(state)))


def _seconds(retry_after: str) -> float:
    # A date is allowed too; the exponential wait serves then.
    return min(float(retry_after), _LONGEST_WAIT) if retry_after.isdecimal() else 0.0


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(response: httpx.Response, ask: Ask) -> Reply:
    pieces: list[bytes] = []
    digest, length = hashlib.sha256(), 0
    for piece in response.iter_raw():
        length += len(piece)
        if length > ask.limit:
            raise BadAnswerError(f"{ask.url}: more than {ask.limit:,} bytes came, which is no answer to this")
        digest.update(piece)
        if ask.keep:
            pieces.append(piece)
    shown = f"sha256:{digest.hexdigest()}"
    return Reply(response.status_code, response.headers, b"".join(pieces), shown, length)
