"""Whether a quote is one that answers give: a whole sentence of a paragraph, or a whole row of a table."""

from collections.abc import Iterator

from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.cite.sentences import quotable_spans, row_spans
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.retrieve.passages import cut_document


def quote_problems(place: Rechecked) -> Iterator[Problem]:
    """A quote that begins or ends within a sentence may say something else than the sentence does."""
    start, end = place.citation.start, place.citation.end
    if place.parsed is None or place.problems or is_quotable(place.parsed.document, start, end):
        return
    yield place.citation.id, "the quote is no whole sentence or row of the document"


def is_quotable(document: ParsedDocument, start: int, end: int) -> bool:
    """Whether [start, end) is a sentence or row of one of the document's passages."""
    for passage in cut_document(document, 0):
        if passage.start <= start and end <= passage.end:
            spans = quotable_spans(document.text, document.blocks, passage.start, passage.end)
            if (start, end) in spans or (start, end) in row_spans(document.text, passage.start, passage.end):
                return True
    return False
