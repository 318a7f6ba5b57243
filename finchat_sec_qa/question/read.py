"""Question → plan: companies, period, and what is asked for.

A number is planned only when every word of the question is understood; a question with words left over
("adjusted", "organic", a product nobody reports) is answered from passages, or refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.formulas import find_formulas
from finchat_sec_qa.facts.lexicon import Mention, entries, find_mentions, words_of
from finchat_sec_qa.facts.members import KIND_WORDS
from finchat_sec_qa.facts.spans import overlaps
from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.plan import AskedPeriod, Plan, Subject
from finchat_sec_qa.question import figures
from finchat_sec_qa.question.clauses import Clauses, Definition, split_clauses
from finchat_sec_qa.question.companies import find_companies
from finchat_sec_qa.question.definitions import UnreadableError, read_definitions
from finchat_sec_qa.question.periods import Found, distinct
from finchat_sec_qa.question.ranking import find_ranking
from finchat_sec_qa.question.several import LAST_YEARS, last_years, years_beside
from finchat_sec_qa.question.trailing import find_all_periods
from finchat_sec_qa.retrieve.query import without_contingencies

# Words that ask for words, not for a number.
NARRATIVE = frozenset(
    "why describe explain discuss summarize summarise risk risks strategy strategic drove drive drives "
    "driven driver drivers reason reasons cause caused factors factor who whom whose agenda nature "
    "purpose policy policies litigation lawsuit lawsuits legal proceedings competition competitors "
    "supply suppliers outlook guidance expect expects expected plan plans business segments geographies "
    "products acquisitions acquired spinning spin vote voted primarily operate operates main key "
    "material materially events useful meaningful debt-like reasonably healthy intensive".split()
)
# Words of number questions that carry no meaning of their own.
FILLER = frozenset(
    "a about according address adopting all also an and answer answered are as asked assuming at balance "
    "based be been being below between billion billions by calculate calculated can carry carried clearly "
    "company compute consolidated could current data defined details did directly do does dollar dollars "
    "during each end ended ending exact fiscal filing filings financial find following for from full fy "
    "generate generated get give gives given had has have help here how i if in including indicated "
    "information is it its just level line me million millions much number of on only or our out over "
    "outstanding paid per period please portion position post posted primarily produce produced provide "
    "provided q quarter question record recorded relying report reported reporting reports respond "
    "response results round rounded say says shall sheet show shown shows so spend spent stand state "
    "stated statement statements status tell than that the their them there these they this thousand "
    "thousands to total totaled usd use used using utilizing value values was we were what when which "
    "with within year years yearend you your 10 k 10k 10q form annual quarterly amount amounts two one "
    "decimal decimals places place attributable common net basis achieve achieved stood hold held who "
    "earn earned make made book booked incur incurred pay raise raised percent percentage terms units "
    "unit month months week weeks three six nine twelve eight respectively latest recent most last "
    "approximately roughly income cash flows flow operations profit loss p l pl analyst investment "
    "perspective access judgment judgments plainly clear outlined many came come comes got recently "
    "nearest whole integer unadjusted percents extract points point ratio will close closed closing books "
    "deliver delivered log logged run ran sit sat".split()
)
RATIO = "ratio"  # fills in a question for a computed figure; of a reported number it makes another one
MODEL_DIGITS = 3  # of a number that names a product
DAYS_OF_A_YEAR = frozenset({"360", "365", "366"})
ROUNDING = re.compile(
    r"\b(?P<count>one|two|three|four|[1-4])\s+decimals?(?:\s+places?)?|\bnearest\s+(?P<whole>whole|integer)",
    re.IGNORECASE,
)
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4}
COMPARE = re.compile(
    r"\b(?:which (?:company|one)|whose|compare|higher|larger|greater|lower|smaller|difference|versus|vs|more"
    r"|less)\b",
    re.IGNORECASE,
)
CURRENCY = re.compile(r"\b(?:in\s+)?U\.?S\.?\s+dollars?\b|\bUSD\b", re.IGNORECASE)
# "(geography)": the kind of a member, no part of its name.
KIND = re.compile(r"\((?:" + "|".join(sorted(KIND_WORDS)) + r"|[\s/,-]|and|or)+\)", re.IGNORECASE)
_SOURCES = re.compile(
    r"\b(?:statements?\s+of\s+(?:income|cash\s+flows?)|(?:income|cash\s+flow)\s+statement)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The question taken apart: what the planners below look at. `rest` is it without its periods."""

    question: str
    rest: str
    words: tuple[str, ...]
    named: tuple[tuple[int, int], ...]
    subjects: tuple[Subject, ...]
    periods: tuple[AskedPeriod, ...]
    definitions: tuple[Definition, ...]
    uses: tuple[str, ...]
    percent: bool
    decimals: int | None
    beside: tuple[AskedPeriod, ...]
    last: int


