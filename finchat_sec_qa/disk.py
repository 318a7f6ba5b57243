"""Filings on a disk: which files of the given files and folders make up which filing.

A folder in EDGAR's layout (…/CIK/ACCESSION/…, the accession as 18 digits) is one filing. Anywhere else each
document is a filing of its own, and its file's stem is its id. Nothing is read before `DiskFiling.load`,
but the ends of full submissions.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from finchat_sec_qa.errors import LimitExceededError, ParseError, UsageError
from finchat_sec_qa.model.accession import dashed, document_url, is_accession, is_document_name, padded_cik
from finchat_sec_qa.model.companyfacts import is_file_name
from finchat_sec_qa.model.filing import SourceFile, SourceFiling

DOCUMENT_SUFFIXES = (".htm", ".html", ".pdf", ".xml", ".txt")
# Parts of a filing that EDGAR or XBRL tools make from its documents, and pages about it.
_NOT_DOCUMENTS = re.compile(
    r"R\d+\.(htm|xml) | .*\.xsd(\.xml)? | .*_(cal|def|lab|pre|ref)\.xml | FilingSummary\.xml | defnref\.xml"
    r" | .*-index(-headers)?\.html? | .*\.(jpg|gif|png)\.txt",
    re.IGNORECASE | re.VERBOSE,
)
_COMPANYFACTS = "companyfacts"  # the folder that has them on EDGAR
_ADDRESS = re.compile(r"(https?|ftp|file):/", re.IGNORECASE)
_ENDS = (b"</SEC-DOCUMENT>", b"-----END PRIVACY-ENHANCED MESSAGE-----")
_FILED = re.compile(rb"FILED AS OF DATE:\s*(\d{4})(\d{2})(\d{2})")
_INDEX_FILED = re.compile(rb"Filing Date</div>\s*<div[^>]*>\s*(\d{4})-(\d{2})-(\d{2})\s*<")
_HEADER_BYTES = 8_192
_INDEX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class DiskFiling:
    """One filing to be loaded. `problem` says why it cannot be, "" when nothing is known against it."""

    label: str
    id: str
    accession: str | None
    cik: str | None
    paths: tuple[Path, ...]
    max_bytes: int
    problem: str = ""

    def load(self) -> SourceFiling:
        """Read the files. Raises LimitExceededError for one above `max_bytes`, and ParseError."""
        if self.problem:
            raise ParseError(self.label, self.problem)
        files = tuple(self._file(path) for path in self.paths)
        return SourceFiling(
            label=self.label,
            id=self.id,
            accession=self.accession,
            cik=self.cik,
            files=files,
            filed=self._filed(files),
            url=files[0].url,
        )

    def _file(self, path: Path) -> SourceFile:
        url = None
        if self.cik and self.accession and is_document_name(path.name):
            url = document_url(self.cik, self.accession, path.name)
        return SourceFile(name=path.name, content=_read(path, self.max_bytes), url=url)

    def _filed(self, files: Sequence[SourceFile]) -> date | None:
        """The date of filing from a submission's header, else from EDGAR's index page beside the folder."""
        for file in files:
            found = _FILED.search(file.content[:_HEADER_BYTES])
            if found:
                return _date(found)
        if self.accession is None or self.cik is None:
            return None
        folder = self.paths[0].parent
        for place in (folder, folder.parent):
            page = place / f"{self.accession}-index.html"
            if page.is_file():
                found = _INDEX_FILED.search(_read(page, _INDEX_BYTES))
                return _date(found) if found else None
        return None


def find_filings(paths: Sequence[Path], *, max_bytes: int) -> tuple[Sequence[DiskFiling], int]:
    """The filings in files and folders, in the order of `paths`, and how many files are no documents.

    Links that lead out of a given folder are not followed. A file that is named itself is always taken,
    whatever its kind; companyfacts only so, or from a folder that is named so as on EDGAR: they tell of far
    more reports than the documents beside them. Of two filings with one id the first is kept, and the other
    fails to load, naming both.

    Raises UsageError for a path that does not exist and for an address.
    """
    named = [_checked(path) for path in paths]
    groups: dict[tuple[str, str], list[Path]] = {}
    unreadable: list[OSError] = []
    taken, passed = set[str](), set[str]()
    skipped = 0
    for path in named:
        for file, wanted in _files(path, unreadable):
            real = os.path.realpath(file)
            if real in taken or (real in passed and not wanted):
                continue
            if wanted:
                taken.add(real)
                skipped -= real in passed  # a file of a folder that is named itself as well
                groups.setdefault(_group(file), []).append(file)
            else:
                passed.add(real)
                skipped += 1
    filings = [_unreadable(error) for error in unreadable]
    by_id: dict[str, DiskFiling] = {}
    for members in groups.values():
        kept = _members(members)
        skipped += len(members) - len(kept)
        filings.append(_told_apart(_filing(kept, max_bytes), by_id))
    return tuple(filings), skipped


def _checked(path: Path) -> Path:
    text = str(path)
    if _ADDRESS.match(text):
        raise UsageError(_no_address(text))
    try:
        path.stat()
    except OSError as error:
        raise UsageError(f"{text}: no such file or folder ({error.strerror or error})") from error
    except ValueError as error:
        raise UsageError(f"{text!r}: no such file or folder ({error})") from error
    return path


def _no_address(text: str) -> str:
    advice = "give the ticker to fetch it from EDGAR (finchat ingest AAPL), or download the file first"
    viewed = re.search(r"ix\?doc=(/[^&#]*)", text)
    if viewed:
        return (
            f"{text}: that is EDGAR's viewer around a document, not the document, which is at"
            f" https://www.sec.gov{viewed.group(1)}; {advice}"
        )
    return f"{text}: that is an address, not a file on this machine; {advice}"


def _files(path: Path, unreadable: list[OSError]) -> Iterator[tuple[Path, bool]]:
    """Every file in a folder, in order of names, and whether it may be a document; a file is just itself.

    Folders that cannot be listed go to `unreadable`.
    """
    if not path.is_dir():
        yield path, True
        return
    root = Path(os.path.realpath(path))
    for folder, folders, names in os.walk(path, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            # realpath, because Path.resolve raises on links that lead in a circle
            inside = not file.is_symlink() or Path(os.path.realpath(file)).is_relative_to(root)
            facts = root.name == _COMPANYFACTS and is_file_name(name)
            yield file, inside and file.is_file() and (facts or _may_be_document(name))


def _may_be_document(name: str) -> bool:
    return (
        not name.startswith(".")
        and name.lower().endswith(DOCUMENT_SUFFIXES)
        and not _NOT_DOCUMENTS.fullmatch(name)
    )


def _group(file: Path) -> tuple[str, str]:
    """What keeps files of one filing together: the accession's folder, else the file itself."""
    folder = _accession_folder(file)
    return ("folder", str(folder)) if folder else ("file", os.path.realpath(file))


