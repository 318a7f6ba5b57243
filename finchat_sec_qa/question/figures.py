"""Figures to compute that a question asks for: named formulas, growth, shares, averages over years, CAGR."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from finchat_sec_qa.facts.expressions import names_in
from finchat_sec_qa.facts.formulas import Formula, find_formulas
from finchat_sec_qa.facts.lexicon import Mention
from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.changes import CHANGE_IN, words_of_change, years_of_change
from finchat_sec_qa.question.compose import Figure, compose
from finchat_sec_qa.question.several import last_years

COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5}
AVERAGE = re.compile(r"\b(two|three|four|five|[2-5])[\s-]+years?\s+average", re.IGNORECASE)
SUMMED = re.compile(
    r"\b(?:cumulative(?:ly)?|summed|combined|in\s+aggregate|altogether|sum\s+of)\b", re.IGNORECASE
)
RANGE = re.compile(r"\b(?:to|through|thru|until)\b|[-–—]|\b(?:last|past)\b", re.IGNORECASE)
SUM_WORDS = frozenset(
    "cumulative cumulatively summed up combined aggregate altogether sum through until thru".split()
)
PERCENT = re.compile(r"%|\bpercent(?:age)?\b", re.IGNORECASE)
CAGR = re.compile(r"\bCAGR\b|compound annual growth", re.IGNORECASE)
GROWTH = re.compile(
    r"\bgrowth\b|\bgrow\b|\bgrew\b|\byear[\s-]over[\s-]year\b|\byoy\b"
    r"|\bby (?:what|how many) percent(?:age)?\b|\bpercent(?:age)? change\b|%\s*change",
    re.IGNORECASE,
)
SHARE = re.compile(
    r"\bas (?:a |an )?(?:%|percent(?:age)?|share|portion|fraction) of\b|\bdivided by\b"
    r"|\b(?:share|percent(?:age)?|portion|%) of\b",
    re.IGNORECASE,
)
GROWTH_WORDS = frozenset(
    "growth grow grew year over yoy by what percentage percent change changed increase increased "
    "decrease rate compound annual cagr".split()
)
SHARE_WORDS = frozenset("as a share percentage percent of portion fraction divided by did spend on".split())
AVERAGE_WORDS = frozenset("two three four five year years average".split())
CHANGE_REACH = 6  # words from "change in" to the figure: "change in the Coca-Cola Company's net income"
# What the entries of the two kinds of words above may be called together with a figure.
OPERAND_WORDS = frozenset(
    "cash dividends paid opening closing over less minus plus sum cost change average divided "
    "shareholders company s in days".split()
)


def find(
    words: Sequence[str],
    question: str,
    mentions: Sequence[Mention],
    periods: tuple[AskedPeriod, ...],
    defined: Mapping[tuple[str, ...], str],
    *,
    comparing: bool = False,
) -> Figure | None:
    """The figure that a question asks for; None when it asks for a reported number or for words.

    `defined` are expressions that the question gives, by the words that name them; they win over ours.
    `comparing` says that it names several companies: "higher" then is no word of a change.
    """
    base = compose(words, mentions, defined) or _named(words, mentions) or _share(words, question, mentions)
    asked_of = _latest(periods)
    spans = base.spans if base else tuple((mention.start, mention.end) for mention in mentions)
    years = _years(periods) or last_years(question)
    back = 0 if comparing else _back(words, question, mentions, periods, years)
    if base is not None:
        base = replace(base, periods=asked_of)
    count = _averaged_years(words, question, mentions, years)
    if count and base is not None:
        return _averaged(base, count, words)
    summed = _summed(words, question, mentions, years) if base is None else None
    if summed is not None:
        return replace(summed, periods=asked_of)
    single = {mention.entry.key for mention in mentions}
    if base is None and len(single) == 1:
        key, label = mentions[0].entry.key, mentions[0].entry.label
        spans = (*spans, *_spans_of(words, GROWTH_WORDS))
        if count:
            return _averaged(Figure(label, key, mentions[0].entry.unit, asked_of, spans), count, words)
        if CAGR.search(question) and years > 0:
            expression = f"({key} / {_prior(key, years)}) ** (1 / {years}) - 1"
            return Figure(f"{years}-year CAGR of {label}", expression, "percent", asked_of, spans)
        if GROWTH.search(question) or (back and PERCENT.search(question)):
            earlier = _prior(key, max(years, 1))
            expression = f"({key} - {earlier}) / {earlier}"
            spans = (*spans, *words_of_change(words))
            return Figure(f"growth in {label}", expression, "percent", asked_of, spans)
        amount = Figure(label, key, mentions[0].entry.unit, asked_of, spans)
        return _changed(amount, back, words) if back else None
    return _changed(base, back, words) if base is not None and back else base


def _back(
    words: Sequence[str],
    question: str,
    mentions: Sequence[Mention],
    periods: Sequence[AskedPeriod],
    years: int,
) -> int:
    """Years that a change asked for spans; 0 for none, and for what is reported as a change."""
    if any(mention.entry.change_of for mention in mentions):
        return 0
    of_flow = [m for m in mentions if m.entry.kind == "flow" and _changes(words, m)]
    return years_of_change(question, periods, years) or int(len(periods) < 2 and len(of_flow) == 1)


def _changes(words: Sequence[str], mention: Mention) -> bool:
    """Whether "change in" stands before a mention, with no more than a company between."""
    return "change in" in " ".join(words[max(0, mention.start - CHANGE_REACH) : mention.start])


def _changed(base: Figure, back: int, words: Sequence[str]) -> Figure:
    """The figure less what it was `back` years before."""
    return replace(
        base,
        label=f"{CHANGE_IN}{base.label}",
        expression=f"{base.expression} - {_prior(base.expression, back)}",
        spans=(*base.spans, *words_of_change(words)),
    )


def _named(words: Sequence[str], mentions: Sequence[Mention]) -> Figure | None:
    """A formula of the list. The parts that the question spells out for it are understood with it."""
    named = find_formulas(words)
    keys = {formula.key for formula, _, _ in named}
    if len(keys) != 1:
        return None
    formula: Formula = named[0][0]
    operands = set(names_in(formula.expression))
    if any(mention.entry.key not in operands for mention in mentions):
        return None
    spans = [(start, end) for _, start, end in named]
    spans.extend((mention.start, mention.end) for mention in mentions)
    spans.extend(_spans_of(words, OPERAND_WORDS))
    return Figure(formula.label, formula.expression, formula.unit, (), tuple(spans))


def _share(words: Sequence[str], question: str, mentions: Sequence[Mention]) -> Figure | None:
    """One entry over another: "X as a % of Y", "X divided by Y", "what share of its Y did it spend on X"."""
    match = SHARE.search(question)
    if match is None or find_formulas(words):
        return None
    ordered = list(dict.fromkeys(mention.entry.key for mention in mentions))
    if len(ordered) != 2:
        return None
    first = next(mention for mention in mentions if mention.entry.key == ordered[0])
    second = next(mention for mention in mentions if mention.entry.key == ordered[1])
    told_first = match[0].lower().startswith(("as", "divided"))
    part, whole = (first, second) if told_first else (second, first)
    spans = [(mention.start, mention.end) for mention in mentions]
    spans.extend(_spans_of(words, SHARE_WORDS))
    divided = "divided" in match[0].lower()
    return Figure(
        label=f"{part.entry.label} as a share of {whole.entry.label}",
        expression=f"{part.entry.key} / {whole.entry.key}",
        unit="ratio" if divided else "percent",
        periods=(),
        spans=tuple(spans),
    )


def _averaged_years(words: Sequence[str], question: str, mentions: Sequence[Mention], years: int) -> int:
    """Years to take the mean of: "three-year average", "the average of fiscal 2021 and 2022"; 0 for none."""
    told = AVERAGE.search(question)
    if told is not None:
        return COUNTS[told[1].lower()]
    before = {words[mention.start - 1] for mention in mentions if mention.start} & {
        "average",
        "mean",
        "annual",
    }
    if not years or len(mentions) != 1 or not before - {"annual"}:
        return 0
    return last_years(question) or years + 1


def _summed(words: Sequence[str], question: str, mentions: Sequence[Mention], years: int) -> Figure | None:
    """The sum of one flow over years in a row: "cumulative net income from 2021 to 2023"."""
    count = last_years(question) or years + 1
    told = SUMMED.search(question) and (years == 1 or RANGE.search(question))
    if not told or count < 2 or len({mention.entry.key for mention in mentions}) != 1:
        return None
    entry = mentions[0].entry
    if entry.kind != "flow" or entry.unit != "USD":
        return None
    terms = [entry.key, *(_prior(entry.key, back) for back in range(1, count))]
    spans = [*((mention.start, mention.end) for mention in mentions), *_spans_of(words, SUM_WORDS)]
    return Figure(f"{count}-year sum of {entry.label}", " + ".join(terms), entry.unit, (), tuple(spans))


def _averaged(base: Figure, count: int, words: Sequence[str]) -> Figure:
    terms = [base.expression, *(_prior(base.expression, back) for back in range(1, count))]
    return replace(
        base,
        label=f"{count}-year average {base.label}",
        expression=f"({' + '.join(terms)}) / {count}",
        spans=(*base.spans, *_spans_of(words, AVERAGE_WORDS)),
    )


def _prior(expression: str, years: int) -> str:
    return f"prior({expression}, {years})"


def _years(periods: Sequence[AskedPeriod]) -> int:
    """Years from the first to the last period named; 0 when there are not two fiscal years."""
    if len({period.name for period in periods}) > 1:
        return 0
    named = [period.year for period in periods if period.kind == "fiscal" and period.year is not None]
    return abs(max(named) - min(named)) if len(named) > 1 else 0


def _latest(periods: tuple[AskedPeriod, ...]) -> tuple[AskedPeriod, ...]:
    """The latest period named: "FY2024 turnover … between FY2023 and FY2024" is of FY2024."""
    fiscal = [period for period in periods if period.kind == "fiscal" and period.year is not None]
    if len(fiscal) < len(periods) or not fiscal:
        return periods[-1:]
    return (max(fiscal, key=lambda period: (period.year or 0, period.name == "FY")),)


def _spans_of(words: Sequence[str], understood: frozenset[str]) -> list[tuple[int, int]]:
    return [(at, at + 1) for at, word in enumerate(words) if word in understood]
