"""Looking around in a store: stored values as the views that callers see."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.cite.places import address, page_at
from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.facts.labels import concept_label
from finchat_sec_qa.model.document import Block, Cell, Page, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Company, Filing, StoredDocument
from finchat_sec_qa.model.views import (
    BlockView,
    BlockWindow,
    CellView,
    CompanyView,
    DocumentView,
    FactView,
    FilingDetail,
    FilingView,
    SectionView,
    TableView,
)
from finchat_sec_qa.ports import FactQuery, StoreReader

SECTION_DOCUMENTS = 8  # documents of a filing whose Items are listed: main one and annual-report exhibits


def company_view(company: Company) -> CompanyView:
    """A company as callers see it."""
    return CompanyView(
        key=company.key,
        cik=company.cik,
        name=company.name,
        tickers=company.tickers,
        filings=company.filings,
        first_period=company.first_period,
        last_period=company.last_period,
    )


def filing_view(filing: Filing) -> FilingView:
    """A filing as callers see it."""
    return FilingView(**_filing_fields(filing))


def filing_detail(store: StoreReader, filing: Filing) -> FilingDetail:
    """A filing with its documents and counts."""
    documents = store.documents(filing.id)
    counts = store.counts(filing.id)
    return FilingDetail(
        **_filing_fields(filing),
        documents=tuple(document_view(store, filing, document) for document in documents),
        facts=counts.facts,
        passages=counts.passages,
        warnings=tuple(store.warnings(filing.id)),
    )


def document_view(store: StoreReader, filing: Filing, document: StoredDocument) -> DocumentView:
    """A document as callers see it."""
    return DocumentView(
        index=document.index,
        name=document.name,
        kind=document.kind,
        role=document.role,
        sha256=document.sha256,
        size=document.size,
        length=document.length,
        pages=len(store.pages(filing.id, document.index)),
        url=address(filing, document.name, None),
    )


def stored_document(store: StoreReader, filing: str, index: int) -> StoredDocument:
    """One document of a filing. Raises NotFoundError that says how many there are."""
    documents = store.documents(filing)
    for document in documents:
        if document.index == index:
            return document
    raise NotFoundError(f"filing {filing} has no document {index}; it has {len(documents)}, counted from 0")


def section_views(store: StoreReader, filing: str) -> Iterator[SectionView]:
    """The Items of a filing, document by document."""
    for document in store.documents(filing)[:SECTION_DOCUMENTS]:
        pages = store.pages(filing, document.index)
        for section in store.sections(filing, document.index):
            yield SectionView(
                document=document.index,
                part=section.part,
                item=section.item,
                title=section.title,
                start=section.start,
                end=section.end,
                page=page_at(pages, section.start),
                warning=section.warning,
            )


def block_window(store: StoreReader, filing: str, index: int, start: int, limit: int) -> BlockWindow:
    """`limit` blocks of a document from the one that holds, or follows, offset `start`.

    Raises NotFoundError for an unknown document, UsageError for a limit below 1.
    """
    limit = _at_least_one(limit)
    document = stored_document(store, filing, index)
    blocks, text = store.blocks(filing, index), store.text(filing, index)
    pages, tables = store.pages(filing, index), store.tables(filing, index)
    first = bisect_right(blocks, start, key=lambda block: block.end)
    shown = blocks[first : first + limit]
    following = blocks[first + limit].start if first + limit < len(blocks) else None
    return BlockWindow(
        filing=filing,
        document=index,
        sha256=document.sha256,
        length=document.length,
        blocks=tuple(_block_view(block, text, tables, pages, index) for block in shown),
        previous=blocks[max(0, first - limit)].start if first > 0 else None,
        next=following,
    )


def table_views(store: StoreReader, filing: str, index: int, start: int, limit: int) -> Iterator[TableView]:
    """`limit` tables of a document from the first that ends after offset `start`; raises as block_window."""
    limit = _at_least_one(limit)
    stored_document(store, filing, index)
    tables, text = store.tables(filing, index), store.text(filing, index)
    pages = store.pages(filing, index)
    first = bisect_left([table.end for table in tables], start + 1)
    for number in range(first, min(first + limit, len(tables))):
        yield _table_view(tables[number], number, text, pages, index)


def fact_views(
    store: StoreReader, filing: Filing, concept: str | None, *, numeric_only: bool, limit: int | None
) -> Iterator[FactView]:
    """Facts of a filing in document order, at most `limit`, which is 1 or more.

    `concept` is with or without its prefix, case ignored.
    """
    limit = None if limit is None else _at_least_one(limit)
    names = {document.index: document.name for document in store.documents(filing.id)}
    found = (
        fact
        for _, fact in store.facts(FactQuery(filings=(filing.id,), numeric_only=numeric_only))
        if concept is None or _names(fact.concept, concept)
    )
    for fact in islice(found, limit):
        yield _fact_view(filing, names[fact.document], fact)


def _number(value: Decimal | None) -> str | None:
    """A decimal string without exponent, None for None."""
    return None if value is None else plain(value)


def _at_least_one(limit: int) -> int:
    if limit < 1:
        raise UsageError(f"limit {limit}: must be 1 or more")
    return limit


def _names(concept: str, asked: str) -> bool:
    concept, asked = concept.lower(), asked.lower()
    return asked in (concept, concept.partition(":")[2])


def _filing_fields(filing: Filing) -> dict[str, object]:
    return {name: getattr(filing, name) for name in FilingView.model_fields}


def _block_view(
    block: Block, text: str, tables: Sequence[Table], pages: Sequence[Page], index: int
) -> BlockView:
    table = None
    if block.table is not None:
        table = _table_view(tables[block.table], block.table, text, pages, index)
    return BlockView(
        kind=block.kind,
        level=block.level,
        start=block.start,
        end=block.end,
        page=page_at(pages, block.start),
        text=text[block.start : block.end],
        table=table,
    )


def _table_view(table: Table, number: int, text: str, pages: Sequence[Page], index: int) -> TableView:
    return TableView(
        document=index,
        index=number,
        title=table.title,
        start=table.start,
        end=table.end,
        page=page_at(pages, table.start),
        scale=table.scale,
        unit=table.unit,
        row_headers=table.row_headers,
        column_headers=table.column_headers,
        cells=tuple(_cell_view(cell, text) for cell in table.cells),
    )


def _cell_view(cell: Cell, text: str) -> CellView:
    return CellView(
        row=cell.row,
        column=cell.column,
        text=text[cell.start : cell.end],
        start=cell.start,
        end=cell.end,
        value=_number(cell.value),
        unit=cell.unit,
    )


def _fact_view(filing: Filing, name: str, fact: Fact) -> FactView:
    return FactView(
        filing=filing.id,
        document=fact.document,
        concept=fact.concept,
        label=concept_label(fact.concept),
        value=_number(fact.value),
        text=fact.text,
        unit=fact.unit,
        decimals=fact.decimals,
        start_date=fact.period.start,
        end_date=fact.period.end,
        dimensions=fact.dimensions,
        context_id=fact.context_id,
        fact_id=fact.fact_id,
        nil=fact.nil,
        start=fact.start,
        end=fact.end,
        url=address(filing, name, fact.fact_id),
    )
