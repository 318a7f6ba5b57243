"""Facts of the statement of equity and of the notes, proven by the primary statements of the document."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from finchat_sec_qa.facts.printed.anchored import find_anchored
from finchat_sec_qa.facts.printed.digits import decimals_of
from finchat_sec_qa.facts.printed.equity import Movement, find_equity
from finchat_sec_qa.facts.printed.known import Known
from finchat_sec_qa.facts.printed.parts import Part, find_parts
from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import Period

EQUITY_AXIS = "StatementEquityComponentsAxis"
DIVIDENDS = "dividends_declared"  # the lexicon's entry
SIZES = frozenset({"cost_of_revenue", "capex", "depreciation_amortization"})  # asked for without sign

_Printed = tuple[Table, Cell]
_Place = tuple[ParsedDocument, int]


def note_facts(
    document: ParsedDocument, index: int, filing: Filing, primary: Sequence[Fact]
) -> Iterator[Fact]:
    """What tables outside the primary statements say; `primary` are the facts of these.

    A cited place stands for one fact: a cell of a part of the company for that, else for the equity's part.
    """
    known, place = Known.of(primary), (document, index)
    taken = {fact.start for fact in primary if fact.concept.startswith(f"{PRINTED}:")}
    parts = (_part_fact(part, place) for part in find_parts(document, filing, known))
    moves = (_equity_fact(move, place) for move in find_equity(document, filing, known))
    for fact in (*parts, *moves):
        if fact.start not in taken:
            taken.add(fact.start)
            yield fact
    taken |= {fact.start for fact in primary}
    for beside in find_anchored(document, filing, known):
        if beside.cell.start not in taken:
            taken.add(beside.cell.start)
            concept = f"{PRINTED_ROW}:{beside.label}"
            cell = (beside.table, beside.cell)
            yield _fact(concept, beside.period, beside.cell.value, cell, place)


def _part_fact(part: Part, place: _Place) -> Fact:
    """A value of one part, with the company's own name of it."""
    value = abs(part.value) if part.key in SIZES else part.value
    fact = _fact(f"{PRINTED}:{part.key}", part.period, value, (part.table, part.cell), place)
    return replace(fact, dimensions=((f"{PRINTED}:{part.axis}", f"{PRINTED}:{part.name}"),))


def _equity_fact(move: Movement, place: _Place) -> Fact:
    """A cell of the statement of equity; dividends of the whole are asked for without sign."""
    value, cell = move.cell.value, (move.table, move.cell)
    if move.dividends and value is not None:
        dividends = f"{PRINTED}:{DIVIDENDS}"
        return _fact(dividends, move.period, abs(value), cell, place)
    fact = _fact(f"{PRINTED_ROW}:{move.label}", move.period, value, cell, place)
    dimension = (f"{PRINTED}:{EQUITY_AXIS}", f"{PRINTED}:{move.part}")
    return replace(fact, dimensions=(dimension,)) if move.part else fact


def _fact(concept: str, period: Period, value: Decimal | None, printed: _Printed, place: _Place) -> Fact:
    (table, cell), (document, index) = printed, place
    return Fact(
        concept=concept,
        period=period,
        value=value,
        text=None,
        unit=cell.unit or table.unit or "USD",
        decimals=decimals_of(document.text[cell.start : cell.end], value, table.scale),
        scale=table.scale,
        dimensions=(),
        context_id="",
        fact_id=None,
        nil=False,
        document=index,
        start=cell.start,
        end=cell.end,
    )
