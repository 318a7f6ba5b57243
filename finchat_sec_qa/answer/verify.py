"""Checking an answer against the stored bytes: every quote, hash, offset, fact and calculation.

Nothing that was stored beside the bytes is believed: each cited document is read again from its original,
the citation is made again from that, and compared field by field; numbers and sentences are made again
from the facts. What does not follow is named, with the citation it belongs to.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from finchat_sec_qa.answer.compose import answer_id, quoted_text
from finchat_sec_qa.answer.figures import half_up, plain
from finchat_sec_qa.answer.recheck import Recheck, Rechecked
from finchat_sec_qa.answer.sentences import compared_sentence, computed_sentence, fact_sentence
from finchat_sec_qa.errors import FinChatError, StoreCorruptError
from finchat_sec_qa.facts.expressions import evaluate, names_in
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.answer import Answer, Calculation, CheckedCitation, Value, VerifyReport
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.ports import StoreReader


def verify_answer(store: StoreReader, answer: Answer, limits: Limits) -> VerifyReport:
    """Check all of an answer; `holds` only if nothing at all is wrong."""
    recheck = Recheck(store, limits)
    again = [recheck.citation(citation) for citation in answer.citations]
    problems: dict[int, list[str]] = {place.citation.id: list(place.problems) for place in again}
    whole: list[str] = []
    numbers = [citation.id for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        whole.append(f"citations are numbered {numbers}, not 1 to {len(numbers)}")
    for number, problem in _number_problems(answer, again):
        problems.setdefault(number, []).append(problem)
    whole.extend(_whole_problems(answer, again))
    checked = tuple(
        CheckedCitation(
            id=citation.id,
            filing=citation.filing,
            holds=not problems.get(citation.id),
            problems=tuple(problems.get(citation.id, ())),
        )
        for citation in answer.citations
    )
    unplaced = [text for number, texts in problems.items() if number not in numbers for text in texts]
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
                if text[citation.start : citation.end] == citation.quote:
                    break
        else:
            raise StoreCorruptError(
                f"citation {citation.id} of filing {citation.filing} is not in the stored text; "
                "run `finchat store check`"
            )


def _number_problems(answer: Answer, again: Sequence[Rechecked]) -> Iterator[tuple[int, str]]:
    """(citation, problem) for every number that does not follow from the facts cited."""
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
        yield from _value_problems(
            f"the alternate “{alternate.label}”", alternate.value.number, alternate.value.unit,
            alternate.citation, facts,
        )  # fmt: skip
        if alternate.citation in facts:
            yield from _period_problems(alternate.value, facts[alternate.citation])


def _value_problems(
    what: str, number: str, unit: str, citation: int, facts: dict[int, Rechecked]
) -> Iterator[tuple[int, str]]:
    place = facts.get(citation)
    if place is None or place.fact is None or place.fact.value is None:
        yield citation, f"{what} names citation {citation}, which proves no number"
        return
    if plain(place.fact.value) != number:
        yield citation, f"{what} is {number}, the filing says {plain(place.fact.value)}"
    if (place.fact.unit or "") != unit:
        yield citation, f"{what} is in {unit}, the filing says {place.fact.unit}"


def _period_problems(value: Value, place: Rechecked) -> Iterator[tuple[int, str]]:
    if place.fact is None:
        return
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
    if answer.calculation is not None:
        yield from _calculation_problems(answer, answer.calculation, again)
    wanted = _sentence(answer, again)
    if wanted is not None and answer.answer != wanted:
        marks = ", ".join(f"[{citation.id}]" for citation in answer.citations)
        yield f"the text does not follow from {marks}; that would read: {wanted}"


def _calculation_problems(
    answer: Answer, calculation: Calculation, again: Sequence[Rechecked]
) -> Iterator[str]:
    if answer.value is None:
        yield "a calculation without a value"
        return
    yield from _arithmetic_problems(calculation, answer.value)
    yield from _operand_problems(calculation, again)
    if answer.value.period not in [place.period_view() for place in again]:
        yield f"the period {answer.value.period} is that of none of the operands"
    if answer.value.period != answer.scope.period:
        yield "the value's period is not the period of the answer's scope"
    allowed = {"percent", "ratio", "days", *(operand.unit for operand in calculation.operands)}
    if answer.value.unit not in allowed:
        yield f"the unit {answer.value.unit!r} does not follow from the operands"


def _arithmetic_problems(calculation: Calculation, value: Value) -> Iterator[str]:
    """The formula computed again from the operands."""
    label, equals, formula = calculation.formula.partition(" = ")
    if not equals or not label:
        yield f"the formula {calculation.formula!r} is not of the form “figure = expression”"
        return
    try:
        amounts = {operand.name: Decimal(operand.number) for operand in calculation.operands}
        if set(names_in(formula)) != set(amounts):
            yield f"the formula {formula} and its operands {sorted(amounts)} do not go together"
        result = evaluate(formula, amounts)
    except (FinChatError, InvalidOperation) as error:
        yield f"the calculation cannot be repeated: {error}"
        return
    digits = _digits(calculation.rounding)
    if digits is None and calculation.rounding != "none":
        yield f"the rounding {calculation.rounding!r} is none that is known"
    if digits is not None:
        result = half_up(result, digits)
    if plain(result) != value.number:
        yield f"the calculation gives {plain(result)}, the answer says {value.number}"


def _operand_problems(calculation: Calculation, again: Sequence[Rechecked]) -> Iterator[str]:
    """An operand named `assets_FY2024` must cite a fact of that entry, of that year."""
    places = {place.citation.id: place for place in again}
    for operand in calculation.operands:
        key, _, year = operand.name.rpartition("_FY")
        place = places.get(operand.citation)
        if key not in entries() or place is None or place.fact is None:
            continue
        if place.fact.concept.partition(":")[2] not in entries()[key].concepts:
            yield f"operand {operand.name} cites [{operand.citation}], which is {place.fact.concept}"
        view = place.period_view()
        if view is not None and str(view.fiscal_year) != year:
            yield f"operand {operand.name} cites [{operand.citation}], which is of fiscal {view.fiscal_year}"


def _digits(rounding: str) -> int | None:
    words = rounding.split()
    return (
        int(words[3])
        if len(words) == 5 and words[:3] == ["half", "up", "to"] and words[3].isdigit()
        else None
    )


def _sentence(answer: Answer, again: Sequence[Rechecked]) -> str | None:
    """The text that follows from the facts; None where they could not be read."""
    if answer.value is None:
        return quoted_text(answer.citations)
    if answer.value.period.end is None:
        return ""
    companies = [place.company for place in again]
    if answer.calculation is None:
        fact = again[0].fact
        return fact_sentence(companies[0], fact, answer.value) if fact is not None else None
    if answer.calculation.formula.startswith("difference in "):
        return compared_sentence(companies, answer.calculation, answer.value)
    return computed_sentence(companies[0], answer.calculation, answer.value)
