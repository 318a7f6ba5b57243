"""One company's figures for a table: reported, derived, or computed, as answers have them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from finchat_sec_qa.answer.amounts import Amounts, Computed, Term
from finchat_sec_qa.answer.findings import Company, Miss
from finchat_sec_qa.facts.derivation import Span
from finchat_sec_qa.facts.lexicon import PREFIXES, Entry, entries
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.ports import FactQuery
from finchat_sec_qa.tables.metrics import Metric
from finchat_sec_qa.tables.parts import WHOLE, Part

CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Figures(Company):
    """A company whose figures go into a table."""

    def figure(self, metric: Metric, period: FiscalPeriod, part: Part = WHOLE) -> Term | Computed | Miss:
        """The metric for a fiscal period, of the whole company or of a part, or why there is none."""
        amounts, span = Amounts(self, part.member, part.said), Span(period)
        if metric.kind == "formula":
            return _named(metric, amounts.figure(metric.label, metric.expression, span))
        entry = self.entry(metric)
        if entry is None:
            return Miss(
                "not_disclosed", f"The filings of {self.subject.name} here report no {metric.key}.", ()
            )
        found = amounts.term(entry, span)
        if isinstance(found, Miss) and found.reported and entry.otherwise and not part.name:
            instead = amounts.figure(metric.label, metric.key, span)
            return found if isinstance(instead, Miss) else instead
        return found

    def entry(self, metric: Metric) -> Entry | None:
        """What a metric that is one number is looked up as; None for a concept that nobody reports."""
        return entries()[metric.key] if metric.kind == "entry" else self.entry_of(metric.key)

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


def _named(metric: Metric, found: Computed | Miss) -> Computed | Miss:
    """A reason that begins with the metric that lacks something."""
    if isinstance(found, Miss) and found.reason != "unsupported":
        return replace(found, message=f"{metric.label}: {found.message}")
    return found


def _lexicon_unit(unit: str) -> str:
    """A fact's unit as the lexicon has it, where dollars stand for any currency."""
    if CURRENCY.fullmatch(unit):
        return "USD"
    return "USD/shares" if unit.endswith("/shares") else unit
