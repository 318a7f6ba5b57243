"""Checking a table against the stored bytes: its citations as places, and each cell by what it cites.

As with answers, cited documents are read again from their originals, and a table to be verified is untrusted
input. Cells of series and comparisons are computed again; a statement is printed again as a whole. Why a cell
is empty, and that nothing is left out beside a number, is proven by making the table again from its request,
as long as the store holds what it held then.
"""

import re
from collections.abc import Iterator

from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.answer.proof.recheck import Readings, Recheck
from finchat_sec_qa.answer.proof.verify import citation_problems, report_on
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import VerifyReport
from finchat_sec_qa.model.figure_table import FigureCell, FigureTable
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.tables.recompute import recomputed_problems
from finchat_sec_qa.tables.remake import remake
from finchat_sec_qa.tables.reprint import reprinted_problems

MAX_CITATIONS = 4_000  # of one table; MAX_CELLS of formulas with a few operands each
MAX_DOCUMENTS = 200  # that they are of; each is parsed anew
ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def verify_table(store: StoreReader, table: FigureTable, readings: Readings) -> VerifyReport:
    """Check all of a table; `holds` only if nothing at all is wrong.

    Raises UsageError for a table with more than MAX_CITATIONS citations or from more than MAX_DOCUMENTS.
    """
    documents = {(citation.filing, citation.sha256) for citation in table.citations}
    for count, most, what in (
        (len(table.citations), MAX_CITATIONS, "citations"),
        (len(documents), MAX_DOCUMENTS, "cited documents"),
    ):
        if count > most:
            raise UsageError(f"a table with {count:,} {what}; at most {most:,} are checked")
    problems = tuple(_problems(store, table, readings))
    remade = remake(store, table, whole=not problems)
    report = report_on(table.id, table.citations, (*problems, *remade.problems))
    return report.model_copy(update={"notes": remade.notes})


def _problems(store: StoreReader, table: FigureTable, readings: Readings) -> Iterator[Problem]:
    """All that is wrong, by the citation whose fault it is."""
    again = Recheck(store, readings).each(table.citations)
    yield from citation_problems(again, {number for cell in _cells(table) for number in cited_by(cell)})
    yield from shape_problems(table)
    if table.kind == "statement":
        yield from reprinted_problems(store, table, again, readings)
    else:
        yield from recomputed_problems(store, table, again)


def cited_by(cell: FigureCell) -> Iterator[int]:
    """Numbers of the citations that a cell rests on."""
    if cell.citation is not None:
        yield cell.citation
    if cell.calculation is not None:
        yield from (operand.citation for operand in cell.calculation.operands)
    yield from (alternate.citation for alternate in cell.alternates)


def shape_problems(table: FigureTable) -> Iterator[Problem]:
    """What does not go together in a table, whatever the filings say."""
    if not ID.fullmatch(table.id):
        yield None, f"the id {table.id[:80]!r} is none of a table"
    keys = [column.key for column in table.columns]
    if len(set(keys)) < len(keys):
        yield None, "two columns have the same key"
    captions = table.kind == "statement"
    for number, row in enumerate(table.rows, start=1):
        if len(row.cells) != len(keys) and (row.cells or not captions):
            yield None, f"row {number} has {len(row.cells)} cells under {len(keys)} columns"
        for key, cell in zip(keys, row.cells, strict=False):
            for problem in _cell_shape(cell):
                yield cell.citation, f"row {number}, {key}: {problem}"
    empty = all(cell.number is None for cell in _cells(table))
    if empty != (table.refusal is not None):
        yield None, "a table is refused when no cell has a number, and only then"


def _cell_shape(cell: FigureCell) -> Iterator[str]:
    """A cell's fields follow from its status."""
    filled = {
        "reported": cell.number is not None and cell.citation is not None and cell.calculation is None,
        "computed": cell.number is not None and cell.citation is None and cell.calculation is not None,
        "missing": {cell.number, cell.citation, cell.calculation, cell.unit, cell.period} == {None},
    }[cell.status]
    if not filled or (cell.gap is not None) != (cell.status == "missing"):
        yield f"the cell is not filled as one that is {cell.status}"
    if cell.alternates and cell.status != "reported":
        yield "only a reported number has alternates"


def _cells(table: FigureTable) -> Iterator[FigureCell]:
    for row in table.rows:
        yield from row.cells
