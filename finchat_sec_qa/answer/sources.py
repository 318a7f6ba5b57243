"""Documents to cite from, read from a store once each."""

from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.ports import StoreReader


class Sources:
    """The documents that one answer cites; each is read when it is first cited."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store
        self._read: dict[tuple[str, int], Source] = {}

    def get(self, filing_id: str, document: int) -> Source:
        """One document of a filing."""
        key = (filing_id, document)
        if key not in self._read:
            store = self._store
            stored = next(item for item in store.documents(filing_id) if item.index == document)
            self._read[key] = Source(
                filing=store.filing(filing_id),
                name=stored.name,
                sha256=stored.sha256,
                text=store.text(filing_id, document),
                sections=store.sections(filing_id, document),
                pages=store.pages(filing_id, document),
                blocks=store.blocks(filing_id, document),
                tables=store.tables(filing_id, document),
            )
        return self._read[key]

    def text(self, filing_id: str, document: int) -> str:
        """The text of one document of a filing."""
        return self.get(filing_id, document).text
