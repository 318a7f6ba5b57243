"""Secrets in files, as detect-secrets sees them: by the form of known tokens, by keyword, by entropy.

detect-secrets keeps its settings in globals of the process, so it runs in processes of its own. Nothing is
sent anywhere to be verified, and no remark in a file turns a line off: exceptions have one place.
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

CHUNKS_PER_PROCESS = 8  # small enough that none is left waiting for the last


@dataclass(frozen=True, slots=True)
class Hit:
    """A likely secret: its kind as an id ("aws-access-key"), its line from 1, and its SHA-1, never itself."""

    file: str
    line: int
    kind: str
    sha1: str


def detect(files: Sequence[str]) -> list[Hit]:
    """What looks like a secret in these files; a file's ending tells how to read it. Not text: nothing."""
    if not files:
        return []
    workers = min(os.cpu_count() or 1, len(files))
    count = min(workers * CHUNKS_PER_PROCESS, len(files))
    chunks = [list(files[start::count]) for start in range(count)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return [hit for hits in pool.map(_scan, chunks) for hit in hits]


def _scan(files: list[str]) -> list[Hit]:
    from detect_secrets.core.scan import scan_file  # noqa: PLC0415 - only the workers need to load it
    from detect_secrets.settings import default_settings  # noqa: PLC0415 - the same

    with default_settings() as settings:
        settings.disable_filters("detect_secrets.filters.allowlist.is_line_allowlisted")
        return [
            Hit(name, found.line_number, found.type.lower().replace(" ", "-"), found.secret_hash)
            for name in files
            for found in scan_file(name)
        ]
