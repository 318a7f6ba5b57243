"""Answers that are the largest or smallest part of a company, with all others beside it in order."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from finchat_sec_qa.answer.case import Case
from finchat_sec_qa.answer.compose import answer_of, refuse
from finchat_sec_qa.answer.figures import plain, spoken, spoken_period
from finchat_sec_qa.answer.findings import Company, describe, worded
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.cite.places import cite_fact
from finchat_sec_qa.facts.calendar import Calendar, Target
from finchat_sec_qa.facts.labels import listed
from finchat_sec_qa.facts.lexicon import Entry, entries
from finchat_sec_qa.facts.members import cut_of, part_of, within
from finchat_sec_qa.facts.ranking import CALLED, Ranking, Unclear, name_of, rank_parts
from finchat_sec_qa.facts.select import reported
from finchat_sec_qa.model.answer import Alternate, Answer, Value
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.plan import Among, AskedPeriod, Plan

SHOWN = 12  # parts that a refusal names
PLACE, ASIDE = "no. ", "not ranked, "  # how alternates begin


def answer_ranked(case: Case) -> Answer | None:
    """The part asked for; a refusal where parts cannot be told apart; None where no facts tell of parts."""
    company, entry = Company(case.store, case.plan.subjects[0], case.scope), entries()[case.plan.entry]
    case = case.settled(company.filings)
    facts = company.facts(entry)
    target = _target(company.calendar, case.asked, entry, [fact for _, fact in facts])
    if target is None:
        return None
    named = False
    for filing, given in documents_of(company, entry, target):
        part, of_document = ranked_among(case.plan, given)
        named = named or bool(part)
        found = rank_parts(of_document, entry, target, case.plan.among, case.plan.order)
        if isinstance(found, Unclear):
            return _refuse_unclear(case, company, filing, found)
        if found is not None:
            case.stage("compose")
            return _from_ranking(case, filing, found, company.calendar, part)
    return _refuse_undivided(case, company) if named else None


def ranked_among(plan: Plan, facts: Sequence[Fact]) -> tuple[str, Sequence[Fact]]:
    """The facts whose parts are ranked: those of the company, or of the part of it that the question names,
    whose name comes first.
    """
    return within(plan.member, plan.said, facts) if plan.member else ("", facts)


def documents_of(company: Company, entry: Entry, target: Target) -> Iterator[tuple[Filing, list[Fact]]]:
    """An entry's facts by document, in the order in which filings report the days of a target."""
    found: dict[str, dict[int, list[Fact]]] = {}
    for filing, fact in company.facts(entry):
        found.setdefault(filing, {}).setdefault(fact.document, []).append(fact)
    annual = target.name is not None and target.name.name == "FY"
    for one in sorted(company.filings, key=lambda filing: reported(filing, annual=annual)):
        for _, facts in sorted(found.get(one.id, {}).items()):
            yield one, facts


def ranked_target(calendar: Calendar, asked: AskedPeriod, leader: Fact) -> Target | None:
    """The days that a ranking is of; for the latest, those of the part that it puts first."""
    if asked.kind == "latest":
        months = 3 if asked.latest_quarter else 12
        asked = AskedPeriod("dates", end=leader.period.end, months=months)
    return calendar.target(asked)


def ranked_alternates(ranking: Ranking, calendar: Calendar) -> tuple[Alternate, ...]:
    """All parts but the first in the order that answers give them, and those not ranked, from citation 2."""
    rest = [(f"{PLACE}{at}: {name_of(fact)}", fact) for at, fact in enumerate(ranking.facts[1:], start=2)]
    rest += [(f"{ASIDE}{item.why}: {name_of(item.fact)}", item.fact) for item in ranking.left_out]
    return tuple(
        Alternate(label=label, value=ranked_value(fact, calendar), citation=number)
        for number, (label, fact) in enumerate(rest, start=2)
    )


def ranked_facts(ranking: Ranking) -> list[Fact]:
    """The facts of all parts in the order of the citations."""
    return [*ranking.facts, *(item.fact for item in ranking.left_out)]


def is_ranked(answer: Answer) -> bool:
    """True for an answer that puts parts of the company in order."""
    labels = [alternate.label for alternate in answer.alternates]
    return answer.calculation is None and any(label.startswith((PLACE, ASIDE)) for label in labels)


