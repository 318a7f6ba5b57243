"""Uploaded files on their way to an ingest: into a folder of their own, under harmless names.

Nothing of what a client sends becomes a path: folders are cut off, odd characters replaced. The file's stem
is kept where it is harmless, because it names the filing. Archives are not unpacked.
"""

import asyncio
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from fastapi import Request
from starlette.datastructures import UploadFile

from api.problems import ProblemError

MAX_FILES = 50
AT_ONCE = 4
SUFFIXES = (".htm", ".html", ".xhtml", ".txt", ".xml", ".pdf")
_LONGEST_STEM = 100
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(given: str) -> str:
    """A file name without folders, of plain ASCII, with a suffix that is read.

    Raises ProblemError 415 for another suffix, 422 when nothing is left of the name.
    """
    name = PurePosixPath(PureWindowsPath(given).as_posix()).name
    stem, dot, suffix = name.rpartition(".")
    suffix = dot + suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError(
            415, "unsupported_format", f"{_shown(given)}: a filing's file ends in {', '.join(SUFFIXES)}."
        )
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    stem = _ODD.sub("_", plain).strip("._-")[:_LONGEST_STEM].rstrip("._-")
    if not stem:
        raise ProblemError(422, "bad_file_name", f"{_shown(given)}: the name has no letters or digits.")
    return stem + suffix


class Uploads:
    """Takes uploads in, a few at a time: each may fill the disk with the largest body that is allowed."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def receive(
        self, request: Request, max_bytes: int
    ) -> tuple[TemporaryDirectory[str], tuple[Path, ...]]:
        """A multipart body's files in a new folder, which the caller removes; each `max_bytes` at most.

        The body streams to temporary files; its size is bounded before it gets here. Raises ProblemError.
        """
        if self._places.locked():
            raise ProblemError(
                503, "busy", f"{AT_ONCE} uploads are coming in already.", {"Retry-After": "10"}
            )
        async with self._places:
            return await _received(request, max_bytes)


async def _received(request: Request, max_bytes: int) -> tuple[TemporaryDirectory[str], tuple[Path, ...]]:
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        return await asyncio.to_thread(_keep, _named(files, max_bytes))


def _named(files: Sequence[UploadFile], max_bytes: int) -> dict[str, UploadFile]:
    """The files by safe name. Raises ProblemError."""
    if not files:
        raise ProblemError(422, "no_files", "The form holds no file; send files as multipart/form-data.")
    named: dict[str, UploadFile] = {}
    for file in files:
        name = safe_name(file.filename or "")
        if (file.size or 0) > max_bytes:
            raise ProblemError(
                413, "file_too_large", f"{name}: larger than {max_bytes} bytes (FINCHAT_MAX_FILE_MB)."
            )
        if name in named:
            raise ProblemError(422, "bad_file_name", f"{name}: two files would have this name.")
        named[name] = file
    return named


def _keep(files: Mapping[str, UploadFile]) -> tuple[TemporaryDirectory[str], tuple[Path, ...]]:
    folder = TemporaryDirectory(prefix="finchat-upload-")
    paths = []
    try:
        for name, file in files.items():
            path = Path(folder.name) / name
            with path.open("xb") as target:
                shutil.copyfileobj(file.file, target)
            paths.append(path)
    except BaseException:
        folder.cleanup()
        raise
    return folder, tuple(paths)


def _shown(name: str) -> str:
    return ascii(name[:80])
