"""What one parser returns for one file."""

from dataclasses import dataclass

from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.parse.identity import NOTHING_SAID, Identity


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document and the facts in it; every fact's `document` is 0 until the filing is put together.

    `identity` is what the file says of the filing elsewhere than in facts or on a cover page.
    """

    document: ParsedDocument
    facts: tuple[Fact, ...] = ()
    identity: Identity = NOTHING_SAID
