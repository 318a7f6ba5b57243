"""Amounts of one company as figures and tables take them: reported, else derived from longer spans.

There is one rule for both: what a filing reports for a span wins; what none does is derived where its parts
stand on one basis; what can be neither is missing, with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from finchat_sec_qa.answer.findings import Company, Finding, Miss, describe
from finchat_sec_qa.answer.parts import find_parts, on_one_basis
from finchat_sec_qa.answer.standing import find_standing
from finchat_sec_qa.facts.derivation import LAST_NAMES, Derivation, Span, operand
from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.formulas import amounts_in, spelled_out, written, yearly_only
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.select import Chosen
from finchat_sec_qa.facts.standing import substituted
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.model.plan import AskedPeriod

WHY_NOT = {
    "USD/shares": "amounts per share of several periods rest on different share counts and do not add up",
    "shares": "average share counts of several periods do not add up",
}
NOT_ONE_BASIS = "not on one basis, as reports that restate them show"
NEAR_DAYS, MOST_SHOWN = 300, 4  # what a refusal says is disclosed
A_BALANCE = "a balance is of one day and does not add up over time"
ENDS: dict[FiscalPeriodName, FiscalPeriodName] = {to_date: last for last, to_date in LAST_NAMES.items()}


class Named(NamedTuple):
    """A found number under the name that formulas have for it."""

    name: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Term:
    """An amount as an expression over findings by name; a reported one is its own name alone.

    `days` are those that it is for: what remains of the spans that it is derived from. `stands_in` says that
    lines of a statement stand for it.
    """

    expression: str
    operands: tuple[Named, ...]
    days: Period
    stands_in: bool = False

    @property
    def reported(self) -> Finding | None:
        """The finding of a term that is one reported number, None for a derived one."""
        return self.operands[0].finding if len(self.operands) == 1 else None


@dataclass(frozen=True, slots=True)
class Computed:
    """A figure for a span: its expression over entries, its formula over operands, and the days it is of."""

    span: Span
    expression: str
    operands: tuple[Named, ...]
    days: Period
    texts: Mapping[str, str]  # by an amount's own name, what stands for it: several lines of a statement

    def formula(self, unit: str = "") -> str:
        """The formula over the operands that gives the figure in a unit."""
        names = {item.name for item in self.operands}
        return substituted(written(self.expression, self.span, names, unit), self.texts)


@dataclass(frozen=True)
class Amounts:
    """The amounts of a company, or of the part of it that words of a question name."""

    company: Company
    member: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def term(self, entry: Entry, span: Span) -> Term | Miss:
        """The entry's amount for a span: reported, else derived; or why it is neither."""
        period = span.named(entry)
        found = self.company.find(entry, self._asked(span, period), self.member, self.said)
        if isinstance(found, Finding) and period is not None:
            named = Named(operand(entry.key, period), found)
            return Term(named.name, (named,), found.fact.period)
        derived = self.derived(entry, span)
        if derived is not None:
            return derived
        if isinstance(found, Finding):  # twelve months that are reported, but not what they are made of
            message = f"{self.company.subject.name} reports too little {entry.label} to derive {span}."
            return Miss("period_not_covered", message, self.company.searched)
        return found

    def derived(self, entry: Entry, span: Span) -> Term | Miss | None:
        """The entry's amount from longer spans, or why it cannot be derived.

        None where the span is none that can be, or nothing of what it takes is reported.
        """
        derivation = span.derivation
        if derivation is None or entry.kind == "instant":
            return None
        facts = self.company.facts_of(entry, self.member, self.said)
        amounts = find_parts(self.company, entry, derivation, facts)
        found = [amount.finding if amount is not None else None for amount in amounts]
        if not any(found):
            return None
        if entry.unit != "USD":
            target = self.company.calendar.target(self._asked(span, span.named(entry)))
            return self.does_not_add_up(entry, str(span), target.end if target is not None else None)
        findings = [finding for finding in found if finding is not None]
        if len(findings) < len(found):
            return self._incomplete(entry, span, derivation, found)
        if len({(item.fact.concept, item.fact.dimensions, item.fact.unit) for item in findings}) > 1:
            return self._mixed(entry, span, derivation, "different things under one name")
        if not on_one_basis(derivation, [amount for amount in amounts if amount is not None]):
            return self._mixed(entry, span, derivation, NOT_ONE_BASIS)
        days = derivation.span([finding.fact.period for finding in findings])
        if days is None:
            return self._mixed(entry, span, derivation, "spans of days that do not line up")
        names = [operand(entry.key, part.period) for part in derivation.parts]
        return Term(derivation.formula(entry.key), tuple(map(Named, names, findings)), days)

    def figure(self, label: str, expression: str, span: Span) -> Computed | Miss:
        """A figure for a span, or the first of its amounts that is missing.

        What the company does not report is computed where the lexicon says how.
        """
        if yearly_only(expression, span):
            message = f"{label[:1].upper()}{label[1:]} is computed for whole fiscal years only."
            return Miss("unsupported", message, self.company.searched)
        missing: dict[str, Miss] = {}
        instead: dict[str, str] = {}
        while True:
            spelled = spelled_out(expression, instead)
            terms, lacking, miss = self._terms(spelled, span)
            if miss is None:
                operands = {item.name: item for term in terms.values() for item in term.operands}
                texts = {name: term.expression for name, term in terms.items() if term.stands_in}
                days = latest([term.days for term in terms.values()])
                return Computed(span, spelled, tuple(operands.values()), days, texts)
            if miss.reported and computed_otherwise(lacking, instead):
                missing.setdefault(lacking, miss)
                continue
            return next(iter(missing.values()), miss)  # what was asked for, not what stands for it

    def does_not_add_up(self, entry: Entry, span: str, end: date | None = None) -> Miss:
        """Why an amount that does not add up over time is not derived, and what there is of it near `end`."""
        why = (
            A_BALANCE if entry.kind == "instant" else WHY_NOT.get(entry.unit, "it does not add up over time")
        )
        name = self.company.subject.name
        message = f"{name} reports no {entry.label} for {span}, and none can be derived: {why}."
        facts = self.company.facts_of(entry, self.member, self.said)
        ends = {
            (fact.period.end, str(called))
            for _, fact in facts
            if (called := self.company.calendar.name_of(fact.period)) is not None
        }
        near = [item for item in ends if end is not None and abs((item[0] - end).days) < NEAR_DAYS]
        if ends:
            shown = sorted(near or ends)[-MOST_SHOWN:]
            message += f" It is disclosed for {', '.join(called for _, called in shown)}."
        return Miss("not_disclosed", message, self.company.searched)

    def _terms(self, expression: str, span: Span) -> tuple[dict[str, Term], str, Miss | None]:
        """The terms of an expression by the names of the amounts; up to the first that is missing, whose
        entry is named.
        """
        terms: dict[str, Term] = {}
        for key, back in amounts_in(expression):
            entry, of = entries()[key], span.back(back)
            period = of.named(entry)
            whole = not self.member and entry.within and period is not None
            term = self._standing(entry, period) if whole and period is not None else self.term(entry, of)
            if isinstance(term, Miss):
                return terms, key, term
            if back and entry.unit != "USD" and terms:
                term = _as_restated(term, next(iter(terms.values())).operands[0].finding)
            terms[operand(key, period or of.period)] = term
        return terms, "", None

    def _standing(self, entry: Entry, period: FiscalPeriod) -> Term | Miss:
        """The amount of an entry that the balance sheet may tell in several lines, or in none."""
        found = find_standing(self.company, entry, period)
        if isinstance(found, Miss):
            return found
        operands = tuple(Named(name, finding) for name, finding in found.operands)
        own = len(operands) == 1 and found.text == operands[0].name
        return Term(found.text, operands, operands[0].finding.fact.period, stands_in=not own)

    def _asked(self, span: Span, period: FiscalPeriod | None) -> AskedPeriod:
        """The span as lookups take it."""
        if period is not None:
            return self.company.calendar.asked(period)
        return AskedPeriod("trailing", year=span.period.year, name=ENDS[span.period.name])

    def _incomplete(
        self, entry: Entry, span: Span, derivation: Derivation, found: Sequence[Finding | None]
    ) -> Miss:
        """The reason that says which of the parts are here and which are not."""
        pairs = list(zip(derivation.parts, found, strict=True))
        here = [f"{part.period} ({describe(item.chosen.filing)})" for part, item in pairs if item is not None]
        missing = " and ".join(str(part.period) for part, item in pairs if item is None)
        message = (
            f"No filing of {self.company.subject.name} here reports {entry.label} for {span}. "
            f"It would be derived as {derivation.how}: reported here for {' and '.join(here)}, "
            f"but not for {missing}."
        )
        return Miss("period_not_covered", message, self.company.searched)

    def _mixed(self, entry: Entry, span: Span, derivation: Derivation, what: str) -> Miss:
        periods = ", ".join(str(part.period) for part in derivation.parts)
        message = (
            f"No filing of {self.company.subject.name} here reports {entry.label} for {span}, "
            f"and it cannot be derived: what is reported for {periods} are {what}."
        )
        return Miss("ambiguous", message, self.company.searched)


def computed_otherwise(lacking: str, instead: dict[str, str]) -> bool:
    """Put down how an amount that is not reported is computed, or in another way one that takes it; False
    where the lexicon knows no further way.
    """
    if entries()[lacking].otherwise and lacking not in instead:
        instead[lacking] = entries()[lacking].otherwise[0]
        return True
    for key, way in instead.items():
        ways = entries()[key].otherwise
        further = ways[ways.index(way) + 1 :]
        if lacking in names_in(way) and further:
            instead[key] = further[0]
            return True
    return False


def latest(days: Sequence[Period]) -> Period:
    """The days that a figure over amounts of these is for: the latest flow's, else the latest balance's."""
    flows = [period for period in days if not period.is_instant]
    return max(flows or days, key=lambda period: period.end)


def _as_restated(term: Term, later: Finding) -> Term:
    """An earlier count or per-share figure as the later one's filing restates it: a split lies between."""
    if term.reported is None:
        return term
    for filing, fact in term.reported.chosen.restated:
        if filing.id == later.chosen.filing.id:
            again = replace(term.reported, chosen=Chosen(filing, fact))
            return replace(term, operands=(Named(term.expression, again),), days=fact.period)
    return term
