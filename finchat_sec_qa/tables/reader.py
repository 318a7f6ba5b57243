"""One company's figures for a table: reported, derived from year-to-date figures, or computed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from finchat_sec_qa.answer.findings import Company, Finding, Miss
from finchat_sec_qa.facts.derivation import operand
from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.formulas import expand, spelled_out
from finchat_sec_qa.facts.lexicon import PREFIXES, Entry, entries
from finchat_sec_qa.facts.select import Chosen
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName, Period
from finchat_sec_qa.ports import FactQuery
from finchat_sec_qa.tables.metrics import GROWTH, Metric

# A quarter that no filing reports by itself is what is left of a longer span without the rest of it.
LEFT_OVER: dict[FiscalPeriodName, tuple[FiscalPeriodName, FiscalPeriodName]] = {
    "Q1": ("H1", "Q2"),
    "Q2": ("H1", "Q1"),
    "Q3": ("9M", "H1"),
    "Q4": ("FY", "9M"),
}
CURRENCY = re.compile(r"[A-Z]{3}")
FEW_DAYS = 4  # spans of one year that begin or end together do so to within this many days


@dataclass(frozen=True, slots=True)
class Term:
    """A figure as an expression over findings by name; a reported one is its own name alone.

    `derived` is the period of a quarter that is left over from longer spans, None where none is.
    """

    expression: str
    operands: tuple[tuple[str, Finding], ...]
    derived: Period | None = None

    @property
    def reported(self) -> Finding | None:
        """The finding of a term that is one reported number, None for a computed one."""
        name, finding = self.operands[0]
        return finding if self.expression == name else None


@dataclass(frozen=True)
class Figures(Company):
    """A company whose facts are read once per entry, since a table asks for many periods of each."""

    @cached_property
    def _kept(self) -> dict[str, list[tuple[str, Fact]]]:
        return {}

    def facts(self, entry: Entry) -> list[tuple[str, Fact]]:
        """As `Company.facts`."""
        if entry.key not in self._kept:
            self._kept[entry.key] = super().facts(entry)
        return self._kept[entry.key]

    def term(self, metric: Metric, period: FiscalPeriod) -> Term | Miss:
        """The metric for a fiscal period, or why there is none."""
        if metric.kind == "formula":
            return self._computed(metric, period)
        entry = entries()[metric.key] if metric.kind == "entry" else self.entry_of(metric.key)
        if entry is None:
            return Miss(
                "not_disclosed", f"The filings of {self.subject.name} here report no {metric.key}.", ()
            )
        found = self._reported(entry, period)
        if isinstance(found, Miss) and found.reported and entry.otherwise:
            instead = self._computed(replace(metric, kind="formula", expression=metric.key), period)
            return found if isinstance(instead, Miss) else instead
        return found

    def entry_of(self, concept: str) -> Entry | None:
        """An entry for one concept by local name, with the kind and unit that the filings' facts have.

        None where no filing in scope reports a number for the whole company under it.
        """
        ids = tuple(filing.id for filing in self.filings)
        if not ids:
            return None
        concepts = tuple(f"{prefix}:{concept}" for prefix in PREFIXES)
        query = FactQuery(filings=ids, concepts=concepts, dimensions=(), numeric_only=True, limit=1)
        for _, fact in self.store.facts(query):
            return Entry(
                key=concept,
                label=concept,
                kind="instant" if fact.period.is_instant else "flow",
                unit=_lexicon_unit(fact.unit or ""),
                terms=(),
                concepts=(concept,),
                never=(),
            )
        return None

    def _computed(self, metric: Metric, period: FiscalPeriod) -> Term | Miss:
        """A formula with every operand looked up for the same part of its year.

        What the company does not report is spelled out where the lexicon says how.
        """
        expression, operands = expand(self._spelled_out(metric.expression, period), period.year)
        if period.name != "FY" and any(wanted.back for wanted in operands):
            return Miss("unsupported", f"{metric.label} is computed for whole fiscal years only.", ())
        found: dict[str, Finding] = {}
        derived: Period | None = None
        for wanted in operands:
            entry = entries()[wanted.entry]
            term = self._reported(entry, FiscalPeriod(period.year - wanted.back, period.name))
            if isinstance(term, Miss):
                return Miss(term.reason, f"{metric.label}: {term.message}", term.searched, term.reported)
            if wanted.back and metric.key.endswith(GROWTH) and entry.unit != "USD":
                term = _on_one_basis(term, next(iter(found.values())))
            found.update(term.operands)
            derived = derived or term.derived
            expression = replaced(expression, wanted.name, term.expression)
        return Term(expression, tuple(found.items()), derived)

    def _spelled_out(self, expression: str, period: FiscalPeriod) -> str:
        """The expression with what is not reported written as the first way that takes reported amounts."""
        instead: dict[str, str] = {}
        for key in names_in(expression):
            if key in entries() and entries()[key].otherwise and not self._has(key, period):
                ways = [self._spelled_out(way, period) for way in entries()[key].otherwise]
                found = (way for way in ways if all(self._has(name, period) for name in names_in(way)))
                instead[key] = next(found, ways[0])
        return spelled_out(expression, instead)

    def _has(self, key: str, period: FiscalPeriod) -> bool:
        return isinstance(self._reported(entries()[key], period), Term)

    def _reported(self, entry: Entry, period: FiscalPeriod) -> Term | Miss:
        """The entry's number as reported, else derived from year-to-date numbers where that is sound."""
        found = self.find(entry, self.calendar.asked(period))
        if isinstance(found, Finding):
            name = operand(entry.key, period)
            return Term(name, ((name, found),))
        return self._derived(entry, period) or found

    def _derived(self, entry: Entry, period: FiscalPeriod) -> Term | None:
        """A quarter left over from longer spans of money: per-share figures and averages do not subtract."""
        if entry.kind != "flow" or entry.unit != "USD" or period.name not in LEFT_OVER:
            return None
        found: list[tuple[str, Finding]] = []
        for part in LEFT_OVER[period.name]:
            span = FiscalPeriod(period.year, part)
            finding = self.find(entry, self.calendar.asked(span))
            if isinstance(finding, Miss):
                return None
            found.append((operand(entry.key, span), finding))
        (longer, one), (shorter, other) = found
        if one.fact.concept != other.fact.concept or one.fact.unit != other.fact.unit:
            return None
        rest = left_over(one.fact.period, other.fact.period)
        return None if rest is None else Term(f"({longer} - {shorter})", tuple(found), rest)


