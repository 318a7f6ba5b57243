"""EDGAR's objects by URL, through the cache: documents are asked for once, lists only for newer ones."""

import threading
from typing import Any

from finchat_sec_qa.edgar.bodies import Kind, parse_json
from finchat_sec_qa.edgar.cache import RawCache
from finchat_sec_qa.edgar.web import Reply, Web
from finchat_sec_qa.ports import Clock

_LOCKS = 64  # a bound on memory; two URLs that share one only wait for each other


class Objects:
    """What EDGAR has under a URL. Every method gives None for what EDGAR does not have.

    Thread-safe: of many threads that need an object at once, one fetches it.
    """

    def __init__(self, web: Web, cache: RawCache, clock: Clock) -> None:
        self._web = web
        self._cache = cache
        self._clock = clock
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def cached(self, url: str) -> bytes | None:
        """What was fetched before, without asking; None also when nothing was."""
        entry = self._cache.entry(url)
        return self._cache.body(entry) if entry else None

    def unchanging(self, url: str, kind: Kind) -> bytes | None:
        """A document that never changes: asked for once, then from the cache. Raises SourceError."""
        with self._lock(url):
            body = self.cached(url)
            return body if body is not None else self._kept(url, self._web.get(url, kind))

    def current(self, url: str, kind: Kind) -> bytes | None:
        """A list that changes: from the cache when EDGAR says that it did not. Raises SourceError."""
        with self._lock(url):
            entry = self._cache.entry(url)
            body = self._cache.body(entry) if entry else None
            if entry is None or body is None:
                return self._kept(url, self._web.get(url, kind))
            reply = self._web.get(url, kind, etag=entry.etag, last_modified=entry.last_modified)
            return body if reply.unchanged else self._kept(url, reply)

    def current_json(self, url: str) -> Any:
        """The value of a JSON list, broken numbers as Decimal; None also for null. Raises SourceError."""
        body = self.current(url, "json")
        return None if body is None else parse_json(body, url)

    def _lock(self, url: str) -> threading.Lock:
        return self._locks[hash(url) % _LOCKS]

    def _kept(self, url: str, reply: Reply) -> bytes | None:
        if reply.body is None:
            return None
        fetched = self._clock.now().isoformat()
        self._cache.put(
            url,
            reply.body,
            etag=reply.etag,
            last_modified=reply.last_modified,
            content_type=reply.content_type,
            fetched=fetched,
        )
        return reply.body