def _accession_folder(file: Path) -> Path | None:
    """The nearest folder above the file named by an accession's 18 digits inside one named by a CIK."""
    for folder in file.absolute().parents:
        if dashed(folder.name) and padded_cik(folder.parent.name):
            return folder
    return None


def _members(files: Sequence[Path]) -> Sequence[Path]:
    """The files to take of one filing, main document first; a whole submission makes the others needless."""
    if len(files) == 1:
        return files
    submissions = [file for file in files if _is_submission_name(file)]
    whole = [file for file in submissions if _is_whole(file)]
    if whole:
        return whole[:1]
    loose = [file for file in files if file not in submissions]
    return sorted(loose, key=_importance) or submissions[:1]


def _is_submission_name(file: Path) -> bool:
    return file.suffix.lower() == ".txt" and is_accession(file.stem)


def _is_whole(file: Path) -> bool:
    """True when a full submission ends as one does; a cut download does not."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 200))
            return stream.read().rstrip().endswith(_ENDS)
    except OSError:
        return False  # loading the other files, or failing to load this one, tells the reader


def _importance(file: Path) -> tuple[int, int, str]:
    """Sorts the main document first: pages before data, exhibits after others, then the larger."""
    name = file.name.lower()
    order = {".htm": 0, ".html": 0, ".pdf": 1, ".txt": 2, ".xml": 3}
    kind = order.get(file.suffix.lower(), 4)
    exhibit = bool(re.search(r"(?<![a-z])ex(?![a-z])|exhibit|xex\d", name))
    try:
        size = file.stat().st_size
    except OSError:
        size = 0
    return (kind + 10 * exhibit, -size, name)


def _filing(paths: Sequence[Path], max_bytes: int) -> DiskFiling:
    first = paths[0]
    folder = _accession_folder(first)
    if folder is None:
        stem = first.stem
        accession = stem if is_accession(stem) else None
        return DiskFiling(str(first), stem, accession, None, tuple(paths), max_bytes)
    accession = dashed(folder.name) or ""
    label = str(first if len(paths) == 1 else first.parent)
    return DiskFiling(label, accession, accession, padded_cik(folder.parent.name), tuple(paths), max_bytes)


def _unreadable(error: OSError) -> DiskFiling:
    folder = str(error.filename)
    return DiskFiling(folder, folder, None, None, (), 0, f"the folder cannot be listed: {error.strerror}")


def _told_apart(filing: DiskFiling, taken: dict[str, DiskFiling]) -> DiskFiling:
    other = taken.setdefault(filing.id, filing)
    if other is filing:
        return filing
    problem = (
        f'has the same id "{filing.id}" as {other.label}, which was taken; rename {filing.label} or ingest'
        " it into another store"
    )
    return DiskFiling(
        filing.label, filing.id, filing.accession, filing.cik, filing.paths, filing.max_bytes, problem
    )


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ParseError(str(path), "is not a plain file")
            content = b"" if status.st_size > max_bytes else stream.read(max_bytes + 1)
    except OSError as error:
        raise ParseError(str(path), f"cannot be read: {error.strerror or error}") from error
    if status.st_size > max_bytes or len(content) > max_bytes:
        raise LimitExceededError(
            str(path),
            f"has {status.st_size:,} bytes, more than the {max_bytes:,} allowed (FINCHAT_MAX_FILE_MB)",
        )
    return content


def _date(found: re.Match[bytes]) -> date | None:
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
