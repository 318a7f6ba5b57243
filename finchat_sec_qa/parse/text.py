"""Plain-text filings of the years before HTML: pages by <PAGE>, tables by <TABLE>, printed lines."""

import hashlib
import re
from collections.abc import Iterator

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.document import Block, Page, ParsedDocument
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.lines import find_blocks
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.plain import plain_lines, without_furniture

_PAGE = re.compile(r"^[ \t]*<PAGE>(?:[ \t]*\d{1,4}[ \t]*$)?|\f", re.MULTILINE | re.IGNORECASE)
_TABLE = re.compile(r"(</?TABLE>)", re.IGNORECASE)
_TAG = re.compile(r"</?(?:CAPTION|S|C|R|FN|F\d{1,2}|PRE|TEXT|B|I|U)>", re.IGNORECASE)
_ENTITY = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&#160;": " ", "&quot;": '"', "&sect;": "§"}
_ENTITIES = re.compile("|".join(map(re.escape, _ENTITY)), re.IGNORECASE)


def parse_text(file: SourceFile, limits: Limits) -> ParsedFile:
    """A plain-text filing. There are no facts in it.

    Raises MalformedError for a file that is no text, LimitExceededError.
    """
    if len(file.content) > limits.max_bytes:
        raise LimitExceededError(file.name, f"larger than {limits.max_bytes:,} bytes (FINCHAT_MAX_FILE_MB)")
    deadline = Deadline(file.name, limits.max_seconds)
    parts: list[str] = []
    pages: list[Page] = []
    blocks: list[Block] = []
    offset = 0
    for sheet in _PAGE.split(_decode(file)):
        deadline.check()
        begin = offset
        label = ""
        for is_table, part in _parts(sheet):
            lines = plain_lines(_unmarked(part), offset)
            if not lines:
                continue
            parts.extend(line.text + "\n" for line in lines)
            offset = lines[-1].end + 1
            if is_table:
                blocks.append(Block("table", lines[0].start, lines[-1].end))
            else:
                label, body = without_furniture(lines)
                blocks.extend(find_blocks(body))
        if offset > begin:
            pages.append(Page(len(pages) + 1, begin, offset - 1, label))
    if not parts:
        raise MalformedError(file.name, "holds no text")
    document = ParsedDocument(
        name=file.name,
        kind="text",
        role=file.role,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        text="".join(parts),
        blocks=tuple(blocks),
        pages=tuple(pages) if len(pages) > 1 else (),
    )
    return ParsedFile(document)


def _decode(file: SourceFile) -> str:
    if file.content.count(b"\0") > len(file.content) // 1_000:
        raise MalformedError(file.name, "holds binary data, no text")
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:  # EDGAR's older text is Windows' Latin
        return file.content.decode("cp1252", "replace")


def _parts(sheet: str) -> Iterator[tuple[bool, str]]:
    """(is it a table, text) of the stretches of one page; a table left open ends with the page."""
    is_table = False
    for part in _TABLE.split(sheet):
        if part.upper() in ("<TABLE>", "</TABLE>"):
            is_table = part[1] != "/"
        elif part.strip():
            yield is_table, part


def _unmarked(part: str) -> str:
    if "<" in part:
        part = _TAG.sub("", part)
    if "&" in part:
        part = _ENTITIES.sub(lambda found: _ENTITY[found.group().lower()], part)
    return part
