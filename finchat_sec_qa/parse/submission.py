"""EDGAR full-submission files: one text file that wraps all documents of a filing in SGML tags."""

import re
from dataclasses import dataclass
from datetime import date

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Deadline, Limits

_MAX_DOCUMENTS = 5_000
_HEADER_BYTES = 200_000  # the longest real header (hundreds of co-registrants) stays below
_OPEN = re.compile(rb"^<DOCUMENT>[ \t]*\r?$", re.MULTILINE)
_CLOSE = re.compile(rb"^</DOCUMENT>", re.MULTILINE)
_TEXT = re.compile(rb"^<TEXT>[ \t]*\r?\n?", re.MULTILINE)
_TAG = re.compile(rb"^<(TYPE|SEQUENCE|FILENAME|DESCRIPTION)>([^\r\n]*)", re.MULTILINE)
_WRAPPER = re.compile(rb"\A\s*+<(XBRL|XML|PDF|JSON)>\r?\n?", re.IGNORECASE)
_ENCODED = re.compile(rb"\A\s*begin [0-7]{3,4} \S")
_FIELD = re.compile(r"^[ \t]*(?:<([A-Z][A-Z -]*)>|([A-Z][A-Z /-]*[A-Z]):)[ \t]*([^\r\n]*)", re.MULTILINE)
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_UNREAD = re.compile(r"GRAPHIC|ZIP|EXCEL|JSON|EX-101\.(?!INS)|EX-FILING FEES", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SubmissionHeader:
    """What the header says of the filing; "" or None where it does not. Of several filers, the first.

    `cik` has ten digits, `fiscal_year_end` is "MM-DD", `sic` the industry code, `former_names` are in the
    header's order (newest first).
    """

    accession: str | None = None
    form: str = ""
    company: str = ""
    cik: str | None = None
    period_end: date | None = None
    filed: date | None = None
    fiscal_year_end: str = ""
    sic: str = ""
    former_names: tuple[str, ...] = ()


def split_submission(file: SourceFile, limits: Limits) -> tuple[SubmissionHeader, tuple[SourceFile, ...]]:
    """The header, and the documents in their order, each with its EDGAR type as role.

    Binary documents (pictures, zips, spreadsheets, PDFs in uuencode) are left out and never unpacked.
    Raises MalformedError when there is no document or the last one is cut off, LimitExceededError.
    """
    content = file.content
    if len(content) > limits.max_bytes:
        raise LimitExceededError(file.name, f"larger than {limits.max_bytes:,} bytes (FINCHAT_MAX_FILE_MB)")
    deadline = Deadline(file.name, limits.max_seconds)
    opening = _OPEN.search(content)
    if opening is None:
        raise MalformedError(file.name, "a full submission without a <DOCUMENT>; download it again")
    header = _read_header(content[: min(opening.start(), _HEADER_BYTES)])
    files: list[SourceFile] = []
    count = 0
    while opening is not None:
        deadline.check()
        count += 1
        if count > _MAX_DOCUMENTS:
            raise LimitExceededError(file.name, f"wraps more than {_MAX_DOCUMENTS:,} documents")
        close = _CLOSE.search(content, opening.end())
        if close is None:
            raise MalformedError(file.name, f"ends inside document {count}; download it again")
        document = _document(content[opening.end() : close.start()], count)
        if document is not None:
            files.append(document)
        opening = _OPEN.search(content, close.end())
    return header, tuple(files)


def _document(body: bytes, count: int) -> SourceFile | None:
    """One wrapped document, None for one that is not read."""
    text = _TEXT.search(body)
    if text is None:
        return None
    tags = {tag.decode(): value for tag, value in _TAG.findall(body[: text.start()])}
    role = _printable(tags.get("TYPE", b""))
    name = _printable(tags.get("FILENAME", b"")).replace("\\", "/").rsplit("/", 1)[-1]
    end = body.rfind(b"\n</TEXT>", text.end() - 1)
    content = _unwrapped(body[text.end() : end + 1 if end >= 0 else len(body)])
    if _UNREAD.match(role) or _ENCODED.match(content[:200]) or not content.strip():
        return None
    return SourceFile(name=name or f"document-{count}.txt", content=content, role=role)


def _unwrapped(content: bytes) -> bytes:
    """The content without the <XBRL> or <XML> tags that EDGAR puts around some kinds."""
    opening = _WRAPPER.match(content)
    if opening is None:
        return content
    inner = content[opening.end() :]
    closing = b"</" + opening.group(1) + b">"
    return inner.rstrip().removesuffix(closing) if inner.rstrip().endswith(closing) else inner


def _read_header(content: bytes) -> SubmissionHeader:
    fields: dict[str, str] = {}
    former: list[str] = []
    for tag, label, value in _FIELD.findall(content.decode("utf-8", "replace")):
        name = (tag or label).replace("-", " ").strip()
        if name in ("FORMER CONFORMED NAME", "FORMER NAME") and value:
            former.append(" ".join(value.split()))
        elif value:
            fields.setdefault(name, value)
    accession = _ACCESSION.search(fields.get("ACCESSION NUMBER", ""))
    cik = fields.get("CENTRAL INDEX KEY", fields.get("CIK", ""))
    year_end = fields.get("FISCAL YEAR END", "")
    sic = re.search(
        r"\d{4}", fields.get("STANDARD INDUSTRIAL CLASSIFICATION", fields.get("ASSIGNED SIC", ""))
    )
    return SubmissionHeader(
        accession=accession.group() if accession else None,
        form=fields.get("CONFORMED SUBMISSION TYPE", fields.get("TYPE", "")),
        company=" ".join(fields.get("COMPANY CONFORMED NAME", fields.get("CONFORMED NAME", "")).split()),
        cik=cik.zfill(10) if cik.isdigit() and len(cik) <= 10 else None,
        period_end=_day(fields.get("CONFORMED PERIOD OF REPORT", fields.get("PERIOD", ""))),
        filed=_day(fields.get("FILED AS OF DATE", fields.get("FILING DATE", ""))),
        fiscal_year_end=f"{year_end[:2]}-{year_end[2:]}" if re.fullmatch(r"[01]\d[0-3]\d", year_end) else "",
        sic=sic.group() if sic else "",
        former_names=tuple(dict.fromkeys(former)),
    )


def _day(digits: str) -> date | None:
    if not re.fullmatch(r"\d{8}", digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _printable(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return "".join(letter for letter in text if letter.isprintable()).strip()
