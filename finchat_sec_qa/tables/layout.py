"""Which tables of a filing print a statement: those whose facts are the statement's own figures.

Titles differ and repeat; what a statement must hold does not. A statement that runs over several tables in a
row (assets here, liabilities there) is put together again.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.document import Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.table_request import StatementName
from finchat_sec_qa.ports import FactQuery, StoreReader

# Lexicon entries that a statement prints, and those of which each stands in it once only: a neighbouring
# table that brings one of these is its continuation.
HOLDS: dict[StatementName, tuple[str, ...]] = {
    "income": (
        "revenue", "total_costs", "operating_income", "income_before_tax", "income_tax", "net_income",
        "net_income_total", "eps_basic", "eps_diluted",
    ),
    "balance": (
        "assets", "current_assets", "liabilities", "current_liabilities", "liabilities_and_equity", "equity",
    ),
    "cashflow": ("cfo", "cfi", "cff"),
}  # fmt: skip
ONCE: dict[StatementName, tuple[str, ...]] = {
    "income": ("revenue", "income_before_tax", "eps_basic", "eps_diluted"),
    "balance": ("assets", "current_assets", "liabilities", "current_liabilities", "liabilities_and_equity"),
    "cashflow": ("cfo", "cfi", "cff"),
}
LEAST: dict[StatementName, int] = {"income": 3, "balance": 2, "cashflow": 2}
REACH = 3  # tables before and after the fullest one that may belong to the statement


@dataclass(frozen=True, slots=True)
class Layout:
    """A statement's tables in one document, in order, and all facts printed in them by place."""

    filing: Filing
    document: int
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]


def find_layout(store: StoreReader, filing: Filing, which: StatementName) -> Layout | None:
    """The tables that print a statement; None where no table of the filing does."""
    by_document: dict[int, list[Fact]] = defaultdict(list)
    for _, fact in store.facts(FactQuery(filings=(filing.id,), numeric_only=True)):
        if fact.start < fact.end:
            by_document[fact.document].append(fact)
    best: tuple[int, Layout] | None = None
    for document, facts in sorted(by_document.items()):
        found = _in_document(store.tables(filing.id, document), facts, which)
        if found is not None and (best is None or found[0] > best[0]):
            score, tables, inside = found
            best = (score, Layout(filing, document, tables, inside))
    return best[1] if best else None


def layout_in(
    filing: Filing, tables: Sequence[Table], facts: Sequence[Fact], which: StatementName
) -> Layout | None:
    """The same in one document of a filing, read apart from a store."""
    placed = [fact for fact in facts if fact.value is not None and fact.start < fact.end]
    found = _in_document(tables, placed, which)
    return Layout(filing, 0, found[1], found[2]) if found is not None else None


def _in_document(
    tables: Sequence[Table], facts: Sequence[Fact], which: StatementName
) -> tuple[int, tuple[Table, ...], tuple[Fact, ...]] | None:
    """How many of the statement's figures stand together, the tables they stand in, and all facts there."""
    starts = [table.start for table in tables]
    placed: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        at = bisect_right(starts, fact.start) - 1
        if at >= 0 and fact.end <= tables[at].end:
            placed[at].append(fact)
    held = {at: _held(inside, HOLDS[which]) for at, inside in placed.items()}
    if not held:
        return None
    fullest = min(held, key=lambda at: (-len(held[at]), at))
    chosen = _with_neighbours(fullest, placed, which)
    score = len(set().union(*(held[at] for at in chosen)))
    if score < LEAST[which]:
        return None
    inside = sorted((fact for at in chosen for fact in placed[at]), key=lambda fact: (fact.start, fact.end))
    return score, tuple(tables[at] for at in chosen), tuple(inside)


def _with_neighbours(fullest: int, placed: Mapping[int, Sequence[Fact]], which: StatementName) -> list[int]:
    """The fullest table and those beside it that bring figures which stand in a statement once."""
    chosen = [fullest]
    covered = _held(placed[fullest], ONCE[which])
    for step in (-1, 1):
        for at in range(fullest + step, fullest + step * (REACH + 1), step):
            brings = _held(placed.get(at, ()), ONCE[which])
            if not brings or brings & covered:
                break
            chosen.append(at)
            covered |= brings
    return sorted(chosen)


def _held(facts: Sequence[Fact], keys: Sequence[str]) -> set[str]:
    """Which of the entries have a fact of the whole company here."""
    names = {fact.concept.partition(":")[2] for fact in facts if not fact.dimensions}
    return {key for key in keys if names & _names(key)}


@cache
def _names(key: str) -> frozenset[str]:
    """Local names that stand for an entry: its concepts, and its key where a filing without XBRL was read."""
    return frozenset((key, *entries()[key].concepts))
