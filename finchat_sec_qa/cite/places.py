"""Citations, made from the store only: a place in a document becomes a `Citation`.

A citation is a pure function of the filing, the document and the place in it, so that anybody can make it
again from the same bytes and compare; `finchat verify` does.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from finchat_sec_qa.model import companyfacts
from finchat_sec_qa.model.answer import Citation, TablePlace
from finchat_sec_qa.model.document import Block, Cell, Page, Section, Table, last_from
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing

JOIN = " › "
MAX_HEADING = 120
EDGAR_ROOT = "https://www.sec.gov/Archives/edgar/data"


@dataclass(frozen=True, slots=True)
class Source:
    """One document of a filing with what citing from it needs, from the store or freshly parsed."""

    filing: Filing
    name: str
    sha256: str
    text: str
    sections: Sequence[Section]
    pages: Sequence[Page]
    blocks: Sequence[Block]
    tables: Sequence[Table]


def cite_span(source: Source, number: int, start: int, end: int) -> Citation:
    """The citation of a stretch of text; `number` is its id in the answer, from 1."""
    return _cite(source, number, start, end, fact=None)


def cite_fact(source: Source, number: int, fact: Fact) -> Citation:
    """The citation of a fact at the place where it is printed."""
    return _cite(source, number, fact.start, fact.end, fact=fact)


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Number of the page that holds `offset`, from 1; None without pages."""
    at = bisect_right(pages, offset, key=lambda page: page.start) - 1
    return pages[at].number if at >= 0 else None


def section_at(sections: Sequence[Section], offset: int) -> Section | None:
    """The section that holds `offset`, if any."""
    at = bisect_right(sections, offset, key=lambda section: section.start) - 1
    return sections[at] if at >= 0 and offset < sections[at].end else None


def heading_at(text: str, blocks: Sequence[Block], offset: int) -> str:
    """The nearest heading above `offset`, "" if none."""
    at = bisect_right(blocks, offset, key=lambda block: block.start) - 1
    while at >= 0:
        block = blocks[at]
        if block.kind == "heading" and block.end <= offset:
            return _shortened(text[block.start : block.end].replace("\n", " "))
        at -= 1
    return ""


def _shortened(heading: str) -> str:
    """A heading of bearable length, cut between words."""
    if len(heading) <= MAX_HEADING:
        return heading
    return heading[:MAX_HEADING].rpartition(" ")[0] + " …"


def cell_at(tables: Sequence[Table], start: int, end: int) -> tuple[Table, Cell] | None:
    """The cell that holds [start, end), with its table; None outside tables."""
    at = last_from(tables, start)
    if at < 0 or end > tables[at].end:
        return None
    holding = (cell for cell in tables[at].cells if cell.start <= start and end <= cell.end)
    cell = next(holding, None)
    return (tables[at], cell) if cell is not None else None


def table_place(tables: Sequence[Table], start: int, end: int) -> TablePlace | None:
    """Header paths of the cell that holds [start, end), None outside tables."""
    found = cell_at(tables, start, end)
    if found is None:
        return None
    table, cell = found
    row = table.row_headers[cell.row] if cell.row < len(table.row_headers) else ()
    column = table.column_headers[cell.column] if cell.column < len(table.column_headers) else ()
    return TablePlace(row=JOIN.join(row), column=JOIN.join(column))


def section_path(source: Source, offset: int) -> str:
    """As a citation names a place: "Part II, Item 8 › Notes to …"; the heading alone outside Items."""
    section = section_at(source.sections, offset)
    heading = heading_at(source.text, source.blocks, offset)
    if section is None:
        return heading
    if not heading or heading.lower().startswith(section.item.lower()):
        return f"{section.label}{JOIN}{section.title}" if section.title else section.label
    return f"{section.label}{JOIN}{heading}"


def address(filing: Filing, name: str, anchor: str | None) -> str | None:
    """The place on EDGAR, None for a filing that has no accession or no CIK there."""
    part = companyfacts.part_of_file(name)
    if part is not None:
        url = companyfacts.url_of(part[0])
        return f"{url}#{anchor}" if anchor else url
    if not filing.accession or not filing.cik:
        return None
    folder = filing.accession.replace("-", "")
    url = f"{EDGAR_ROOT}/{int(filing.cik)}/{folder}/{name}"
    return f"{url}#{anchor}" if anchor else url


def _cite(source: Source, number: int, start: int, end: int, fact: Fact | None) -> Citation:
    filing = source.filing
    return Citation(
        id=number,
        filing=filing.id,
        accession=filing.accession,
        company=filing.company,
        cik=filing.cik,
        form=filing.form,
        period_end=filing.period_end,
        section=section_path(source, start),
        page=page_at(source.pages, start),
        fact_id=fact.fact_id if fact else None,
        concept=fact.concept if fact and not fact.printed else None,
        table=table_place(source.tables, start, end),
        quote=source.text[start:end],
        start=start,
        end=end,
        sha256=source.sha256,
        url=address(filing, source.name, fact.fact_id if fact else None),
    )
