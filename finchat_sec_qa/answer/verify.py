"""Checking an answer against the stored bytes: every quote, hash, offset, fact and calculation.

Nothing that was stored beside the bytes is believed: each cited document is read again from its original,
the citation is made again from that, and compared field by field; numbers and sentences are made again
from the facts. What does not follow is named, with the citation it belongs to. Answers to be verified are
untrusted input: whatever they hold, the result is a report.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from finchat_sec_qa.answer.compose import answer_id, quoted_text
from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.recalculate import calculation_problems, compares
from finchat_sec_qa.answer.recheck import Readings, Recheck, Rechecked
from finchat_sec_qa.answer.sentences import (
    compared_sentence,
    computed_sentence,
    fact_sentence,
    restated_label,
)
from finchat_sec_qa.errors import StoreCorruptError, UsageError
from finchat_sec_qa.model.answer import Alternate, Answer, CheckedCitation, Value, VerifyReport
from finchat_sec_qa.ports import StoreReader

MAX_CITATIONS = 200  # of one answer; ours have a few

Problem = tuple[int, str]  # number of a citation, and what is wrong with it


def verify_answer(store: StoreReader, answer: Answer, readings: Readings) -> VerifyReport:
    """Check all of an answer; `holds` only if nothing at all is wrong.

    Raises UsageError for an answer with more than MAX_CITATIONS citations.
    """
    if len(answer.citations) > MAX_CITATIONS:
        raise UsageError(
            f"an answer with {len(answer.citations)} citations; at most {MAX_CITATIONS} are checked"
        )
    recheck = Recheck(store, readings)
    again = [recheck.citation(citation) for citation in answer.citations]
    problems: dict[int, list[str]] = defaultdict(list)
    for number, problem in (*_citation_problems(answer, again), *_number_problems(answer, again)):
        problems[number].append(problem)
    whole = tuple(_whole_problems(answer, again))
    checked = tuple(
        CheckedCitation(
            id=citation.id,
            filing=citation.filing,
            holds=not problems[citation.id],
            problems=tuple(problems[citation.id]),
        )
        for citation in answer.citations
    )
    known = {citation.id for citation in answer.citations}
    unplaced = [text for number, texts in problems.items() if number not in known for text in texts]
    return VerifyReport(
        holds=not whole and not unplaced and all(item.holds for item in checked),
        answer_id=answer.id,
        citations=checked,
        problems=(*whole, *unplaced),
    )


def check_quotes(store: StoreReader, answer: Answer) -> None:
    """The quick check before an answer leaves: each quote is the stored text at its place.

    Raises StoreCorruptError, which means that the store or this program is broken.
    """
    for citation in answer.citations:
        for document in store.documents(citation.filing):
            if document.sha256 == citation.sha256:
                text = store.text(citation.filing, document.index)
                if citation.quote and text[citation.start : citation.end] == citation.quote:
                    break
        else:
            raise StoreCorruptError(
                f"citation {citation.id} of filing {citation.filing} is not in the stored text; "
                "run `finchat store check`"
            )


def _citation_problems(answer: Answer, again: Sequence[Rechecked]) -> Iterator[Problem]:
    """What is wrong with the citations as places, their numbers, and that nothing rests on one."""
    used = _used(answer)
    for number, place in enumerate(again, start=1):
        given = place.citation.id
        if given != number:
            yield given, f"its id is {given}, but it is number {number} of the answer"
        if number not in used:
            yield given, "nothing in the answer rests on it"
        for problem in place.problems:
            yield given, problem


def _used(answer: Answer) -> set[int]:
    """Numbers of the citations that the answer rests on."""
    if answer.calculation is not None:
        used = {operand.citation for operand in answer.calculation.operands}
    elif answer.value is not None:
        used = {1}
    else:
        used = set(range(1, len(answer.citations) + 1))
    return used | {alternate.citation for alternate in answer.alternates}


def _number_problems(answer: Answer, again: Sequence[Rechecked]) -> Iterator[Problem]:
    """Every number that does not follow from the facts cited."""
    facts = {place.citation.id: place for place in again}
    if answer.calculation is not None:
        for operand in answer.calculation.operands:
            yield from _value_problems(
                f"operand {operand.name}", operand.number, operand.unit, operand.citation, facts
            )
    elif answer.value is not None:
        yield from _value_problems("the value", answer.value.number, answer.value.unit, 1, facts)
        if 1 in facts:
            yield from _period_problems(answer.value, facts[1])
    for alternate in answer.alternates:
        yield from _alternate_problems(alternate, facts)


def _alternate_problems(alternate: Alternate, facts: dict[int, Rechecked]) -> Iterator[Problem]:
    """An alternate is the same figure as the answer's, in a later filing."""
    what, number = f"the alternate “{alternate.label}”", alternate.citation
    yield from _value_problems(what, alternate.value.number, alternate.value.unit, number, facts)
    place, main = facts.get(number), facts.get(1)
    if place is None or place.fact is None:
        return
    yield from _period_problems(alternate.value, place)
    wanted = restated_label(place.citation.form, place.citation.period_end)
    if alternate.label != wanted:
        yield number, f"{what} should be called “{wanted}”"
    if main is place:
        yield number, f"{what} is the answer's own number"
    elif (
        main is not None
        and main.fact is not None
        and (main.fact.concept, main.fact.dimensions)
        != (
            place.fact.concept,
            place.fact.dimensions,
        )
    ):
        yield number, f"{what} is of {place.fact.concept}, the answer of {main.fact.concept}"


