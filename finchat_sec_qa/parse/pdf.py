"""PDF files: pages, printed lines and blocks, by pypdfium2."""

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pypdfium2

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.document import Block, Page, ParsedDocument
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.lines import find_blocks
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.pdf_shapes import PageShapes
from finchat_sec_qa.parse.plain import plain_lines, without_furniture
from finchat_sec_qa.parse.printed.tables import Pages

_PDFIUM = threading.Lock()  # pdfium is not safe to call from two threads at once
_ELEMENTS_PER_PAGE = 1_000
_MAX_PAGE_CHARACTERS = 1_000_000  # the densest real page seen has 12,000
# pdfium sometimes joins a heading to the line above it
_ITEM_INSIDE = re.compile(r"(?<=[.):]) (?=ITEM \d{1,2}[A-C]?\. ?[A-Z])")


def parse_pdf(file: SourceFile, limits: Limits) -> ParsedFile:
    """The text of a PDF, page by page, each printed line on its own line. There are no facts in a PDF.

    Raises MalformedError for a broken, encrypted or pageless file, LimitExceededError.
    """
    if len(file.content) > limits.max_bytes:
        raise LimitExceededError(file.name, f"larger than {limits.max_bytes:,} bytes (FINCHAT_MAX_FILE_MB)")
    deadline = Deadline(file.name, limits.max_seconds)
    parts: list[str] = []
    pages: list[Page] = []
    blocks: list[Block] = []
    tables = Pages()
    offset = 0
    for number, (printed, page_text) in enumerate(_printed_pages(file, limits, deadline), 1):
        lines = plain_lines(_ITEM_INSIDE.sub("\n", printed) if "ITEM " in printed else printed, offset)
        end = lines[-1].end if lines else offset
        label, body = without_furniture(lines)
        pages.append(Page(number, offset, end, label))
        blocks.extend(find_blocks(body))
        tables.add(body, PageShapes(page_text, lines))
        parts.extend(line.text + "\n" for line in lines)
        offset = end + 1 if lines else offset
    document = ParsedDocument(
        name=file.name,
        kind="pdf",
        role=file.role,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        text="".join(parts),
        blocks=tuple(blocks),
        tables=tables.tables(),
        pages=tuple(pages),
        warnings=_warnings(pages),
    )
    return ParsedFile(document)


def _printed_pages(
    file: SourceFile, limits: Limits, deadline: Deadline
) -> Iterator[tuple[str, pypdfium2.PdfTextPage]]:
    """The text of each page, and the page, which is open until the next one is asked for."""
    with _PDFIUM, _opened(file) as pdf:
        count = len(pdf)
        if count == 0:
            raise MalformedError(file.name, "a PDF without pages")
        if count * _ELEMENTS_PER_PAGE > limits.max_elements:
            most = limits.max_elements // _ELEMENTS_PER_PAGE
            raise LimitExceededError(file.name, f"{count:,} pages, more than {most:,}")
        total = 0
        for index in range(count):
            deadline.check()
            with _page(pdf, index, file.name) as text:
                printed = _page_text(text, index, file.name)
                total += len(printed)
                if total > limits.max_bytes:
                    raise LimitExceededError(
                        file.name, f"holds more than {limits.max_bytes:,} characters of text"
                    )
                yield printed, text


@contextmanager
def _opened(file: SourceFile) -> Iterator[pypdfium2.PdfDocument]:
    try:
        pdf = pypdfium2.PdfDocument(file.content)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise MalformedError(
                file.name, "the PDF is encrypted; save a copy without a password and ingest that"
            ) from error
        raise MalformedError(file.name, f"not a readable PDF ({error})") from error
    with closing(pdf):
        yield pdf


@contextmanager
def _page(pdf: pypdfium2.PdfDocument, index: int, name: str) -> Iterator[pypdfium2.PdfTextPage]:
    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as text:
            yield text
    except pypdfium2.PdfiumError as error:
        raise MalformedError(name, f"page {index + 1} cannot be read ({error})") from error


def _page_text(text: pypdfium2.PdfTextPage, index: int, name: str) -> str:
    if text.count_chars() > _MAX_PAGE_CHARACTERS:
        raise LimitExceededError(name, f"page {index + 1} has more than {_MAX_PAGE_CHARACTERS:,} characters")
    printed: str = text.get_text_bounded()
    return printed


def _warnings(pages: Sequence[Page]) -> tuple[str, ...]:
    empty = sum(page.start == page.end for page in pages)
    if empty == len(pages):
        return ("The PDF holds no text: it was scanned without text recognition.",)
    if empty * 4 > len(pages):
        return (f"{empty} of {len(pages)} pages hold no text (pictures only).",)
    return ()
