"""What kind of file some bytes are, by content first and name second."""

import re
from typing import Literal

from finchat_sec_qa.model.filing import SourceFile

FileKind = Literal[
    "html", "ixbrl", "xbrl", "submission", "pdf", "text", "companyfacts", "error_page", "other"
]

_HEAD = 65_536
_COMPANYFACTS = re.compile(rb'\A\s*+\{.{0,500}?"entityName"\s*+:.{0,500}?"facts"\s*+:\s*+\{', re.DOTALL)
_SUBMISSION = re.compile(
    rb"<(?:SEC|IMS)-(?:DOCUMENT|HEADER)>|\A\s*<SUBMISSION>|\A-----BEGIN PRIVACY-ENHANCED MESSAGE-----"
    rb"|\A\s*<DOCUMENT>\s*<TYPE>"
)
# atomic: the comments and instructions before the root must not be read in more than one way
_ROOT = re.compile(
    rb"\A\s*+(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*+>)\s*+)*+<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)
# <TABLE> alone is no sign of HTML: plain-text filings have it, with <S> and <C> where HTML has rows
_HTML = re.compile(rb"<(?:html|body|div|tr|td|p|font|center|title)\b", re.IGNORECASE)
_INLINE = re.compile(rb"<ix:|\binlineXBRL\b")
_ERROR_PAGE = re.compile(
    rb"Undeclared Automated Tool|Request Rate Threshold Exceeded|<Code>(?:AccessDenied|NoSuchKey)</Code>"
    rb"|<title>\s*(?:403|404|429|5\d\d)\b|SEC\.gov \| (?:Request Rate|File Not Found)",
    re.IGNORECASE,
)
_MAX_ERROR_PAGE = 100_000  # bytes; EDGAR's are below 10,000, a filing that quotes one is longer
_VIEWER = re.compile(rb"report\.css|Show\.js|<title>[^<]*EDGAR Filing (?:Documents|Index)", re.IGNORECASE)
_VIEWER_NAME = re.compile(r"R\d{1,4}\.html?|.*-index(?:-headers)?\.html?", re.IGNORECASE)
_FILING_TEXT = re.compile(
    rb"securities\s+and\s+exchange\s+commission|^<(?:PAGE|TABLE)>|form\s+(?:10-[kq]|8-k)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER_SUFFIXES = (
    ".css",
    ".js",
    ".json",
    ".xsd",
    ".zip",
    ".xlsx",
    ".xls",
    ".jpg",
    ".gif",
    ".png",
    ".idx",
    ".gz",
)


def sniff(file: SourceFile) -> FileKind:
    """The kind of a file; "other" for what is no document of a filing (pictures, linkbases, viewer pages).

    "error_page" is a page that a server sent instead of a file.
    """
    content = file.content
    head = content[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[:4] in (b"PK\x03\x04", b"\x89PNG", b"GIF8") or head[:2] in (b"\x1f\x8b", b"\xff\xd8"):
        return "other"
    if _SUBMISSION.search(head[:8_192]):
        return "submission"
    if len(content) <= _MAX_ERROR_PAGE and _ERROR_PAGE.search(head):
        return "error_page"
    if _COMPANYFACTS.match(head[:2_048]):
        return "companyfacts"
    if file.name.lower().endswith(_OTHER_SUFFIXES):
        return "other"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    return _marked_up(file, head) or _plain(file, head)


def _marked_up(file: SourceFile, head: bytes) -> FileKind | None:
    head = head.removeprefix(b"\xef\xbb\xbf")
    root = _ROOT.match(head)
    name = root.group(1).lower() if root else b""
    if name == b"xbrl":
        return "xbrl"
    if name and head.lstrip().startswith(b"<?xml") and name != b"html" and not _HTML.search(head):
        return "other"
    if not _HTML.search(head):
        return None
    if _VIEWER_NAME.fullmatch(file.name) or (_VIEWER.search(head[:4_096]) and not _INLINE.search(head)):
        return "other"
    return "ixbrl" if _INLINE.search(head) or b"<ix:" in file.content else "html"


def _plain(file: SourceFile, head: bytes) -> FileKind:
    if not head.strip() or head.count(b"\0") > len(head) // 1_000:
        return "other"
    if head.lstrip()[:1] in (b"{", b"["):
        return "other"
    return "text" if file.role or _FILING_TEXT.search(head) else "other"
