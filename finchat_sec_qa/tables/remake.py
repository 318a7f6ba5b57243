"""A table made again from its request: its id, why cells are empty, and what stands beside its numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.answer import Citation, Value
from finchat_sec_qa.model.figure_table import FigureCell, FigureTable
from finchat_sec_qa.model.table_request import CompareRequest, SeriesRequest, StatementRequest
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.tables import compare
from finchat_sec_qa.tables.compare import STAMP, id_of
from finchat_sec_qa.tables.statement import statement

KINDS = {SeriesRequest: "series", CompareRequest: "comparison", StatementRequest: "statement"}


@dataclass(frozen=True, slots=True)
class Remade:
    """What is wrong with a table when it is made again, and what a reader should know of it."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def remake(store: StoreReader, table: FigureTable, *, whole: bool) -> Remade:
    """Check the id, and where the store holds what the table was made from, make it again if `whole`: a table
    that is known to be wrong is not, so that only what is to blame is named.
    """
    if table.request is None:
        return Remade((), ("the table does not hold its request: its id and its gaps were not checked",))
    content = table.id.partition("-")[0]
    if table.id != id_of(content, table.request):
        return Remade(((None, "the id does not belong to this request and store content"),))
    if table.kind != KINDS[type(table.request)]:
        return Remade(((None, f"a {table.kind} does not answer this request"),))
    if content != store.digest()[:STAMP]:
        return Remade((), ("the store has changed since: gaps, and what is left out, were not checked",))
    if not whole:
        return Remade()
    try:
        again = _made(store, table.request)
    except FinChatError as error:
        return Remade(((None, f"the table cannot be made again: {error}"),))
    return Remade(tuple(_differences(table, again)))


def _made(store: StoreReader, request: SeriesRequest | CompareRequest | StatementRequest) -> FigureTable:
    if isinstance(request, SeriesRequest):
        return compare.series(store, request)
    if isinstance(request, CompareRequest):
        return compare.compare(store, request)
    return statement(store, request)


def _differences(table: FigureTable, again: FigureTable) -> Iterator[Problem]:
    """Where the table differs from the one made again, with the citation of the cell that does."""
    for field in ("title", "companies", "columns", "notes", "refusal"):
        if getattr(table, field) != getattr(again, field):
            yield None, f"made again, its {field} differ"
    keys = [column.key for column in table.columns]
    places, own_places = _places(table), _places(again)
    for number, (row, own) in enumerate(zip_longest(table.rows, again.rows), start=1):
        if row is None or own is None or len(row.cells) != len(own.cells):
            yield None, f"made again, row {number} differs"
            continue
        for key, cell, wanted in zip(keys, row.cells, own.cells, strict=False):
            given, made = _read(cell, places), _read(wanted, own_places)
            if given != made:
                yield _cited(cell), f"row {number}, {key}: {_difference(given, made, wanted)}"


@dataclass(frozen=True, slots=True)
class _Read:
    """A cell with the places that it cites instead of their numbers in one table."""

    cell: FigureCell
    place: Citation | None
    operands: tuple[tuple[str, str, str, Citation | None], ...]
    alternates: tuple[tuple[str, Value, Citation | None], ...]


def _places(table: FigureTable) -> dict[int, Citation]:
    return {citation.id: citation.model_copy(update={"id": 0}) for citation in table.citations}


def _read(cell: FigureCell, places: Mapping[int, Citation]) -> _Read:
    calculation = cell.calculation
    operands = calculation.operands if calculation is not None else ()
    bare = calculation.model_copy(update={"operands": ()}) if calculation is not None else None
    return _Read(
        cell.model_copy(update={"citation": None, "calculation": bare, "alternates": ()}),
        places.get(cell.citation or 0),
        tuple((one.name, one.number, one.unit, places.get(one.citation)) for one in operands),
        tuple((one.label, one.value, places.get(one.citation)) for one in cell.alternates),
    )


def _difference(given: _Read, made: _Read, wanted: FigureCell) -> str:
    left_out = [label for label, *rest in made.alternates if (label, *rest) not in given.alternates]
    if left_out and given.cell == made.cell:
        return f"it leaves out what is {', '.join(left_out)}"
    return f"made again, the cell is {_told(wanted)}"


def _cited(cell: FigureCell) -> int | None:
    """The citation to name for a cell: its own, or the first that it is computed from."""
    if cell.citation is None and cell.calculation is not None and cell.calculation.operands:
        return cell.calculation.operands[0].citation
    return cell.citation


def _told(cell: FigureCell) -> str:
    if cell.gap is not None:
        return f"empty: {cell.gap.message}"
    return f"{cell.number} {cell.unit}"
