"""A ranking made again from all numbers of the cited document: no larger part may be left out."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.proof.evidence import Problem, told
from finchat_sec_qa.answer.proof.recheck import Rechecked
from finchat_sec_qa.answer.ranked import (
    ranked_alternates,
    ranked_among,
    ranked_facts,
    ranked_sentence,
    ranked_target,
    ranked_value,
)
from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.ranking import Ranking, name_of, rank_parts
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.plan import LATEST, Plan


def ranking_problems(answer: Answer, plan: Plan, again: Sequence[Rechecked]) -> Iterator[Problem]:
    """What differs from the ranking that the document of the first citation gives for the question."""
    first = again[0] if again else None
    if first is None or first.fact is None or first.calendar is None or first.parsed is None:
        return  # told of the citation
    target = ranked_target(first.calendar, plan.periods[-1] if plan.periods else LATEST, first.fact)
    entry = entries()[plan.entry]
    given = [fact for fact in first.parsed.facts if entry.place(fact.concept) is not None]
    part, facts = ranked_among(plan, given)
    ranking = rank_parts(facts, entry, target, plan.among, plan.order) if target is not None else None
    if not isinstance(ranking, Ranking):
        yield 1, f"the document gives no ranking of {plan.label} by {plan.among} for the period asked for"
        return
    yield from _order_problems(again, ranking)
    text = ranked_sentence(first.company, plan, ranking, first.calendar, part)
    if answer.answer != text:
        yield 1, f"the text does not follow from the ranking; that would read: {text}"
    yield from _told_problems(answer, ranking, first.calendar)


def _order_problems(again: Sequence[Rechecked], ranking: Ranking) -> Iterator[Problem]:
    """The citations are the parts that the document gives, each in its place."""
    sha256 = again[0].citation.sha256
    for place, wanted in zip_longest(again, ranked_facts(ranking)):
        if place is None:
            yield 1, f"{name_of(wanted)} of {plain(wanted.value or Decimal(0))} is left out"
        elif wanted is None:
            yield place.citation.id, "it is no part that the document's ranking has"
        elif place.fact is not None and _key(place.fact) != _key(wanted):
            yield place.citation.id, f"it is of {told(place.fact)}, here belongs {told(wanted)}"
        elif place.citation.sha256 != sha256:
            yield place.citation.id, "it is of another document than the first"


def _told_problems(answer: Answer, ranking: Ranking, calendar: Calendar) -> Iterator[Problem]:
    """Values and labels say what the ranking gives."""
    if answer.value != ranked_value(ranking.facts[0], calendar):
        yield 1, f"the value is {answer.value}, that of {name_of(ranking.facts[0])} is another"
    for given, wanted in zip_longest(answer.alternates, ranked_alternates(ranking, calendar)):
        if given != wanted:
            label = wanted.label if wanted is not None else "none"
            yield (given or wanted).citation, f"the alternate should be “{label}” with the document's number"


def _key(fact: Fact) -> tuple[str, int, int, str]:
    return fact.concept, fact.start, fact.end, plain(fact.value or Decimal(0))
