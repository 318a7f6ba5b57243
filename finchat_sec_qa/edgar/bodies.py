"""Whether a body is what was asked for. EDGAR has sent HTML error pages with status 200."""

import json
import re
import zlib
from decimal import Decimal
from typing import Any, Literal

from finchat_sec_qa.errors import BadBodyError

Kind = Literal["json", "index", "submission", "html", "xml", "pdf", "text"]

_SMALL = 32_768  # bytes; error pages are smaller
_HEADING = re.compile(rb"<(?:title|h1)[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_SEC_TROUBLE = re.compile(
    rb"SEC\.gov \||undeclared automated tool|request rate threshold exceeded", re.IGNORECASE
)
_TITLE = re.compile(rb"<title[^>]{0,200}>\s*([^<]{0,300})", re.IGNORECASE)
# Whole titles of servers' and proxies' error pages; a filing's title may well hold one of these words.
_SERVER_TROUBLE = re.compile(
    rb"(?:error:?\s+)?(?:(?:40[34]|429|50[0-4])\b[\s:|-]*)?"
    rb"(?:error|access denied|forbidden|(?:page |file )?not found|internal server error|bad gateway"
    rb"|(?:service |site )?(?:temporarily )?unavailable|gateway time-?out|too many requests|request rejected"
    rb"|(?:site )?maintenance)[\s.!]*",
    re.IGNORECASE,
)
# The atomic group keeps a hostile row of comments from being tried in every combination.
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?>(?:<!--.*?-->\s*)*)(?:<!doctype\s+html|<html)", re.IGNORECASE | re.DOTALL
)
_S3_ERROR = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<Error>\s*<Code>")
_SUBMISSION_STARTS = (b"<SEC-DOCUMENT>", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----", b"<SUBMISSION>")
_SUBMISSION_ENDS = (b"</SEC-DOCUMENT>", b"-----END PRIVACY-ENHANCED MESSAGE-----", b"</SUBMISSION>")


def is_missing_object(body: bytes) -> bool:
    """True for the answer to a path that does not exist: `AccessDenied` or `NoSuchKey` in XML."""
    found = re.search(rb"<Code>(AccessDenied|NoSuchKey)</Code>", body[:2_000])
    return found is not None


def is_undeclared_page(body: bytes) -> bool:
    """True for the page that asks automated tools to declare a contact."""
    return len(body) < _SMALL and b"Undeclared Automated Tool" in body


def is_threshold_page(body: bytes) -> bool:
    """True for the page that says that too many requests came."""
    return len(body) < _SMALL and b"Request Rate Threshold Exceeded" in body


def kind_of(name: str) -> Kind:
    """What the body of a document of that name must be."""
    suffix = name.rpartition(".")[2].lower()
    kinds: dict[str, Kind] = {"htm": "html", "html": "html", "xml": "xml", "xsd": "xml", "pdf": "pdf"}
    return kinds.get(suffix, "text")


def problem(body: bytes, content_type: str, kind: Kind) -> str:
    """What is wrong with a body, in a few words; "" when it is fine."""
    if not body.strip():
        return "the body is empty"
    sent = content_type.partition(";")[0].strip().lower()
    html = _HTML.match(body[:_SMALL]) is not None
    if kind not in {"html", "index"} and (html or sent == "text/html"):
        return "an HTML page came instead"
    if _is_error_page(body):
        return "an error page came instead"
    return _problem_of_kind(body, sent, kind)


def _problem_of_kind(body: bytes, sent: str, kind: Kind) -> str:
    if kind == "json":
        return _json_problem(body, sent)
    if kind == "index" and b"EDGAR Filing Documents" not in body:
        return "not an index page of a filing"
    if kind in {"html", "index"} and sent in {"application/json", "application/pdf"}:
        return f"{sent} came instead of a page"
    if kind == "submission":
        if not body.lstrip().startswith(_SUBMISSION_STARTS):
            return "not a full submission"
        if not body.rstrip().endswith(_SUBMISSION_ENDS):
            return "the submission is cut"
    if kind == "pdf" and b"%PDF-" not in body[:1_024]:
        return "not a PDF"
    return ""


def _is_error_page(body: bytes) -> bool:
    if _S3_ERROR.match(body[:2_000]):
        return True
    if len(body) >= _SMALL or not _HTML.match(body):
        return False
    title = _TITLE.search(body)
    return any(_SEC_TROUBLE.search(text) for text in _HEADING.findall(body)) or (
        title is not None and _SERVER_TROUBLE.fullmatch(title.group(1)) is not None
    )


def _json_problem(body: bytes, sent: str) -> str:
    if sent and "json" not in sent and sent not in {"application/octet-stream", "text/plain"}:
        return f"{sent} came instead of JSON"
    try:
        parse_json(body, "")
    except BadBodyError as error:
        return str(error)
    return ""


def parse_json(body: bytes, label: str) -> Any:
    """The value of a JSON text, broken numbers as Decimal. Raises BadBodyError."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadBodyError(f"{label + ': ' if label else ''}not JSON: {error}") from error


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def unzipped(packed: bytes, max_bytes: int) -> bytes:
    """The content of a gzip body. Raises BadBodyError when it is cut, broken or larger than `max_bytes`."""
    parts: list[bytes] = []
    room = max_bytes
    rest = packed
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(rest, room + 1)
        except zlib.error as error:
            raise BadBodyError(f"broken gzip: {error}") from error
        room -= len(part)
        if room < 0:
            raise BadBodyError(f"unpacks to more than {max_bytes:,} bytes")
        if not unpacker.eof:
            raise BadBodyError("cut gzip")
        parts.append(part)
        rest = unpacker.unused_data
    return b"".join(parts)
