"""Documents to cite from, read from a store once each."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

from finchat_sec_qa.answer.witnesses import Cited
from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.model.companyfacts import filing_id
from finchat_sec_qa.model.document import Placed, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.ports import FactQuery, StoreReader


class Sources:
    """The documents that one answer cites; each is read when it is first cited."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store
        self._read: dict[tuple[str, int], Source] = {}

    def get(self, filing: str, document: int) -> Source:
        """One document of a filing."""
        key = (filing, document)
        if key not in self._read:
            store = self._store
            stored = next(item for item in store.documents(filing) if item.index == document)
            self._read[key] = Source(
                filing=store.filing(filing),
                name=stored.name,
                sha256=stored.sha256,
                text=store.text(filing, document),
                sections=store.sections(filing, document),
                pages=store.pages(filing, document),
                blocks=store.blocks(filing, document),
                tables=Kept(store.tables(filing, document)),
            )
        return self._read[key]

    def facts_beside(self, cited: Cited, concepts: tuple[str, ...]) -> Sequence[Fact]:
        """Numbers of the cited document with these concepts, in the document's order."""
        query = FactQuery(filings=(cited.source.filing.id,), concepts=concepts, numeric_only=True)
        return [fact for _, fact in self._store.facts(query) if fact.document == cited.fact.document]

    def companyfacts_of(self, source: Source, concept: str) -> tuple[Source, Sequence[Fact]] | None:
        """The numbers with that concept which stored companyfacts have of the source's report."""
        if source.filing.accession is None:
            return None
        filing = filing_id(source.filing.accession)
        found = [fact for _, fact in self._store.facts(FactQuery(filings=(filing,), concepts=(concept,)))]
        return (self.get(filing, found[0].document), found) if found else None

    def text(self, filing: str, document: int) -> str:
        """The text of one document of a filing."""
        return self.get(filing, document).text


class Kept(Sequence[Table]):
    """Tables of a document, each made once: a sum is cited cell by cell from the same one."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._made: dict[int, Table] = {}

    @cached_property
    def starts(self) -> Sequence[int]:
        """The offset of each table's first character, rising."""
        if isinstance(self._tables, Placed):
            return self._tables.starts
        return [table.start for table in self._tables]

    def __len__(self) -> int:
        return len(self._tables)

    @overload
    def __getitem__(self, at: int) -> Table: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Table]: ...
    def __getitem__(self, at: int | slice) -> Table | Sequence[Table]:
        if isinstance(at, slice):
            return self._tables[at]
        if at not in self._made:
            self._made[at] = self._tables[at]
        return self._made[at]

    def __iter__(self) -> Iterator[Table]:
        return (self[at] for at in range(len(self)))