def ranked_value(fact: Fact, calendar: Calendar) -> Value:
    """A part's number as answers give it."""
    return Value(
        number=plain(fact.value or Decimal(0)),
        unit=fact.unit or "",
        period=period_view(fact.period, calendar.name_of(fact.period)),
    )


def ranked_sentence(company: str, plan: Plan, ranking: Ranking, calendar: Calendar, part: str = "") -> str:
    """For example "Apple Inc.: of the 5 segments compared, Americas had the largest total revenue for …"."""
    first, *others = ranking.facts
    name = calendar.name_of(first.period)
    joiner = "at" if first.period.is_instant else "for"
    then = listed([f"{name_of(fact)} ({_told(fact)} [{at}])" for at, fact in enumerate(others, start=2)])
    what = f"{plan.label} from {part}" if part else plan.label
    text = (
        f"{company}: of the {len(ranking.facts)} {CALLED[_kind(plan, first)]} compared, {name_of(first)} "
        f"had the {plan.order} {what} {joiner} {spoken_period(first.period, name)}, "
        f"{_told(first)} [1]; then {then}."
    )
    start = len(ranking.facts) + 1
    aside = [
        f"{name_of(item.fact)} ({_told(item.fact)} [{at}]), {item.why}"
        for at, item in enumerate(ranking.left_out, start=start)
    ]
    return f"{text} Not ranked: {'; '.join(aside)}." if aside else text


def _kind(plan: Plan, first: Fact) -> Among:
    """Regions are called segments where they are."""
    part = part_of(first)
    is_segment = part is not None and part[0] == "StatementBusinessSegmentsAxis"
    return "segment" if is_segment else plan.among


def _told(fact: Fact) -> str:
    return spoken(fact.value or Decimal(0), fact.unit or "")


def _target(calendar: Calendar, asked: AskedPeriod, entry: Entry, facts: Sequence[Fact]) -> Target | None:
    """The days asked for; for the latest, those of the last year that parts are reported for."""
    if asked.latest_quarter:
        return None
    if asked.kind != "latest":
        return calendar.target(asked) if asked.kind != "trailing" else None
    ends = [
        fact.period.end
        for fact in facts
        if part_of(fact) is not None and (entry.kind == "instant" or fact.period.quarters == 4)
    ]
    return calendar.target(AskedPeriod("dates", end=max(ends), months=12)) if ends else None


def _from_ranking(case: Case, filing: Filing, ranking: Ranking, calendar: Calendar, part: str) -> Answer:
    citations = [
        cite_fact(case.sources.get(filing.id, fact.document), number, fact)
        for number, fact in enumerate(ranked_facts(ranking), start=1)
    ]
    alternates = ranked_alternates(ranking, calendar)
    value = ranked_value(ranking.facts[0], calendar)
    text = ranked_sentence(citations[0].company, case.plan, ranking, calendar, part)
    return answer_of(case.frame, value.period, text, value=value, citations=citations, alternates=alternates)


def _refuse_undivided(case: Case, company: Company) -> Answer:
    """The words name a part that no filing divides that way; the parts that there are."""
    entry, target = entries()[case.plan.entry], company.calendar.target(case.asked)
    said, kind = " ".join(case.plan.member), CALLED[case.plan.among]
    facts = [fact for _, fact in company.facts(entry) if target is None or target.fits(fact)]
    names = list(dict.fromkeys(name_of(fact) for fact in facts if cut_of(fact)))
    name = company.subject.name
    message = f"The filings of {name} here do not divide {case.plan.label} from “{said}” among {kind}."
    if names:
        message += (
            f" It is reported for {listed(names[:SHOWN])}{', and others' if len(names) > SHOWN else ''}."
        )
    return refuse(case.frame, "not_disclosed", message, company.searched)


def _refuse_unclear(case: Case, company: Company, filing: Filing, found: Unclear) -> Answer:
    message = (
        f"{describe(filing)} reports {case.plan.label} for {worded(case.asked)} of "
        f"{listed(found.choices)}, but they cannot be ranked as {CALLED[case.plan.among]}: {found.why}. "
        "Ask for any of them by its name."
    )
    return refuse(case.frame, "ambiguous", message, company.searched)
