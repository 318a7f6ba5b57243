"""A layer's blob as the tar inside it: plain, gzip or zstd, told apart by its first bytes."""

import gzip
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from delivery.oci.blobs import CHUNK, Hashed
from delivery.oci.errors import UnreadableError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# Memory that a zstd frame may ask for; the format allows gigabytes.
ZSTD_MEMORY = "--memory=256MB"


class _Prefixed:
    """A stream whose first bytes were looked at already."""

    def __init__(self, head: bytes, rest: Hashed) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1) -> bytes:
        """Up to that many bytes; all that is left for a negative size."""
        if not self._head:
            return self._rest.read(size)
        cut = len(self._head) if size < 0 else size
        head, self._head = self._head[:cut], self._head[cut:]
        return head + self._rest.read() if size < 0 else head


@contextmanager
def opened(blob: Hashed) -> Iterator[IO[bytes]]:
    """The tar in that blob, as a stream. Raises UnreadableError for a broken or unknown compression."""
    head = blob.read(len(ZSTD))
    stream = _Prefixed(head, blob)
    try:
        if head.startswith(GZIP):
            with gzip.GzipFile(fileobj=stream, mode="rb") as plain:  # type: ignore[call-overload] # reads only
                yield plain
        elif head == ZSTD:
            with _zstd(stream.read) as plain:
                yield plain
        else:
            yield stream  # type: ignore[misc] # a reader, which is all that is used of it
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UnreadableError(f"a layer's compression is broken: {error}") from error


@contextmanager
def _zstd(read: Callable[[int], bytes]) -> Iterator[IO[bytes]]:
    """Through the `zstd` program, since Python 3.11 has no module for it."""
    try:
        program = subprocess.Popen(
            ["zstd", "-dcq", ZSTD_MEMORY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise UnreadableError("a layer is compressed with zstd; install the program zstd") from error
    failed: list[Exception] = []
    with program:
        feeder = threading.Thread(target=_feed, args=(read, program.stdin, failed))
        feeder.start()
        try:
            yield program.stdout  # type: ignore[misc] # a pipe was asked for
            complaint = program.stderr.read().decode("utf-8", "replace") if program.stderr else ""
        except BaseException:
            program.kill()
            raise
        finally:
            feeder.join()
    if failed:
        raise failed[0]
    if program.returncode:
        raise UnreadableError(f"a layer's compression is broken: {complaint.strip()}")


def _feed(read: Callable[[int], bytes], pipe: IO[bytes] | None, failed: list[Exception]) -> None:
    """Everything there is to read, into the pipe; what goes wrong is kept for the reading thread."""
    if pipe is None:
        return
    try:
        with suppress(BrokenPipeError), pipe:
            while body := read(CHUNK):
                pipe.write(body)
    except Exception as error:  # noqa: BLE001 - a thread's error is raised again by the thread that waits for it
        failed.append(error)
