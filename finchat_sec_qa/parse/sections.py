"""Items of a filing."""

from finchat_sec_qa.model.document import ParsedDocument, Section


def find_sections(document: ParsedDocument, form: str) -> tuple[Section, ...]:
    """The Items of a document in order."""
    del document, form
    return ()