def read(question: str, companies: Sequence[Company], scoped: tuple[Subject, ...] = ()) -> Plan:
    """The plan of a question over the store's companies; `scoped` are those that the scope names."""
    reading = take_apart(split_clauses(question), question, companies, scoped)
    planned = _number_plan(reading)
    if planned is not None:
        return planned
    # for passages every word may tell, those of instructions too, but not what to say without an answer
    asking = without_contingencies(question)
    return _passages_plan(take_apart(Clauses(asking, ()), question, companies, scoped))


def take_apart(
    clauses: Clauses, question: str, companies: Sequence[Company], scoped: tuple[Subject, ...]
) -> Reading:
    """Find periods in what asks, then companies in the rest, then the words that remain."""
    found = find_all_periods(clauses.asking)
    rest = LAST_YEARS.sub(" ; ", CURRENCY.sub(" ; ", _without(clauses.asking, found)))
    named = find_companies(rest, companies)
    subjects = tuple(dict.fromkeys(item.subject for item in named or find_companies(question, companies)))
    return Reading(
        question=clauses.asking,
        rest=rest,
        words=words_of(rest),
        named=tuple((item.start, item.end) for item in named if item.start >= 0),
        subjects=subjects or scoped,
        periods=distinct(found) or distinct(find_all_periods(question)),
        definitions=clauses.definitions,
        uses=clauses.uses,
        percent=figures.PERCENT.search(question) is not None,
        decimals=_decimals(question),
        beside=years_beside(clauses.asking, found),
        last=last_years(clauses.asking) or 1,
    )


def _number_plan(reading: Reading) -> Plan | None:
    mentions = _settled(reading, [m for m in find_mentions(reading.words) if not overlaps(m, reading.named)])
    try:
        defined = read_definitions(reading.definitions, _year(reading.periods))
    except UnreadableError:
        return None
    ranking = _rank_plan(reading, mentions)
    if ranking is not None:
        return ranking
    figure = figures.find(
        reading.words,
        reading.question,
        mentions,
        reading.periods,
        defined,
        comparing=len(reading.subjects) > 1,
    )
    if figure is not None:
        if not set(_used(reading.uses)) <= set(names_in(figure.expression)):
            return None
        if _unread(reading, figure.spans, comparing=len(reading.subjects) > 1):
            return None
        return Plan(
            kind="compare" if len(reading.subjects) > 1 and COMPARE.search(reading.question) else "formula",
            subjects=reading.subjects,
            periods=figure.periods,
            label=figure.label,
            expression=figure.expression,
            unit=_unit(figure.unit, reading),
            words=_search_words(reading),
            decimals=reading.decimals,
        )
    keys = {mention.entry.key for mention in mentions}
    if len(keys) != 1 or reading.percent:  # "what percentage of revenue came from …" asks for no amount
        return None
    return _fact_plan(reading, mentions)


def _settled(reading: Reading, mentions: Sequence[Mention]) -> list[Mention]:
    """A line of the cash-flow statement ("change in inventories") is meant of one period alone; in a formula,
    or between two days, the difference of the balances is.
    """
    if len(reading.periods) < 2 and not reading.definitions and not find_formulas(reading.words):
        return list(mentions)
    return [_of_balance(item, reading.words) if item.entry.change_of else item for item in mentions]


def _of_balance(mention: Mention, words: Sequence[str]) -> Mention:
    """The balance in "change in inventories", without the words of the change."""
    balance, said = entries()[mention.entry.change_of], tuple(words[mention.start : mention.end])
    size = max((len(term) for term in balance.terms if said[-len(term) :] == term), default=1)
    return Mention(balance, mention.end - size, mention.end)


def _year(periods: Sequence[AskedPeriod]) -> int | None:
    """The latest fiscal year named, which definitions count back from."""
    return max((period.year for period in periods if period.year is not None), default=None)


