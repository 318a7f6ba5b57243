"""What was fetched from EDGAR, on disk: bodies by their SHA-256, and which URL gave which body.

    bodies/ab/ab12….       the bytes as they came, unpacked
    urls/cd/cd34….json     one entry per URL: sha256, size, etag, last_modified, content_type, fetched
    notes/ef/ef56….json    small JSON notes by key

Every file is written beside its place and then moved there, so that a killed process leaves whole files
only; a body is checked against its name whenever it is read, and one that does not fit counts as absent.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from finchat_sec_qa.errors import SourceError

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one fetched URL; `fetched` is an ISO time, the strings are "" where not sent."""

    url: str
    sha256: str
    size: int
    etag: str
    last_modified: str
    content_type: str
    fetched: str


class RawCache:
    """A cache in one directory; several threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entry(self, url: str) -> Entry | None:
        """What was fetched from that URL, None when nothing was or its entry cannot be read."""
        value = self._read_json(self._place("urls", _digest(url)))
        try:
            entry = Entry(**value)
        except TypeError:
            return None
        return entry if entry.url == url and _SHA256.fullmatch(str(entry.sha256)) else None

    def body(self, entry: Entry) -> bytes | None:
        """The bytes of an entry; None when they are gone or no longer what they were."""
        try:
            body = self._body_path(entry.sha256).read_bytes()
        except OSError:
            return None
        return body if hashlib.sha256(body).hexdigest() == entry.sha256 else None

    def put(
        self,
        url: str,
        body: bytes,
        *,
        etag: str = "",
        last_modified: str = "",
        content_type: str = "",
        fetched: str = "",
    ) -> Entry:
        """Keep a body that has been checked. Raises SourceError when the directory cannot be written."""
        sha256 = hashlib.sha256(body).hexdigest()
        entry = Entry(url, sha256, len(body), etag, last_modified, content_type, fetched)
        self._write(self._body_path(sha256), body)  # first: an entry never names a body that is not there
        self._write(self._place("urls", _digest(url)), json.dumps(asdict(entry)).encode())
        return entry

    def note(self, key: str) -> Mapping[str, Any]:
        """A note, empty when there is none."""
        value = self._read_json(self._place("notes", _digest(key)))
        return value if value.get("key") == key else {}

    def put_note(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a note in place of an older one. Raises SourceError when it cannot be written."""
        self._write(self._place("notes", _digest(key)), json.dumps({**value, "key": key}).encode())

    def _body_path(self, sha256: str) -> Path:
        return self._folder / "bodies" / sha256[:2] / sha256

    def _place(self, room: str, digest: str) -> Path:
        return self._folder / room / digest[:2] / f"{digest}.json"

    @staticmethod
    def _read_json(path: Path) -> dict[str, Any]:
        try:
            value = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return {}  # not there, or damaged: fetched again
        return value if isinstance(value, dict) else {}

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        temporary = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".part-", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).replace(path)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            raise SourceError(
                f"cannot write to EDGAR's cache at {path.parent}: {error.strerror or error}; make room there"
                " or name another directory in FINCHAT_EDGAR_CACHE"
            ) from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