def latest_year(company: Company) -> int | None:
    """The last fiscal year with an annual report here, else the year of the last filing; None without any."""
    annual = [f.fiscal_year for f in company.filings if f.fiscal_year and f.fiscal_period == "FY"]
    years = annual or [f.fiscal_year for f in company.filings if f.fiscal_year]
    return max(years, default=None)


def latest_quarter(company: Company) -> FiscalPeriod | None:
    """The quarter that the last report ends with; a year ends with its fourth."""
    ends: Sequence[FiscalPeriod] = [
        FiscalPeriod(f.fiscal_year, "Q4" if f.fiscal_period == "FY" else f.fiscal_period)
        for f in company.filings
        if f.fiscal_year and f.fiscal_period in ("Q1", "Q2", "Q3", "Q4", "FY")
    ]
    return max(ends, default=None)


def replaced(expression: str, name: str, term: str) -> str:
    """The expression with a derived operand written out in place of its name."""
    return expression if name == term else re.sub(rf"\b{re.escape(name)}\b", term, expression)


def _on_one_basis(term: Term, later: Finding) -> Term:
    """An earlier count or per-share figure as the later one's filing restates it: a split lies between."""
    if term.reported is None:
        return term
    for filing, fact in term.reported.chosen.restated:
        if filing.id == later.chosen.filing.id:
            again = replace(term.reported, chosen=Chosen(filing, fact))
            return replace(term, operands=((term.expression, again),))
    return term


def left_over(longer: Period, shorter: Period) -> Period | None:
    """What `longer` has before or after `shorter`; None unless they share an end and a quarter is left."""
    if longer.start is None or shorter.start is None:
        return None
    day = timedelta(days=1)
    if abs((longer.start - shorter.start).days) <= FEW_DAYS and shorter.end < longer.end:
        rest = Period(shorter.end + day, longer.end)
    elif abs((longer.end - shorter.end).days) <= FEW_DAYS and longer.start < shorter.start:
        rest = Period(longer.start, shorter.start - day)
    else:
        return None
    return rest if rest.quarters == 1 else None


def _lexicon_unit(unit: str) -> str:
    """A fact's unit as the lexicon has it, where dollars stand for any currency."""
    if CURRENCY.fullmatch(unit):
        return "USD"
    return "USD/shares" if unit.endswith("/shares") else unit
