"""The history of builds: a file of JSON lines, one for each, in the order in which they were recorded."""

import os
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from delivery.metrics.errors import HistoryError
from delivery.metrics.record import Record


def read(path: Path) -> tuple[Record, ...]:
    """All records, oldest first; none when there is no such file.

    Raises HistoryError, which names file and line, for a line that is no record.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return ()
    return tuple(_record(line, f"{path}:{number}") for number, line in enumerate(body.splitlines(), start=1))


def append(path: Path, record: Record) -> tuple[Record, ...]:
    """Put the record at the end, and return those that stood before it.

    All or nothing, also when the machine stops meanwhile or others append at the same time. Raises
    HistoryError when a line cannot be read; then nothing is written, since the history is evidence.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f"{path.name}.lock")):
        before = read(path)
        body = path.read_bytes() if path.exists() else b""
        if body and not body.endswith(b"\n"):
            body += b"\n"
        replace(path, body + record.line().encode())
    return before


def replace(path: Path, body: bytes) -> None:
    """Write the whole file anew in one step: readers see the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with written.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _record(line: bytes, where: str) -> Record:
    try:
        return Record.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place}: {first['msg']}" if place else first["msg"]
        raise HistoryError(
            f"{where}: no record of a build ({reason}); mend or take out that line, or name another "
            "file with --history; nothing was written"
        ) from error
