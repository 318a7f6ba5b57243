"""Amounts of a formula that the balance sheet tells in several lines, or in none: found, and proven.

A formula's short-term debt is all debt lines under total current liabilities. Where the lines that make a
total are known and none of them is the amount asked for, it is zero, unless a note tells it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from finchat_sec_qa.answer.findings import Company, Finding, Miss
from finchat_sec_qa.facts.derivation import operand
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.lines import lines_of
from finchat_sec_qa.facts.select import Chosen
from finchat_sec_qa.facts.standing import line_name
from finchat_sec_qa.model.period import FiscalPeriod

Named = tuple[str, Finding]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a formula takes for an amount: text over the names of `operands`."""

    text: str
    operands: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A total and the lines that make it; none where they are not known."""

    total: Finding
    lines: tuple[Finding, ...]


def find_standing(company: Company, entry: Entry, period: FiscalPeriod) -> Standing | Miss:
    """The amount of an entry for a fiscal period, in whatever lines the balance sheet tells it."""
    found = company.find(entry, company.calendar.asked(period))
    if not entry.within or (isinstance(found, Finding) and found.fact.printed):
        return _single(operand(entry.key, period), found) if isinstance(found, Finding) else found
    statement = _statement(company, entry, period)
    lines = statement.lines if statement is not None else ()
    own = [line for line in lines if entry.lists(line.fact.concept)]
    if own:
        return _sum_of_lines(entry, period, own, found)
    parts = _parts(company, entry, period)
    if isinstance(found, Finding) and (not parts or entry.place(found.fact.concept) == 0):
        return _single(operand(entry.key, period), found)
    if parts and (lines or len(parts) == 1):
        return Standing(f"({' + '.join(name for name, _ in parts)})", tuple(parts))
    if parts:
        return _unclear(company, entry, period)
    if statement is not None and lines:
        return _zero(statement, period)
    return found if isinstance(found, Miss) else _single(operand(entry.key, period), found)


def _single(name: str, finding: Finding) -> Standing:
    return Standing(name, ((name, finding),))


def _sum_of_lines(
    entry: Entry, period: FiscalPeriod, own: Sequence[Finding], found: Finding | Miss
) -> Standing:
    """The lines' sum; a single line that is what the company reports for the entry anyway is called by it."""
    if len(own) == 1 and isinstance(found, Finding) and found.chosen.value == own[0].chosen.value:
        return _single(operand(entry.key, period), found)
    named = [(line_name(line.fact.concept, period), line) for line in own]
    return Standing(f"({' + '.join(name for name, _ in named)})", tuple(named))


def _zero(statement: _Statement, period: FiscalPeriod) -> Standing:
    """The total less all of its lines."""
    rows = (statement.total, *statement.lines)
    named = tuple((line_name(row.fact.concept, period), row) for row in rows)
    return Standing(f"({' - '.join(name for name, _ in named)})", named)


def _parts(company: Company, entry: Entry, period: FiscalPeriod) -> list[Named]:
    """The parts that are told in the notes, each by its own entry."""
    named = [(operand(key, period), entries()[key]) for key in entry.parts]
    found = [(name, company.find(part, company.calendar.asked(period))) for name, part in named]
    told = [(name, finding) for name, finding in found if isinstance(finding, Finding)]
    return told if len({finding.fact.start for _, finding in told}) == len(told) else told[:1]


def _statement(company: Company, entry: Entry, period: FiscalPeriod) -> _Statement | None:
    total = company.find(entries()[entry.within], company.calendar.asked(period))
    if isinstance(total, Miss) or total.fact.printed:
        return None
    filing = total.chosen.filing
    facts = lines_of(total.fact, company.whole_facts(filing.id))
    return _Statement(total, tuple(Finding(Chosen(filing, fact), total.name) for fact in facts))


def _unclear(company: Company, entry: Entry, period: FiscalPeriod) -> Miss:
    """Two amounts in notes, of which one may hold the other: no sum of them is certain."""
    message = (
        f"The filings of {company.subject.name} here tell {entry.label} for {period} in several amounts, and "
        f"the lines of {entries()[entry.within].label} do not show which of them go together."
    )
    return Miss("ambiguous", message, company.searched)
