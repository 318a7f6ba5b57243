"""What never changes for a digest, kept between runs: documents, layers that were read, what came of them.

Documents are hashed when they are taken out, so nobody can plant one. The rest says what this program saw,
so the folder must be the caller's own. Signatures are never in here, and a scan only with its moment.
"""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

import delivery
from delivery.registry.documents import digest_of
from deploy.gate.errors import GateError

UNUSED = 45 * 24 * 3600  # seconds after which an entry that nobody used goes
_OTHERS_WRITE = 0o022


def default_folder() -> Path:
    """The caller's own folder for it, as the system has it ($XDG_CACHE_HOME, mostly ~/.cache)."""
    return platformdirs.user_cache_path("finchat-deploy") / "gate"


class Cache:
    """A folder of entries by key. What cannot be written is not kept; a damaged entry counts as absent."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where there is none. Raises GateError when others may write to it."""
        self._folder = folder
        with suppress(OSError):  # on a full or read-only disk the gate works without
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            held = folder.stat()
            if held.st_uid != os.getuid() or held.st_mode & _OTHERS_WRITE:
                raise GateError(
                    f"{folder}: others may write to this folder, so nothing in it can be believed; "
                    f"remove it, or `chmod 700 {folder}` after a look at who did"
                )

    def document(self, digest: str) -> bytes | None:
        """The document of that digest, checked; None without it."""
        body = self._read(self._place("document", digest))
        return body if body is not None and digest_of(body) == digest else None

    def keep_document(self, digest: str, body: bytes) -> None:
        """Keep it for the next run."""
        self._write(self._place("document", digest), body)

    def value(self, kind: str, *key: str) -> Any:
        """What was kept under that key by this version of the program, as JSON has it; None without it."""
        body = self._read(self._place(kind, code(), *key))
        with suppress(ValueError):
            return None if body is None else json.loads(body)
        return None

    def keep_value(self, kind: str, value: Any, *key: str) -> None:
        """Keep it for the next run."""
        self._write(self._place(kind, code(), *key), json.dumps(value, separators=(",", ":")).encode())

    def tidy(self) -> None:
        """Take out what was not used for UNUSED seconds."""
        oldest = time.time() - UNUSED
        with suppress(OSError):  # another run may tidy at the same moment
            for file in self._folder.iterdir():
                if file.stat().st_mtime < oldest:
                    file.unlink(missing_ok=True)

    def _place(self, kind: str, *key: str) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self._folder / f"{kind}-{name}"

    @staticmethod
    def _read(file: Path) -> bytes | None:
        try:
            body = file.read_bytes()
            os.utime(file)  # for `tidy`
        except OSError:
            return None
        return body

    def _write(self, file: Path, body: bytes) -> None:
        with suppress(OSError):  # the class says so
            number, path = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(number, "wb") as stream:
                    stream.write(body)
                Path(path).replace(file)
            finally:
                Path(path).unlink(missing_ok=True)


@cache
def code() -> str:
    """A digest of the programs that judge: what an older one came to is not believed."""
    folders = (
        Path(__file__).parent,
        *(Path(delivery.__path__[0]) / room for room in ("attest", "oci", "sbom")),
    )
    total = hashlib.sha256()
    for file in (each for folder in folders for each in sorted(folder.glob("*.py"))):
        total.update(file.read_bytes())
    return total.hexdigest()
