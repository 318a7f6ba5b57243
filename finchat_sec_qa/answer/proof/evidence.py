"""What numbers rest on: a number, its unit and its period compared with the fact that is cited for it."""

from collections.abc import Iterator, Mapping

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.sentences import amended_label, of_another_year, restated_label
from finchat_sec_qa.answer.witness import AS_PRINTED, printed_otherwise
from finchat_sec_qa.facts.calendar import DRIFT, Target
from finchat_sec_qa.facts.lexicon import Entry
from finchat_sec_qa.facts.members import cut_of
from finchat_sec_qa.facts.select import amends, better, differs, reported
from finchat_sec_qa.model.answer import Alternate, Answer, PeriodView, Value
from finchat_sec_qa.model.fact import Fact

Problem = tuple[int | None, str]  # number of the citation, None for the whole, and what is wrong with it
Facts = Mapping[int, Rechecked]  # citations made again, by their numbers


def value_problems(what: str, number: str, unit: str, citation: int, facts: Facts) -> Iterator[Problem]:
    """A number and its unit, against the fact that a citation proves."""
    place = facts.get(citation)
    if place is None or place.fact is None or place.fact.value is None:
        yield citation, f"{what} names citation {citation}, which proves no number"
        return
    if plain(place.fact.value) != number:
        yield citation, f"{what} is {number}, the filing says {plain(place.fact.value)}"
    if (place.fact.unit or "") != unit:
        yield citation, f"{what} is in {unit}, the filing says {place.fact.unit}"


def dated(view: PeriodView) -> bool:
    """Whether a period that an answer gives is one: it has an end, which is not before its start."""
    return view.end is not None and (view.start is None or view.start <= view.end)


def period_problems(given: PeriodView, place: Rechecked) -> Iterator[Problem]:
    """A period, against that of the fact cited for it."""
    view = place.period_view()
    if view is not None and view != given:
        yield place.citation.id, f"the period is {given}, the filing says {view}"


def alternate_problems(alternate: Alternate, main: Rechecked | None, facts: Facts) -> Iterator[Problem]:
    """An alternate is the same figure as the main number, told differently by a filing that came later, or
    of another fiscal year.
    """
    what, number = f"the alternate “{alternate.label}”", alternate.citation
    if alternate.label == AS_PRINTED:  # see witness_problems
        return
    yield from value_problems(what, alternate.value.number, alternate.value.unit, number, facts)
    place = facts.get(number)
    if place is None or place.fact is None:
        return
    yield from period_problems(alternate.value.period, place)
    if of_another_year(alternate):
        yield from _beside_problems(what, main, place)
        return
    labelled = amended_label if _amended(main, place) else restated_label
    wanted = labelled(place.citation.form, place.citation.period_end)
    if alternate.label != wanted:
        yield number, f"{what} should be called “{wanted}”"
    if main is place:
        yield number, f"{what} is the answer's own number"
    elif main is not None and main.fact is not None:
        for problem in _restates(main, main.fact, place, place.fact):
            yield number, f"{what} {problem}"


def witness_problems(answer: Answer, facts: Facts) -> Iterator[Problem]:
    """Amounts that the tables print otherwise and the answer does not tell, or tells where they do not."""
    told = {one.citation: one.value for one in answer.alternates if one.label == AS_PRINTED}
    for number, place in facts.items():
        if place.fact is None or place.parsed is None:
            continue
        printed, value = printed_otherwise(place.parsed.document.tables, place.fact), told.pop(number, None)
        if printed is None and value is not None:
            yield number, f"the table prints nothing else than the fact, the answer says {value.number}"
        elif printed is not None and value is None:
            yield number, f"the table prints {plain(printed)} there, which the answer does not tell"
        elif printed is not None and value is not None:
            wanted = Value(
                number=plain(printed),
                unit=place.fact.unit or "",
                period=place.period_view() or value.period,
            )
            if value != wanted:
                yield number, f"the table prints {plain(printed)} there, the answer says {value.number}"
    for number in told:
        yield number, f"the alternate “{AS_PRINTED}” names citation {number}, which proves no number"


def _beside_problems(what: str, main: Rechecked | None, place: Rechecked) -> Iterator[Problem]:
    """What is told for another year is of the same company and part, and of no year that is told already."""
    number = place.citation.id
    if main is None or main.fact is None or place.fact is None:
        return
    if place.fact.dimensions != main.fact.dimensions:
        yield number, f"{what} is of {told(place.fact)}, the answer of {told(main.fact)}"
    if place.subject != main.subject:
        yield number, f"{what} is of {place.company}, the answer of {main.company}"
    if place.period_view() == main.period_view():
        yield number, f"{what} is of the answer's own period"


def _restates(main: Rechecked, first: Fact, place: Rechecked, later: Fact) -> Iterator[str]:
    """Why a fact is no later word on another one."""
    if (first.concept, first.dimensions) != (later.concept, later.dimensions):
        yield f"is of {told(later)}, the answer of {told(first)}"
    if place.subject != main.subject:
        yield f"is of {place.company}, the answer of {main.company}"
    apart = abs((later.period.end - first.period.end).days)
    if apart > 2 * DRIFT or later.period.quarters != first.period.quarters:
        yield f"is for {later.period}, the answer for {first.period}"
    elif not differs(first, later):
        yield "is the number that the answer gives"
    if place.filing is not None and main.filing is not None and not _amended(main, place):
        view = main.period_view()
        annual = view is not None and view.fiscal_period == "FY"
        if reported(place.filing, annual=annual) < reported(main.filing, annual=annual):
            yield "was reported before the answer's number"


def _amended(main: Rechecked | None, place: Rechecked) -> bool:
    """Whether the answer's own filing amends the one of another citation."""
    if main is None or main.filing is None or place.filing is None:
        return False
    return amends(main.filing, place.filing)


def told(fact: Fact) -> str:
    """A fact's concept, and the part of the company that it is of."""
    parts = ", ".join(member for _, member in fact.dimensions)
    return f"{fact.concept} of {parts}" if parts else fact.concept


def whole_problems(what: str, place: Rechecked) -> Iterator[Problem]:
    """A figure is computed from numbers of the whole company."""
    if place.fact is not None and place.fact.dimensions:
        yield place.citation.id, f"{what} cites [{place.citation.id}], which is of a part: {told(place.fact)}"


def best_problems(what: str, entry: Entry, target: Target | None, place: Rechecked) -> Iterator[Problem]:
    """Of a document's numbers for a figure, the one of the nearest concept and the most exact is taken."""
    if place.fact is None or target is None:
        return
    other = better(entry, target, place.fact, place.rivals)
    if other is not None and other.value is not None:
        number = f"{told(other)} of {plain(other.value)}"
        yield (
            place.citation.id,
            f"{what} is {told(place.fact)}, the document gives {number}, which fits better",
        )


def cut_problems(place: Rechecked) -> Iterator[Problem]:
    """A reported number is the whole's or a part's; cuts along other axes have no name in a sentence."""
    if place.fact is not None and place.fact.dimensions and not cut_of(place.fact):
        yield place.citation.id, f"the fact is no number of the whole or of one part: {told(place.fact)}"
