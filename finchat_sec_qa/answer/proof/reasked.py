"""The question of an answer asked again: a refusal is still due, and nothing beside a number is left out.

A quote can be proven from its document's bytes alone; that there is nothing to quote, or no other value to
tell, cannot. For that the question is put to the store again, over the filings that the answer looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from finchat_sec_qa.answer.compose import STAMP
from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.answer.ranked import is_ranked
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.answer import Alternate, Answer, Citation
from finchat_sec_qa.model.request import ScopeRequest

Asking = Callable[[str, ScopeRequest], Answer]
NO_FORM = "no form"  # a scope of filings of this form is empty
LONGEST = 300  # characters of an answer that a problem quotes


@dataclass(frozen=True, slots=True)
class Reasked:
    """What is wrong with an answer when its question is asked again, and what a reader should know of it."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def ask_again(answer: Answer, ask: Asking, digest: str) -> Reasked:
    """Ask the answer's question again, over what it looked at; `digest` names what the store holds now."""
    changed = answer.id.partition("-")[0] != digest[:STAMP]
    if answer.refusal is None and (answer.value is None or is_ranked(answer)):
        return Reasked()  # quotes prove themselves, rankings are made again from their document
    found = _asked(answer, ask, ScopeRequest(filings=answer.scope.filings))
    if answer.refusal is not None:
        return _of_refusal(answer, found, ask, changed=changed)
    if isinstance(found, str):
        return Reasked((), _changed(changed))
    return Reasked(tuple(_left_out(answer, found)), _changed(changed))


def _changed(changed: bool) -> tuple[str, ...]:  # noqa: FBT001 - what it is called by
    return ("the store has changed since this was answered",) if changed else ()


def _of_refusal(answer: Answer, found: Answer | str, ask: Asking, *, changed: bool) -> Reasked:
    """A refusal holds where asking again over the same filings, or over all, gives the same one."""
    again = [found]
    if isinstance(found, str) or not _same(answer, found):
        again.append(_asked(answer, ask, ScopeRequest()))
    if any(not isinstance(one, str) and _same(answer, one) for one in again):
        return Reasked((), _now_answered(answer, ask) if changed else ())
    if not answer.scope.filings and answer.scope.companies:
        empty = _asked(answer, ask, ScopeRequest(companies=answer.scope.companies, forms=(NO_FORM,)))
        if not isinstance(empty, str) and _same(answer, empty):
            return Reasked((), ("not checked: the scope that it was asked in, and that no filing is in it",))
    if changed and not answer.scope.filings and any(_same_reason(answer, one) for one in again):
        return Reasked((), (*_changed(changed), "it is still refused for the same reason"))
    told = (f"asked again, {_told(answer, again[0])}", *_changed(changed))
    return Reasked(((None, "; ".join(told)),))


def _now_answered(answer: Answer, ask: Asking) -> tuple[str, ...]:
    """That the store has changed, and whether all that it holds now would answer."""
    now = _asked(answer, ask, ScopeRequest())
    said = "over the filings searched then it still refuses"
    if not isinstance(now, str) and now.status == "answered":
        said += f"; with all that it holds now it answers: {now.answer[:LONGEST]}"
    return (f"the store has changed since this was refused; {said}",)


def _asked(answer: Answer, ask: Asking, scope: ScopeRequest) -> Answer | str:
    """The answer to the same question today, or what stands in its way."""
    try:
        return ask(answer.question, scope)
    except FinChatError as error:
        return str(error)


def _same(answer: Answer, again: Answer) -> bool:
    """The same reason and words, for the same companies and filings."""
    return (answer.refusal, answer.scope) == (again.refusal, again.scope)


def _same_reason(answer: Answer, again: Answer | str) -> bool:
    if isinstance(again, str) or answer.refusal is None or again.refusal is None:
        return False
    return answer.refusal.reason == again.refusal.reason


def _told(answer: Answer, again: Answer | str) -> str:
    """How asking again ended otherwise."""
    if isinstance(again, str):
        return f"it cannot be: {again}"
    if again.refusal is None:
        return f"the question is answered: {again.answer[:LONGEST]}"
    if answer.refusal is not None and answer.refusal.reason != again.refusal.reason:
        return f"it is refused as {again.refusal.reason}, not {answer.refusal.reason}"
    if answer.refusal is not None and answer.refusal.message != again.refusal.message:
        return f"the refusal reads: {again.refusal.message[:LONGEST]}"
    return "the refusal names another scope or other places that were searched"


def _left_out(answer: Answer, again: Answer) -> Iterator[Problem]:
    """What asking again tells beside the number and the answer does not: restated, amended, as printed."""
    if again.value != answer.value:
        return  # whether the number is right is proven from the filings
    told = {_key(one, answer.citations) for one in answer.alternates}
    for one in again.alternates:
        if _key(one, again.citations) not in told:
            value = f"{one.value.number} {one.value.unit}"
            yield 1, f"the answer leaves out a value that stands beside its number: {one.label}, {value}"


def _key(one: Alternate, citations: tuple[Citation, ...]) -> tuple[object, ...]:
    """An alternate by what it says and where, whatever the number of its citation."""
    place = next((each for each in citations if each.id == one.citation), None)
    return (one.label, one.value, place and (place.filing, place.sha256, place.start, place.end))
