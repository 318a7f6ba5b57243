"""The choice among facts: which one is the answer, and which later ones differ from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finchat_sec_qa.facts.calendar import Target
from finchat_sec_qa.facts.lexicon import Entry, rank
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing

COVER = "dei:EntityCommonStockSharesOutstanding"
COVER_DAYS = 150  # from the end of a report's period to the day that its cover page counts shares


@dataclass(frozen=True, slots=True)
class Chosen:
    """A fact, the filing that reports it, and later filings that report another value for the same."""

    filing: Filing
    fact: Fact
    restated: tuple[tuple[Filing, Fact], ...] = ()

    @property
    def value(self) -> Decimal:
        """The number in base units."""
        if self.fact.value is None:
            raise ValueError(f"{self.fact.concept} in {self.filing.id} has no number")
        return self.fact.value


def choose(
    entry: Entry,
    target: Target,
    filings: Sequence[Filing],
    facts: Iterable[tuple[str, Fact]],
    printed: Callable[[str], bool],
    *,
    cover: bool = False,
) -> Chosen | None:
    """The fact for an entry and period as originally reported: in the earliest filing that covers it.

    With `cover` a number of the cover page stands for the period of its report, though it is of a day after.

    The concept that fits best comes first. A whole year is taken from an annual report where there is one:
    the comparative columns of a 10-Q are unaudited. Within a filing the most exact value wins, then the
    first in the document. Values that later filings restate beyond rounding are named beside it.
    """
    by_filing: dict[str, list[tuple[int, Fact]]] = {}
    ends = {filing.id: filing.period_end for filing in filings if cover}
    for filing_id, fact in facts:
        fit = _fit(entry, target, fact)
        if fit is None and on_cover(target, fact, ends.get(filing_id)):
            fit = rank(entry, fact)
        if fit is not None:
            by_filing.setdefault(filing_id, []).append((fit, fact))
    if not by_filing:
        return None
    best = min(fit for fits in by_filing.values() for fit, _ in fits)
    annual = target.name is not None and target.name.name == "FY"
    reporting = [
        filing
        for filing in sorted(filings, key=lambda filing: reported(filing, annual=annual))
        if any(fit == best for fit, _ in by_filing.get(filing.id, ()))
    ]
    first, *later = reporting
    fact = _best(by_filing[first.id])
    restated = []
    for filing in later:
        same = [(fit, other) for fit, other in by_filing[filing.id] if other.concept == fact.concept]
        if same and differs(_best(same), fact):
            restated.append((filing, _best(same)))
        elif same and not printed(first.id) and printed(filing.id):
            first, fact = filing, _best(same)
    return Chosen(first, fact, tuple(restated))


def on_cover(target: Target, fact: Fact, reported_end: date | None) -> bool:
    """Whether a fact stands on the cover page of the report for these days: of a day soon after their end."""
    if fact.concept != COVER or reported_end is None or fact.value is None or fact.start == fact.end:
        return False
    of_report = abs((reported_end - target.end).days) <= target.drift and target.name is not None
    return of_report and 0 <= (fact.period.end - reported_end).days <= COVER_DAYS


def better(entry: Entry, target: Target, fact: Fact, others: Iterable[Fact]) -> Fact | None:
    """The one of a document's facts that `choose` takes before `fact`: a nearer concept, a longer span, a
    more exact value; None where `fact` is as good as any.
    """
    own = _fit(entry, target, fact)
    fits = [(fit, other) for other in others if (fit := _fit(entry, target, other)) is not None]
    best = min(fits, key=_order, default=None)
    if best is None or (own is not None and _order(best)[:3] >= _order((own, fact))[:3]):
        return None
    return best[1]


def _fit(entry: Entry, target: Target, fact: Fact) -> int | None:
    """How well a fact fits, 0 is best; None for one that is no number for these days or is not printed."""
    if fact.value is None or fact.period.is_instant != (entry.kind == "instant"):
        return None
    if fact.start == fact.end:  # hidden in the file, printed nowhere: it cannot be quoted
        return None
    fit = rank(entry, fact)
    return fit if fit is not None and target.fits(fact) else None


def superseded(chosen: Chosen) -> Chosen:
    """The choice with the last amendment of the same report in the place of what it amends, which is kept.

    For questions of the latest figures only: of a period that is named, the number first reported is given.
    """
    amending = [at for at, (filing, _) in enumerate(chosen.restated) if amends(filing, chosen.filing)]
    if not amending:
        return chosen
    filing, fact = chosen.restated[amending[-1]]
    others = [pair for at, pair in enumerate(chosen.restated) if at != amending[-1]]
    return Chosen(filing, fact, ((chosen.filing, chosen.fact), *others))


def amends(filing: Filing, other: Filing) -> bool:
    """Whether a filing is an amendment ("10-K/A") of another one of its company."""
    return filing.form == f"{other.form.removesuffix('/A')}/A" and filing.period_end == other.period_end


def differs(one: Fact, other: Fact) -> bool:
    """True when two values disagree beyond the rounding of the less exact one."""
    if one.value is None or other.value is None:
        return one.value is not other.value
    digits = min(one.decimals or 0, other.decimals or 0)
    if digits > 20:
        return one.value != other.value
    return abs(one.value - other.value) > Decimal(1).scaleb(-digits) / 2


def _best(fits: Sequence[tuple[int, Fact]]) -> Fact:
    return min(fits, key=_order)[1]


def _order(item: tuple[int, Fact]) -> tuple[int, int, int, int, int]:
    """Best concept, longest span ("to June 30" is the year to date), most exact, first printed."""
    fit, fact = item
    return fit, -fact.period.days, -(fact.decimals or 0), fact.document, fact.start


def reported(filing: Filing, *, annual: bool) -> tuple[bool, date, date, str]:
    """Order of reporting; an unknown date counts as late. For a whole year annual reports come first."""
    second = annual and not filing.form.startswith(("10-K", "20-F", "40-F"))
    return second, filing.period_end or date.max, filing.filed or date.max, filing.id
