"""A small client of the OCI distribution API: tags, manifests, blobs, deletion; trusts no byte that comes."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urljoin, urlsplit

from delivery.registry.channel import Ask, Channel, Reply
from delivery.registry.documents import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    Manifest,
    parse_manifest,
    parse_object,
)
from delivery.registry.errors import AbsentError, BadAnswerError, DeletionDisabledError, RegistryError
from delivery.registry.reference import is_digest, is_tag, parse_digest

MANIFEST_BYTES = 4 << 20  # what the specification asks registries to take at least
CONFIG_BYTES = 8 << 20
PAGE_TAGS = 500
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel\s*=\s*"?next"?', re.IGNORECASE)
_MOST_PAGES = 10_000
_ACCEPT = {"Accept": ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))}
_ALLOW_DELETION = (
    "nothing was deleted by this request. registry:2 deletes when started with "
    "REGISTRY_STORAGE_DELETE_ENABLED=true; other registries have an interface of their own for it"
)


class Registry:
    """Repositories of the registry behind a channel. Every method raises RegistryError's branches."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def host(self) -> str:
        """The registry's host, with its port where one was given."""
        return self._channel.host

    def tags(self, repository: str) -> tuple[str, ...]:
        """All tags, over as many pages as there are, sorted.

        Raises AbsentError for an unknown repository, BadAnswerError for a page that leads in a circle or to
        another host.
        """
        found: set[str] = set()
        for page in self._pages(repository):
            names = parse_object(page.body, f"{self.host}/{repository}: list of tags").get("tags") or []
            if not isinstance(names, list) or not all(is_tag(str(name)) for name in names):
                raise BadAnswerError(f"{self.host}/{repository}: the list of tags holds something else")
            found.update(names)
        return tuple(sorted(found))

    def manifest(self, repository: str, reference: str) -> Manifest:
        """The manifest or index that a tag or digest names; its bytes have the digest that was asked for.

        Raises AbsentError, BadAnswerError.
        """
        where = self._name(repository, reference)
        url = self._url(repository, "manifests", reference)
        reply = self._expect(Ask("GET", url, _pull(repository), MANIFEST_BYTES, _ACCEPT), where)
        told = reply.headers.get("docker-content-digest", reply.digest)
        wanted = reference if is_digest(reference) else told
        if reply.digest != wanted:
            raise BadAnswerError(f"{where}: the bytes that came have digest {reply.digest}, not {wanted}")
        return parse_manifest(reply.body, where, reply.headers.get("content-type", ""))

    def holds(self, repository: str, digest: str) -> bool:
        """True when the registry has a manifest of that digest in the repository, False when it says not."""
        url = self._url(repository, "manifests", parse_digest(digest))
        try:
            self._expect(Ask("HEAD", url, _pull(repository), 0, _ACCEPT), self._name(repository, digest))
        except AbsentError:
            return False
        return True

    def blob(self, repository: str, blob: Descriptor) -> bytes:
        """The bytes of a small blob, checked against size and digest. Raises AbsentError, BadAnswerError."""
        where = self._name(repository, blob.digest)
        ask = Ask("GET", self._url(repository, "blobs", blob.digest), _pull(repository), CONFIG_BYTES)
        reply = self._expect(ask, where)
        _check(reply, blob, where)
        return reply.body

    def check_blob(self, repository: str, blob: Descriptor, *, read: bool) -> None:
        """Return when the blob is there with the size its manifest names; `read` checks all its bytes.

        Raises AbsentError, BadAnswerError.
        """
        where = self._name(repository, blob.digest)
        url, scope = self._url(repository, "blobs", blob.digest), _pull(repository)
        if read:
            limit = max(blob.size, MANIFEST_BYTES)  # an error's text may be longer than a small blob
            _check(self._expect(Ask("GET", url, scope, limit, keep=False), where), blob, where)
            return
        length = self._expect(Ask("HEAD", url, scope, 0), where).headers.get("content-length", str(blob.size))
        if length != str(blob.size):
            raise BadAnswerError(f"{where}: the registry has {length} bytes, the manifest says {blob.size}")

    def delete(self, repository: str, digest: str) -> None:
        """Delete the manifest of that digest, and so every tag that points to it; none there is no error.

        Raises DeletionDisabledError, DeniedError.
        """
        where = self._name(repository, parse_digest(digest))
        scope = f"repository:{repository}:delete"
        url = self._url(repository, "manifests", digest)
        reply = self._channel.ask(Ask("DELETE", url, scope, MANIFEST_BYTES))
        if reply.status == 405 or "UNSUPPORTED" in _codes(reply):
            message = f"{where}: {self.host} does not delete over this API; {_ALLOW_DELETION}"
            raise DeletionDisabledError(message)
        if reply.status not in {200, 202, 204, 404}:
            raise RegistryError(f"{where}: not deleted: {_status(reply)}")

    def _pages(self, repository: str) -> Iterator[Reply]:
        url = self._url(repository, "tags", "list") + "?" + urlencode({"n": PAGE_TAGS})
        seen: set[str] = set()
        name = f"{self.host}/{repository}"
        while url not in seen and len(seen) < _MOST_PAGES:
            seen.add(url)
            reply = self._expect(Ask("GET", url, _pull(repository), MANIFEST_BYTES), name)
            yield reply
            following = _NEXT.search(reply.headers.get("link", ""))
            if following is None:
                return
            url = urljoin(url, following[1])
            if urlsplit(url)[:2] != urlsplit(self._channel.origin)[:2]:
                raise BadAnswerError(f"{name}: the list of tags goes on at another host: {url}")
        raise BadAnswerError(f"{name}: the list of tags does not end")

    def _expect(self, ask: Ask, where: str) -> Reply:
        reply = self._channel.ask(ask)
        if reply.status == 404:
            raise AbsentError(f"{where}: not in the registry ({_status(reply)})")
        if reply.status != 200:
            raise BadAnswerError(f"{where}: {_status(reply)}")
        return reply

    def _url(self, repository: str, kind: str, reference: str) -> str:
        return f"{self._channel.origin}/v2/{quote(repository)}/{kind}/{quote(reference, safe=':')}"

    def _name(self, repository: str, reference: str) -> str:
        return f"{self.host}/{repository}{'@' if is_digest(reference) else ':'}{reference}"


def _pull(repository: str) -> str:
    return f"repository:{repository}:pull"


def _check(reply: Reply, blob: Descriptor, where: str) -> None:
    if (reply.digest, reply.length) != (blob.digest, blob.size):
        found = f"{reply.length} bytes of digest {reply.digest}"
        raise BadAnswerError(f"{where}: {found} came, the manifest says {blob.size} bytes")


def _status(reply: Reply) -> str:
    return " ".join(["status", str(reply.status), *_codes(reply)])


def _codes(reply: Reply) -> list[str]:
    """The error codes that the registry gives, as the specification lists them; none when it says nothing."""
    try:
        errors = json.loads(reply.body or b"{}")["errors"]
        return [str(error["code"]) for error in errors]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
