"""What one parser returns for one file."""

from dataclasses import dataclass

from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import Fact


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document and the facts in it; every fact's `document` is 0 until the filing is put together."""

    document: ParsedDocument
    facts: tuple[Fact, ...] = ()
