"""Findings become cells, and each place they rest on becomes one citation of the table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from finchat_sec_qa.answer.amounts import Computed, Term
from finchat_sec_qa.answer.figures import plain, rounded
from finchat_sec_qa.answer.findings import Finding, Miss
from finchat_sec_qa.answer.sentences import period_view, restated_label
from finchat_sec_qa.cite.places import Source, cite_fact, cite_span
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.model.answer import Alternate, Calculation, Citation, Operand, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.figure_table import FigureCell, Gap
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.tables.metrics import Metric


class CitedFrom(Protocol):
    """Documents to cite from: a store's, or one that was parsed anew."""

    def get(self, filing_id: str, document: int) -> Source:
        """One document of a filing."""

    def text(self, filing_id: str, document: int) -> str:
        """Its text."""


Place = tuple[str, int, int, int, str | None]


class Citations:
    """The citations of one table, numbered from 1 in the order of their first use."""

    def __init__(self, sources: CitedFrom) -> None:
        self._sources = sources
        self._numbers: dict[Place, int] = {}
        self._made: list[Citation] = []

    def of_fact(self, filing: str, fact: Fact) -> int:
        """The number of the citation of a fact."""
        place = (filing, fact.document, fact.start, fact.end, f"{fact.concept} {fact.fact_id}")
        if place not in self._numbers:
            source = self._sources.get(filing, fact.document)
            self._keep(place, cite_fact(source, len(self._made) + 1, fact))
        return self._numbers[place]

    def of_span(self, filing: str, document: int, start: int, end: int) -> int:
        """The number of the citation of a stretch of text."""
        place = (filing, document, start, end, None)
        if place not in self._numbers:
            source = self._sources.get(filing, document)
            self._keep(place, cite_span(source, len(self._made) + 1, start, end))
        return self._numbers[place]

    def text(self, filing: str, document: int) -> str:
        """The text of a document that is cited from."""
        return self._sources.text(filing, document)

    @property
    def all(self) -> tuple[Citation, ...]:
        """All citations in their order."""
        return tuple(self._made)

    def _keep(self, place: Place, citation: Citation) -> None:
        self._numbers[place] = citation.id
        self._made.append(citation)


def cell_of(
    metric: Metric, asked: FiscalPeriod, found: Term | Computed | Miss, citations: Citations
) -> FigureCell:
    """The cell that a figure or its absence makes."""
    if isinstance(found, Miss):
        return missing(found)
    if isinstance(found, Term) and found.reported is not None:
        return _reported(found.reported, citations)
    return _computed(metric, asked, found, citations)


def missing(miss: Miss) -> FigureCell:
    """A cell that says why it has no number."""
    return FigureCell(status="missing", gap=Gap(reason=miss.reason, message=miss.message))


def _reported(finding: Finding, citations: Citations) -> FigureCell:
    chosen = finding.chosen
    citation = citations.of_fact(chosen.filing.id, finding.fact)
    return FigureCell(
        status="reported",
        number=plain(chosen.value),
        unit=finding.fact.unit or "",
        period=period_view(finding.fact.period, finding.name),
        citation=citation,
        alternates=_alternates(finding, citations),
    )


def _alternates(finding: Finding, citations: Citations) -> tuple[Alternate, ...]:
    """What later filings report for the same, with the places that say so."""
    return tuple(
        Alternate(
            label=restated_label(filing.form, filing.period_end),
            value=Value(
                number=plain(fact.value or Decimal(0)),
                unit=fact.unit or "",
                period=period_view(fact.period, finding.name),
            ),
            citation=citations.of_fact(filing.id, fact),
        )
        for filing, fact in finding.chosen.restated
    )


def _computed(
    metric: Metric, asked: FiscalPeriod, found: Term | Computed, citations: Citations
) -> FigureCell:
    """The value of a formula, rounded as answers round it; a gap where it cannot be computed."""
    amounts = {name: finding.chosen.value for name, finding in found.operands}
    unit = _unit(metric, [finding for _, finding in found.operands])
    if unit is None:
        return missing(Miss("unsupported", f"{metric.label}: its operands are in different units.", ()))
    written = found.expression if isinstance(found, Term) else found.formula(unit)
    try:
        result, rounding = rounded(evaluate(written, amounts), "USD" if metric.unit == "USD" else unit, None)
    except UsageError as error:
        return missing(Miss("unsupported", f"{metric.label}: {error}", ()))
    operands = tuple(
        Operand(
            name=name,
            number=plain(finding.chosen.value),
            unit=finding.fact.unit or "",
            citation=citations.of_fact(finding.chosen.filing.id, finding.fact),
        )
        for name, finding in found.operands
    )
    calculation = Calculation(formula=f"{metric.label} = {written}", operands=operands, rounding=rounding)
    return FigureCell(
        status="computed",
        number=plain(result),
        unit=unit,
        period=period_view(found.days, asked),
        calculation=calculation,
    )


def _unit(metric: Metric, operands: Sequence[Finding]) -> str | None:
    """The result's unit: the operands' currency for an amount; None where they are not in one currency."""
    units = {finding.fact.unit or "" for finding in operands}
    if metric.kind != "formula" or metric.unit == "USD":
        return units.pop() if len(units) == 1 else None
    return metric.unit
