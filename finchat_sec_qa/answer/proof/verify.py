"""Checking an answer against the stored bytes: every quote, hash, offset, fact and calculation.

Nothing that was stored beside the bytes is believed: each cited document is read again from its original,
the citation is made again from that, and compared field by field; numbers and sentences are made again
from the facts. What does not follow is named, with the citation it belongs to. Answers to be verified are
untrusted input: whatever they hold, the result is a report.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from finchat_sec_qa.answer.compared import figures_sentence, of_figures
from finchat_sec_qa.answer.compose import answer_id, quoted_text
from finchat_sec_qa.answer.proof.asked import question_problems
from finchat_sec_qa.answer.proof.evidence import (
    Facts,
    Problem,
    alternate_problems,
    cut_problems,
    dated,
    period_problems,
    value_problems,
    witness_problems,
)
from finchat_sec_qa.answer.proof.quotes import quote_problems
from finchat_sec_qa.answer.proof.reasked import Asking, ask_again
from finchat_sec_qa.answer.proof.recalculate import calculation_problems, compares
from finchat_sec_qa.answer.proof.recheck import Readings, Recheck, Rechecked
from finchat_sec_qa.answer.proof.witnessed import witnessed_problems
from finchat_sec_qa.answer.ranked import is_ranked
from finchat_sec_qa.answer.sentences import (
    compared_sentence,
    computed_sentence,
    fact_sentence,
    of_another_year,
)
from finchat_sec_qa.answer.spans import derived_sentence, is_derived, where_derived
from finchat_sec_qa.answer.witness import AS_PRINTED
from finchat_sec_qa.errors import StoreCorruptError, UsageError
from finchat_sec_qa.model.answer import Answer, Calculation, CheckedCitation, Citation, Value, VerifyReport
from finchat_sec_qa.ports import StoreReader

MAX_CITATIONS = 200  # of one answer; ours have a few


def verify_answer(store: StoreReader, answer: Answer, readings: Readings, ask: Asking) -> VerifyReport:
    """Check all of an answer; `holds` only if nothing at all is wrong. `ask` answers from the store.

    Raises UsageError for an answer with more than MAX_CITATIONS citations.
    """
    if len(answer.citations) > MAX_CITATIONS:
        raise UsageError(
            f"an answer with {len(answer.citations)} citations; at most {MAX_CITATIONS} are checked"
        )
    recheck = Recheck(store, readings)
    again = [recheck.citation(citation) for citation in answer.citations]
    count = max(_used(answer), default=0)
    own, others = again[:count], again[count:]
    problems = (
        *citation_problems(again, _used(answer) | _witnessed(answer)),
        *_problems(answer, own, store),
        *witnessed_problems(answer, own, others, recheck),
        *((None, text) for text in _whole_problems(answer, own)),
    )
    if problems:  # only what is to blame is named
        return report_on(answer.id, answer.citations, problems)
    reasked = ask_again(answer, ask, store.digest())
    report = report_on(answer.id, answer.citations, reasked.problems)
    return report.model_copy(update={"notes": reasked.notes})


def report_on(name: str, citations: Sequence[Citation], problems: Iterable[Problem]) -> VerifyReport:
    """The report on an answer or table with that id: each problem at its citation, the others apart."""
    found: dict[int | None, list[str]] = defaultdict(list)
    for number, problem in problems:
        found[number].append(problem)
    checked = tuple(
        CheckedCitation(
            id=citation.id,
            filing=citation.filing,
            holds=not found[citation.id],
            problems=tuple(found[citation.id]),
        )
        for citation in citations
    )
    known = {citation.id for citation in citations}
    unplaced = tuple(text for number, texts in found.items() if number not in known for text in texts)
    return VerifyReport(
        holds=not unplaced and all(item.holds for item in checked),
        answer_id=name,
        citations=checked,
        problems=unplaced,
    )


def _problems(answer: Answer, again: Sequence[Rechecked], store: StoreReader) -> Iterator[Problem]:
    """All that is wrong with what the answer says, by the citation whose fault it is.

    `again` are the citations that it rests on.
    """
    if answer.refusal is None:
        facts = {place.citation.id: place for place in again}
        yield from _number_problems(answer, facts)
        yield from question_problems(answer, again, store.companies())
        if answer.value is None:
            for place in again:
                yield from quote_problems(place)


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


def citation_problems(again: Sequence[Rechecked], used: set[int]) -> Iterator[Problem]:
    """What is wrong with the citations as places, their numbers, and that nothing rests on one."""
    for number, place in enumerate(again, start=1):
        given = place.citation.id
        if given != number:
            yield given, f"its id is {given}, but it is citation number {number}"
        if number not in used:
            yield given, "nothing rests on it"
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


def _witnessed(answer: Answer) -> set[int]:
    """Numbers of the citations that the answer's witnesses rest on."""
    return {part.citation for witness in answer.witnesses for part in witness.parts}