def _value_problems(
    what: str, number: str, unit: str, citation: int, facts: dict[int, Rechecked]
) -> Iterator[Problem]:
    place = facts.get(citation)
    if place is None or place.fact is None or place.fact.value is None:
        yield citation, f"{what} names citation {citation}, which proves no number"
        return
    if plain(place.fact.value) != number:
        yield citation, f"{what} is {number}, the filing says {plain(place.fact.value)}"
    if (place.fact.unit or "") != unit:
        yield citation, f"{what} is in {unit}, the filing says {place.fact.unit}"


def _period_problems(value: Value, place: Rechecked) -> Iterator[Problem]:
    view = place.period_view()
    if view is not None and view != value.period:
        yield place.citation.id, f"the period is {value.period}, the filing says {view}"


def _whole_problems(answer: Answer, again: Sequence[Rechecked]) -> Iterator[str]:
    """What is wrong with the answer as a whole: its id, its status, its arithmetic, its sentence."""
    content = answer.id.partition("-")[0]
    if answer.id != answer_id(content, answer.question, answer.scope):
        yield "the id does not belong to this question, scope and store content"
    if (answer.status == "refused") != (answer.refusal is not None):
        yield f"status {answer.status!r} and refusal do not go together"
    if answer.refusal is not None:
        if answer.citations or answer.value or answer.calculation or answer.alternates:
            yield "a refusal brings no value and no citations"
        if answer.answer != answer.refusal.message:
            yield "the text is not the refusal's message"
        return
    if not answer.citations:
        yield "an answer without citations proves nothing"
        return
    if answer.value is not None and answer.value.period != answer.scope.period:
        yield "the value's period is not the period of the answer's scope"
    if answer.calculation is not None:
        yield from calculation_problems(answer, answer.calculation, again)
    wanted = _sentence(answer, again)
    if wanted is not None and answer.answer != wanted:
        marks = ", ".join(f"[{citation.id}]" for citation in answer.citations)
        yield f"the text does not follow from {marks}; that would read: {wanted}"


def _sentence(answer: Answer, again: Sequence[Rechecked]) -> str | None:
    """The text that follows from the facts; None where what it is made from does not, which is told apart."""
    if answer.value is None:
        return quoted_text(answer.citations)
    if answer.value.period not in [place.period_view() for place in again]:
        return None
    companies = [place.company for place in again]
    if answer.calculation is None:
        fact = again[0].fact
        return fact_sentence(companies[0], fact, answer.value) if fact is not None else None
    if not answer.calculation.operands:
        return None
    if compares(answer.calculation):
        if len(companies) != 2 or len(answer.calculation.operands) != 2:
            return None
        return compared_sentence(companies, answer.calculation, answer.value)
    return computed_sentence(companies[0], answer.calculation, answer.value)
