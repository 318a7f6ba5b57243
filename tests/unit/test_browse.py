from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.browse import block_window, fact_views, section_views, table_views
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.views import BlockView
from finchat_sec_qa.store import open_store
from tests.crafted import parsed_large
from tests.unit.conftest import ACME_2023, ACME_2024, BOLT_2023


def test_companies_and_filings(library: Library) -> None:
    acme, bolt = library.companies()
    assert (acme.name, acme.cik, acme.tickers, acme.filings) == (
        "Acme Widgets, Inc.",
        "0000000042",
        ("ACME",),
        2,
    )
    assert str(acme.first_period) == "2023-12-31"
    assert str(acme.last_period) == "2024-12-31"
    assert bolt.name == "Bolt Corp"
    assert [filing.id for filing in library.filings()] == [
        ACME_2024.accession,
        ACME_2023.accession,
        BOLT_2023.accession,
    ]


def test_a_filing_with_its_documents(library: Library) -> None:
    detail = library.filing(ACME_2023.accession)
    (document,) = detail.documents
    assert (detail.fiscal_year, detail.fiscal_period, detail.form) == (2023, "FY", "10-K")
    assert (document.name, document.kind, document.pages) == ("acme-20231231.htm", "html", 0)
    view, content = library.original(ACME_2023.accession)
    assert view == document
    assert content.decode() == ACME_2023.html()
    assert (document.size, document.length) == (len(content), len(library._store.text(detail.id, 0)))
    assert detail.facts == len(library.facts(detail.id))
    assert detail.passages > 0


def test_facts_by_concept(library: Library) -> None:
    for concept in ("Revenues", "us-gaap:Revenues", "REVENUES"):
        found = library.facts(ACME_2023.accession, concept=concept)
        assert [fact.value for fact in found] == ["100000000", "80000000", "40000000", "30000000"]
    assert library.facts(ACME_2023.accession, concept="us-gaap:Revenue") == ()
    numeric = library.facts(ACME_2023.accession, numeric_only=True)
    assert all(fact.value is not None for fact in numeric)
    assert library.facts(ACME_2023.accession, numeric_only=True, limit=3) == numeric[:3]
    loss = library.facts(ACME_2023.accession, concept="NetIncomeLoss")[1]
    text = library._store.text(ACME_2023.accession, 0)
    assert (loss.value, text[loss.start : loss.end]) == ("-3000000", "3")
    assert loss.url is not None
    assert loss.url.endswith("#f-NetIncomeLoss-d1")


def test_tables_with_their_cells(library: Library) -> None:
    (table,) = library.tables(ACME_2023.accession)
    text = library._store.text(ACME_2023.accession, 0)
    assert all(text[cell.start : cell.end] == cell.text for cell in table.cells)
    assert table.row_headers[1] == ("Revenues",)
    assert table.column_headers[1] == ("2023",)
    assert "100000000" in [cell.value for cell in table.cells]
    assert library.tables(ACME_2023.accession, start=table.end) == ()
    assert library.tables(ACME_2023.accession, start=table.end - 1) == (table,)


def test_blocks_page_through_the_whole_document(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", read_only=False)
    parsed = parsed_large("one", 1)
    store.put(parsed)
    text = parsed.documents[0].text
    at: int | None = 0
    shown: list[BlockView] = []
    while at is not None:
        window = block_window(store, "one", 0, at, 7)
        shown.extend(window.blocks)
        if window.next is not None:
            following = block_window(store, "one", 0, window.next, 7)
            assert following.previous == window.blocks[0].start
        at = window.next
    assert [(block.start, block.end) for block in shown] == [
        (block.start, block.end) for block in parsed.documents[0].blocks
    ]
    assert all(text[block.start : block.end] == block.text for block in shown)
    assert shown[0].page == 1
    assert block_window(store, "one", 0, 0, 7).previous is None
    beyond = block_window(store, "one", 0, 10**9, 7)
    assert (beyond.blocks, beyond.next) == ((), None)
    assert beyond.previous is not None
    inside = block_window(store, "one", 0, shown[3].start + 1, 1)
    assert inside.blocks == (shown[3],)
    assert block_window(store, "one", 0, -5, 1).blocks == (shown[0],)
    sections = list(section_views(store, "one"))
    assert [(section.item, section.page) for section in sections] == [("Item 1A", 1), ("Item 8", 3)]
    assert sections[1].warning == "shorter than usual"
    assert len(list(table_views(store, "one", 0, 0, 100))) == len(parsed.documents[0].tables)
    store.close()


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", read_only=False)
    parsed = parsed_large("one", 1, facts=2)
    long = Decimal("1234567890123456789012345678901234567890.25")
    store.put(replace(parsed, facts=tuple(replace(fact, value=long) for fact in parsed.facts)))
    found = list(fact_views(store, store.filing("one"), None, numeric_only=True, limit=None))
    assert {fact.value for fact in found} == {str(long)}
    store.close()


def test_what_is_not_there(library: Library) -> None:
    for look in (
        library.filing,
        library.sections,
        library.blocks,
        library.tables,
        library.facts,
        library.original,
    ):
        with pytest.raises(NotFoundError, match="nowhere"):
            look("nowhere")
    for look in (library.blocks, library.tables, library.original):
        with pytest.raises(NotFoundError, match="no document 7; it has 1, counted from 0"):
            look(ACME_2023.accession, 7)


@pytest.mark.parametrize("limit", [0, -1])
def test_limits_below_one(library: Library, limit: int) -> None:
    for look in (library.blocks, library.tables, library.facts):
        with pytest.raises(UsageError, match="limit"):
            look(ACME_2023.accession, limit=limit)


def test_samples_are_marked(sample_store: Path) -> None:
    with Library.open(Settings(store=sample_store), read_only=True) as library:
        assert all(filing.sample for filing in library.filings())
        assert len(library.companies()) >= 3
