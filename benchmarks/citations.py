"""Whether every citation holds: python -m benchmarks.citations [--store DIR].

Asks every question and checks each citation without the store's help: the original bytes are hashed and
parsed again, and the quote must stand in that text at its offsets. Exits 1 when one does not.
"""

import hashlib
import sys
from functools import lru_cache
from pathlib import Path

from benchmarks.common import parser, questions, say
from benchmarks.filled import filled_store
from finchat_sec_qa import Library
from finchat_sec_qa.model.answer import Answer, Citation
from finchat_sec_qa.model.filing import SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits

VERIFIED = 40  # each of them has its filings parsed anew, which takes about a second


class Texts:
    """Texts of cited documents, made anew from their bytes."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._parsed = lru_cache(maxsize=None)(self._parse)

    def quoted(self, citation: Citation) -> str:
        """What stands at the citation's place; "" where the store has no document with that hash."""
        return self._parsed(citation.filing, citation.sha256)[citation.start : citation.end]

    def _parse(self, filing: str, sha256: str) -> str:
        for document in self._library.filing(filing).documents:
            if document.sha256 == sha256:
                _, content = self._library.original(filing, document.index)
                if hashlib.sha256(content).hexdigest() != sha256:
                    return ""
                file = SourceFile(name=document.name, content=content, role=document.role)
                source = SourceFiling(label=filing, id=filing, accession=None, cik=None, files=(file,))
                return read_filing(source, Limits()).documents[0].text
        return ""


def check(store: Path, shared: Path, verified: int) -> bool:
    """Ask, check, print; True when all hold. `verified` answers, spread over all, go through `verify` too."""
    held = total = 0
    answered: list[Answer] = []
    with Library.open(store=store, read_only=True) as library:
        texts = Texts(library)
        for question in questions(shared):
            answer = library.ask(question.text, question.scope)
            answered += [answer] if answer.status == "answered" else []
            for citation in answer.citations:
                total += 1
                good = citation.quote != "" and texts.quoted(citation) == citation.quote
                held += good
                if not good:
                    print(f"{question.id}: citation {citation.id} of {citation.filing}: {citation.quote!r}")
        say("citations whose quote stands at its place", f"{held} of {total}", "100 %")
        some = answered[:: max(1, len(answered) // verified)]
        confirmed = sum(library.verify(answer).holds for answer in some)
    say("answers that `verify` confirms", f"{confirmed} of {len(some)}", "100 %")
    return total > 0 and (held, confirmed) == (total, len(some))


def main() -> None:
    """Check over the given store, or over a new one with all filings."""
    options = parser(__doc__ or "")
    options.add_argument("--verify", type=int, default=VERIFIED, help="answers that go through `verify` too")
    given = options.parse_args()
    with filled_store(given) as store:
        sys.exit(0 if check(store, given.shared, given.verify) else 1)


if __name__ == "__main__":
    main()
