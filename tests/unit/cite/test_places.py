from dataclasses import replace
from decimal import Decimal

import pytest

from finchat_sec_qa.cite.places import (
    Source,
    address,
    cite_fact,
    cite_span,
    heading_at,
    page_at,
    section_at,
    section_path,
    table_place,
)
from finchat_sec_qa.model.answer import TablePlace
from finchat_sec_qa.model.document import Block, Cell, Page, Section, Table
from tests.crafted import filing_named
from tests.unit.facts.making import fact, span

TEXT = (
    "Cover page\n"
    "Item 7. Discussion\n"
    "Revenue\n"
    "Net sales rose.\n"
    "Item 8. Statements\n"
    "Net sales | $383,285 | $394,328\n"
    "Signed by all."
)


def at(piece: str) -> tuple[int, int]:
    start = TEXT.index(piece)
    return start, start + len(piece)


def block(piece: str, level: int = 0) -> Block:
    return Block("heading" if level else "paragraph", *at(piece), level=level)


ROW = at("Net sales | $383,285 | $394,328")
TABLE = Table(
    *ROW,
    title="Statements of operations",
    scale=6,
    unit="USD",
    row_headers=(("Revenue", "Net sales"),),
    column_headers=((), ("Years ended", "2023"), ("Years ended", "2022")),
    cells=(
        Cell(0, 0, *at("Net sales | "[:9])),
        Cell(0, 1, *at("$383,285"), Decimal(383_285_000_000), "USD"),
        Cell(0, 2, *at("$394,328"), Decimal(394_328_000_000), "USD"),
    ),
)
FILING = replace(filing_named("0000320193-23-000106"), accession="0000320193-23-000106", cik="0000320193")
SOURCE = Source(
    filing=FILING,
    name="aapl.htm",
    sha256="ab" * 32,
    text=TEXT,
    sections=(
        Section("Part II", "Item 7", "Discussion", at("Item 7")[0], at("Net sales rose.")[1]),
        Section("Part II", "Item 8", "Statements", at("Item 8")[0], ROW[1]),
    ),
    pages=(Page(1, 0, at("Item 7")[0]), Page(2, at("Item 7")[0], len(TEXT))),
    blocks=(
        block("Cover page"),
        block("Item 7. Discussion", 1),
        block("Revenue", 2),
        block("Net sales rose."),
        block("Item 8. Statements", 1),
        Block("table", *ROW, table=0),
        block("Signed by all."),
    ),
    tables=(TABLE,),
)


def test_a_fact_is_cited_where_it_is_printed() -> None:
    start, end = at("383,285")
    printed = replace(fact("383285000000", span("2023-09-30", 371)), start=start, end=end, fact_id="f-60")
    citation = cite_fact(SOURCE, 3, printed)
    assert citation.model_dump(mode="json") == {
        "id": 3,
        "filing": "0000320193-23-000106",
        "accession": "0000320193-23-000106",
        "company": "Acme Widgets Inc.",
        "cik": "0000320193",
        "form": "10-K",
        "period_end": "2023-09-30",
        "section": "Part II, Item 8 › Statements",
        "page": 2,
        "fact_id": "f-60",
        "concept": "us-gaap:Revenues",
        "table": {"row": "Revenue › Net sales", "column": "Years ended › 2023"},
        "quote": "383,285",
        "start": start,
        "end": end,
        "sha256": "ab" * 32,
        "url": "https://www.sec.gov/Archives/edgar/data/320193/000032019323000106/aapl.htm#f-60",
    }


def test_a_sentence_is_cited_with_its_heading() -> None:
    citation = cite_span(SOURCE, 1, *at("Net sales rose."))
    assert (citation.quote, citation.section) == ("Net sales rose.", "Part II, Item 7 › Revenue")
    assert (citation.fact_id, citation.concept, citation.table) == (None, None, None)
    assert citation.url == "https://www.sec.gov/Archives/edgar/data/320193/000032019323000106/aapl.htm"


@pytest.mark.parametrize(
    ("piece", "path"),
    [
        ("Cover page", ""),
        ("Item 7. Discussion", "Part II, Item 7 › Discussion"),
        ("Net sales rose.", "Part II, Item 7 › Revenue"),
        ("Net sales | ", "Part II, Item 8 › Statements"),
        ("Signed by all.", "Item 8. Statements"),
    ],
)
def test_paths_of_places(piece: str, path: str) -> None:
    assert section_path(SOURCE, TEXT.index(piece)) == path


def test_a_section_without_a_title() -> None:
    plain = replace(SOURCE, sections=(Section("", "Item 2.02", "", 0, 10),), blocks=())
    assert section_path(plain, 5) == "Item 2.02"


def test_edges_of_pages_and_sections() -> None:
    second = SOURCE.pages[1].start
    assert [page_at(SOURCE.pages, offset) for offset in (0, second - 1, second)] == [1, 1, 2]
    assert page_at((), 5) is None
    assert page_at((Page(1, 10, 20),), 5) is None
    first = SOURCE.sections[0]
    assert section_at(SOURCE.sections, first.start) is first
    assert section_at(SOURCE.sections, first.end - 1) is first
    assert section_at(SOURCE.sections, first.end) is None
    assert section_at(SOURCE.sections, 0) is None


def test_no_heading_above() -> None:
    assert heading_at(TEXT, SOURCE.blocks, 3) == ""
    assert heading_at(TEXT, (), 30) == ""


def test_a_number_outside_cells_has_no_place_in_the_table() -> None:
    assert table_place(SOURCE.tables, *at("Net sales rose.")) is None
    assert table_place((), 0, 5) is None
    assert table_place(SOURCE.tables, ROW[0], ROW[1]) is None  # the whole row is no cell
    assert table_place(SOURCE.tables, *at("394,328")) == TablePlace(
        row="Revenue › Net sales", column="Years ended › 2022"
    )


def test_a_cell_beyond_the_headers_has_empty_ones() -> None:
    bare = replace(TABLE, row_headers=(), column_headers=())
    assert table_place((bare,), *at("383,285")) == TablePlace(row="", column="")


def test_addresses_need_accession_and_cik() -> None:
    assert address(FILING, "a.htm", None) is not None
    assert address(replace(FILING, cik=None), "a.htm", None) is None
    assert address(replace(FILING, accession=None), "a.htm", "f-1") is None