def _used(sentences: Sequence[str]) -> list[str]:
    """Keys of the entries that sentences name as what a figure is computed from."""
    words = [words_of(_SOURCES.sub(" ", sentence).partition("using")[2]) for sentence in sentences]
    return [mention.entry.key for said in words for mention in find_mentions(said)]


def _rank_plan(reading: Reading, mentions: list[Mention]) -> Plan | None:
    """The largest or smallest of one company's parts; words that nothing else explains name a part that all
    of these are cut from ("which product sold most in Japan").
    """
    asked = find_ranking(reading.words, mentions)
    if asked is None or len(reading.subjects) != 1 or len(reading.periods) > 1 or reading.definitions:
        return None
    unread = _unread(reading, asked.spans, comparing=False)
    if any(word in NARRATIVE for word in unread):
        return None
    return Plan(
        kind="rank",
        subjects=reading.subjects,
        periods=reading.periods,
        label=asked.entry.label,
        entry=asked.entry.key,
        unit=asked.entry.unit,
        words=_search_words(reading),
        member=tuple(unread),
        said=words_of(KIND.sub(" ; ", reading.rest)),
        among=asked.among,
        order=asked.order,
    )


def _fact_plan(reading: Reading, mentions: list[Mention]) -> Plan | None:
    """A single reported number, of the whole or of a member; of two companies when they are compared."""
    entry = mentions[0].entry
    comparing = len(reading.subjects) > 1 and COMPARE.search(reading.question) is not None
    spans = [(mention.start, mention.end) for mention in mentions]
    unread = [*_unread(reading, spans, comparing=comparing), *_models(reading, spans)]
    unread += [word for at, word in enumerate(reading.words) if word == RATIO and not _taken(at, spans)]
    if len(reading.subjects) > 1 and not comparing and unread:
        return None
    if any(word in NARRATIVE for word in unread):
        return None
    return Plan(
        kind="compare" if comparing else "fact",
        subjects=reading.subjects,
        periods=reading.periods,
        label=entry.label,
        entry=entry.key,
        unit=entry.unit,
        member=tuple(unread),
        said=words_of(KIND.sub(" ; ", reading.rest)),
        words=_search_words(reading),
        decimals=reading.decimals,
        beside=() if comparing else reading.beside,
        last=1 if comparing else reading.last,
    )


def _passages_plan(reading: Reading) -> Plan:
    return Plan(
        kind="passages",
        subjects=reading.subjects,
        periods=reading.periods,
        words=_search_words(reading),
    )


def _unread(reading: Reading, spans: Sequence[tuple[int, int]], *, comparing: bool) -> list[str]:
    """Words that neither a company, a period, a figure nor filler explains, nor a comparison of two."""
    taken = [*reading.named, *spans]
    return [
        word
        for at, word in enumerate(reading.words)
        if word not in FILLER
        and not word.isdigit()
        and not _taken(at, taken)
        and not (comparing and COMPARE.fullmatch(word))
    ]


def _taken(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(low <= at < high for low, high in spans)


def _models(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Numbers that are names: Boeing's 737. Years, forms and what counts months or decimals are none."""
    return [
        word
        for at, word in enumerate(reading.words)
        if word.isdigit()
        and len(word) >= MODEL_DIGITS
        and not (word in DAYS_OF_A_YEAR or word.endswith("000"))
        and not _taken(at, [*reading.named, *spans])
    ]


def _unit(unit: str, reading: Reading) -> str:
    """A share is given as the question wants it: "in percent", or as a plain ratio."""
    if unit == "ratio" and reading.percent:
        return "percent"
    if unit == "percent" and "ratio" in reading.words and not reading.percent:
        return "ratio"
    return unit


def _search_words(reading: Reading) -> str:
    kept = [
        word
        for at, word in enumerate(reading.words)
        if not any(low <= at < high for low, high in reading.named)
    ]
    return " ".join(kept)


def _without(question: str, found: Sequence[Found]) -> str:
    """The question with the periods blanked out, a mark in their place that no phrase crosses."""
    rest = question
    for item in reversed(found):
        rest = f"{rest[: item.start]} ; {rest[item.end :]}"
    return rest


def _decimals(question: str) -> int | None:
    match = ROUNDING.search(question)
    if match is None:
        return None
    if match["whole"]:
        return 0
    return COUNTS.get(match["count"].lower()) or int(match["count"])