def _number_problems(answer: Answer, facts: Facts) -> Iterator[Problem]:
    """Every number that does not follow from the facts cited."""
    if answer.calculation is not None:
        yield from calculation_problems(answer, answer.calculation, facts)
    elif answer.value is not None:
        yield from value_problems("the value", answer.value.number, answer.value.unit, 1, facts)
        if 1 in facts:
            yield from period_problems(answer.value.period, facts[1])
            yield from cut_problems(facts[1])
    if is_ranked(answer):  # held to the document's own ranking, with the question
        return
    if answer.value is not None:
        yield from witness_problems(answer, facts)
    for alternate in answer.alternates:
        computed = answer.calculation is not None and alternate.label != AS_PRINTED
        if answer.value is None or computed:
            yield alternate.citation, f"the alternate “{alternate.label}” stands beside no reported number"
        yield from alternate_problems(alternate, facts.get(1), facts)


def _whole_problems(answer: Answer, again: Sequence[Rechecked]) -> Iterator[str]:
    """What is wrong with the answer as a whole: its id, its status, its arithmetic, its sentence."""
    content = answer.id.partition("-")[0]
    if answer.id != answer_id(content, answer.question, answer.scope):
        yield "the id does not belong to this question, scope and store content"
    if (answer.status == "refused") != (answer.refusal is not None):
        yield f"status {answer.status!r} and refusal do not go together"
    if answer.refusal is not None:
        if answer.citations or answer.value or answer.calculation or answer.alternates or answer.witnesses:
            yield "a refusal brings no value and no citations"
        if answer.answer != answer.refusal.message:
            yield "the text is not the refusal's message"
        return
    if not answer.citations:
        yield "an answer without citations proves nothing"
        return
    if answer.value is not None and not dated(answer.value.period):
        yield f"the value's period {answer.value.period} is none"
    if answer.value is not None and answer.value.period != answer.scope.period:
        yield "the value's period is not the period of the answer's scope"
    wanted = _sentence(answer, again)
    if wanted is not None and answer.answer != wanted:
        marks = ", ".join(f"[{citation.id}]" for citation in answer.citations)
        yield f"the text does not follow from {marks}; that would read: {wanted}"


def _sentence(answer: Answer, again: Sequence[Rechecked]) -> str | None:
    """The text that follows from the facts; None where what it is made from does not, which is told apart."""
    if answer.value is None:
        return quoted_text(answer.citations)
    if not dated(answer.value.period):
        return None
    companies = [place.company for place in again]
    derived = answer.calculation is not None and where_derived(answer.calculation.formula.partition(" = ")[2])
    known = bool(derived) or answer.value.period in [place.period_view() for place in again]
    if answer.calculation is not None:
        return _computed(answer.calculation, answer.value, companies, known=known)
    fact = again[0].fact
    years = [alternate for alternate in answer.alternates if of_another_year(alternate)]
    undated = not all(dated(alternate.value.period) for alternate in years)
    if fact is None or undated or not known or is_ranked(answer):  # rankings are told with the question
        return None
    return fact_sentence(companies[0], fact, answer.value, years)


def _computed(calculation: Calculation, value: Value, companies: Sequence[str], *, known: bool) -> str | None:
    """The text of a calculation; `known` where its period is that of an operand."""
    if is_derived(calculation):
        return derived_sentence(companies[0], calculation, value)
    if not known or not calculation.operands:
        return None
    if compares(calculation) and of_figures(calculation):
        return figures_sentence(companies, calculation, value)
    if compares(calculation):
        if len(companies) != 2 or len(calculation.operands) != 2:
            return None
        return compared_sentence(companies, calculation, value)
    return computed_sentence(companies[0], calculation, value)
