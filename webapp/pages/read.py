"""The reader: a filing's text in windows, with its sections and a marked place."""

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.views import DocumentView, FilingDetail
from webapp.context import context
from webapp.marks import Mark
from webapp.question import read_number
from webapp.reading import WINDOW, window_around
from webapp.sheet import lay_out

pages = Blueprint("read", __name__)


@pages.get("/filings/<filing_id>/read")
def read(filing_id: str) -> str:
    """The blocks from offset ?start= of ?document=; ?mark=START-END marks a place and begins near it."""
    client = context().client
    number = read_number(request.args, "document", 0)
    detail = client.filing(filing_id)
    document = _document(detail, number)
    mark = _mark(request.args.get("mark", ""))
    if mark is not None and "start" not in request.args:
        window = window_around(client, filing_id, number, mark.start, mark.end)
    else:
        window = client.blocks(filing_id, number, start=read_number(request.args, "start", 0), limit=WINDOW)
    sections = [section for section in client.sections(filing_id) if section.document == number]
    sheet = lay_out(window, [mark] if mark else ())
    here = next((s for s in reversed(sections) if s.start <= (mark.start if mark else sheet.start)), None)
    return render_template(
        "read.html", filing=detail, document=document, sections=sections, here=here, sheet=sheet, mark=mark
    )


@pages.get("/filings/<filing_id>/original")
def original(filing_id: str) -> AnyResponse:
    """The document's bytes as they were stored, only ever as a download."""
    client = context().client
    number = read_number(request.args, "document", 0)
    document = _document(client.filing(filing_id), number)
    response = Response(client.document(filing_id, number), mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(document.name))
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _document(detail: FilingDetail, number: int) -> DocumentView:
    for document in detail.documents:
        if document.index == number:
            return document
    raise NotFoundError(
        f"Filing {detail.id} has {len(detail.documents)} documents, and none is number {number}."
    )


def _mark(text: str) -> Mark | None:
    if not text:
        return None
    start, dash, end = text.partition("-")
    digits = all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (start, end))
    if not (dash and digits and int(start) < int(end)):
        raise UsageError(f"“mark” must be two offsets such as 120-140, not {text[:40]!r}.")
    return Mark(int(start), int(end), current=True)


def _file_name(name: str) -> str:
    """A plain file name whatever the filing calls it."""
    kept = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "_" for mark in name)
    return kept.strip("._")[:100] or "document"
