"""Witnesses of the numbers that an answer rests on: sums that the filing states, and EDGAR's companyfacts.

Of the sums those that disagree are told, up to the first that agrees. What they are is a pure function of the
stored documents, so that `verify` makes them again.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from finchat_sec_qa.answer.figures import plain, spoken
from finchat_sec_qa.answer.sentences import concept_name
from finchat_sec_qa.cite.places import Source, cell_at, cite_fact, cite_span
from finchat_sec_qa.facts.labels import listed, member_label
from finchat_sec_qa.facts.members import part_of
from finchat_sec_qa.facts.select import differs
from finchat_sec_qa.facts.sums import Part, Stated, concepts_beside, sums_of
from finchat_sec_qa.model.answer import Citation, Component, PeriodView, Value, Witness
from finchat_sec_qa.model.companyfacts import filing_id, is_companyfacts
from finchat_sec_qa.model.fact import Fact

MOST_NAMED = 4  # components that the sentence names; more are counted
LONGEST_LABEL = 100  # characters


class Beside(Protocol):
    """What stands beside a cited fact: in a store, or read anew from the bytes."""

    def facts_beside(self, cited: "Cited", concepts: tuple[str, ...]) -> Sequence[Fact]:
        """Numbers of the cited document with these concepts, in the document's order."""

    def companyfacts_of(self, source: Source, concept: str) -> tuple[Source, Sequence[Fact]] | None:
        """The numbers with that concept which stored companyfacts have of the source's report."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A number that an answer rests on: its citation, and the period as the answer tells it."""

    citation: Citation
    source: Source
    fact: Fact
    period: PeriodView


def witnesses_of(
    cited: Sequence[Cited], citations: Sequence[Citation], beside: Beside, looked_at: Container[str]
) -> tuple[tuple[Witness, ...], tuple[Citation, ...]]:
    """The witnesses of cited numbers in their order, and the citations that they add to the answer's own.

    `looked_at` are the ids of the filings in the answer's scope: only their companyfacts are asked.
    """
    places = _Citations(citations)
    found: list[Witness] = []
    for one in cited:
        found += [_of_sum(one, stated, places) for stated in _stated(one, beside)]
        if filing_id(one.source.filing.accession or "") in looked_at:
            found += _of_companyfacts(one, beside, places)
    return tuple(found), places.added


def _stated(one: Cited, beside: Beside) -> Iterator[Stated]:
    def facts() -> Sequence[Fact]:
        return beside.facts_beside(one, concepts_beside(one.fact))

    cell = cell_at(one.source.tables, one.fact.start, one.fact.end)
    return sums_of(one.fact, facts, one.source.tables, cell)


def _of_sum(one: Cited, stated: Stated, places: "_Citations") -> Witness:
    unit = one.fact.unit or ""
    parts = tuple(
        Component(
            label=_label(part),
            number=plain(part.value),
            unit=unit,
            sign="+" if part.weight > 0 else "-",
            citation=places.of(one.source, part),
        )
        for part in stated.parts
    )
    value = Value(number=plain(stated.total), unit=unit, period=one.period)
    text = _sum_sentence(one, parts, value, agrees=stated.agrees)
    return Witness(kind="sum", of=one.citation.id, agrees=stated.agrees, text=text, value=value, parts=parts)


def _of_companyfacts(one: Cited, beside: Beside, places: "_Citations") -> Iterator[Witness]:
    fact = one.fact
    if fact.printed or fact.dimensions or is_companyfacts(one.source.filing):
        return
    found = beside.companyfacts_of(one.source, fact.concept)
    if found is None:
        return
    source, facts = found
    same = next((each for each in facts if (each.period, each.unit) == (fact.period, fact.unit)), None)
    if same is None or same.value is None:
        return
    agrees, unit = not differs(fact, same), same.unit or ""
    part = Part(same.start, same.end, same.value, 1, concept_name(same.concept), same)
    number = places.of(source, part)
    component = Component(label=part.label, number=plain(same.value), unit=unit, sign="+", citation=number)
    said, own = spoken(same.value, unit), spoken(fact.value or Decimal(0), unit)
    text = f"[{one.citation.id}] agrees with EDGAR's companyfacts, {said} [{number}]."
    if not agrees:
        text = f"[{one.citation.id}] says {own}, EDGAR's companyfacts say {said} [{number}]."
    yield Witness(
        kind="companyfacts",
        of=one.citation.id,
        agrees=agrees,
        text=text,
        value=Value(number=plain(same.value), unit=unit, period=one.period),
        parts=(component,),
    )


def _label(part: Part) -> str:
    """What a component is called: by its row, by its part of the company, by its concept."""
    label = part.label
    if part.fact is not None:
        member = part_of(part.fact)
        label = member_label(member[1]) if member is not None else concept_name(part.fact.concept)
    return label if len(label) <= LONGEST_LABEL else label[:LONGEST_LABEL].rpartition(" ")[0] + " …"


def _sum_sentence(one: Cited, parts: Sequence[Component], value: Value, *, agrees: bool) -> str:
    """For example "[1] agrees with the sum of Current assets ($1 million [2]) and Other ($2 million [3])"."""
    added = [part for part in parts if part.sign == "+"]
    taken = [part for part in parts if part.sign == "-"]
    if len(parts) > MOST_NAMED:
        numbers = [part.citation for part in parts]
        what = f"the sum of {len(parts)} components, [{numbers[0]}] to [{numbers[-1]}]"
    else:
        what = listed([_named(part) for part in added])
        what = f"the sum of {what}" if len(added) > 1 else what
        what += f" less {listed([_named(part) for part in taken])}" if taken else ""
    number = one.citation.id
    if agrees:
        return f"[{number}] agrees with {what}."
    own, makes = (
        spoken(amount, value.unit) for amount in (one.fact.value or Decimal(0), Decimal(value.number))
    )
    return f"[{number}] says {own}, {what} makes {makes}."


def _named(part: Component) -> str:
    amount = spoken(Decimal(part.number), part.unit)
    return f"{part.label or 'a row without a name'} ({amount} [{part.citation}])"


class _Citations:
    """The citations of an answer and what its witnesses add to them; no place is cited twice."""

    def __init__(self, citations: Sequence[Citation]) -> None:
        self._known = {_place(citation): citation.id for citation in citations}
        self._next = max((citation.id for citation in citations), default=0) + 1
        self._added: list[Citation] = []

    @property
    def added(self) -> tuple[Citation, ...]:
        """What was added, in the order of first use."""
        return tuple(self._added)

    def of(self, source: Source, part: Part) -> int:
        """The id of the citation of a component."""
        number = self._next
        made = (
            cite_fact(source, number, part.fact)
            if part.fact is not None
            else cite_span(source, number, part.start, part.end)
        )
        place = _place(made)
        if place not in self._known:
            self._known[place] = number
            self._added.append(made)
            self._next += 1
        return self._known[place]


def _place(citation: Citation) -> tuple[str, str, int, int, str | None]:
    return citation.filing, citation.sha256, citation.start, citation.end, citation.fact_id
