"""Looking up reported numbers: the fact that a plan asks for, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from finchat_sec_qa.facts.calendar import Calendar, Target
from finchat_sec_qa.facts.lexicon import Entry
from finchat_sec_qa.facts.members import matching
from finchat_sec_qa.facts.select import Chosen, choose, superseded
from finchat_sec_qa.model.answer import RefusalReason
from finchat_sec_qa.model.companyfacts import is_companyfacts
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import AskedPeriod, Subject
from finchat_sec_qa.ports import FactQuery, StoreReader

COMPARATIVE_DAYS = 780  # an annual report prints two years before its own


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact with the company's name for its period."""

    chosen: Chosen
    name: FiscalPeriod | None

    @property
    def fact(self) -> Fact:
        """The chosen fact."""
        return self.chosen.fact


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a number was not found; `reported` is False where the filings have no XBRL facts to look in."""

    reason: RefusalReason
    message: str
    searched: tuple[str, ...]
    reported: bool = True


@dataclass(frozen=True)
class Company:
    """One company's filings in scope and its calendar; facts are read when they are asked for."""

    store: StoreReader
    subject: Subject
    scope: Scope

    @cached_property
    def filings(self) -> Sequence[Filing]:
        """The company's filings in scope."""
        keys = tuple(
            key for key in self.subject.keys if not self.scope.companies or key in self.scope.companies
        )
        found = self.store.filings(replace(self.scope, companies=keys or self.subject.keys))
        stored = {filing.accession for filing in found if not is_companyfacts(filing)}
        # a report that is stored itself answers; its companyfacts are held against it (witness_facts)
        return [one for one in found if not is_companyfacts(one) or one.accession not in stored]

    @cached_property
    def calendar(self) -> Calendar:
        """The fiscal calendar, from all filings of the company whether in scope or not."""
        return Calendar(self.store.filings(Scope(companies=self.subject.keys)))

    @property
    def searched(self) -> tuple[str, ...]:
        """What a refusal says was searched."""
        return tuple(describe(filing) for filing in self.filings)

    def facts(self, entry: Entry) -> list[tuple[str, Fact]]:
        """Numbers reported under any of the entry's concepts, dimensional ones included; read once, since
        figures ask for several periods of each.
        """
        if entry.key not in self._kept:
            ids = tuple(filing.id for filing in self.filings)
            query = FactQuery(filings=ids, concepts=entry.names, numeric_only=True)
            self._kept[entry.key] = list(self.store.facts(query)) if ids else []
        return self._kept[entry.key]

    @cached_property
    def _kept(self) -> dict[str, list[tuple[str, Fact]]]:
        return {}

    @cached_property
    def _kept_of(self) -> dict[tuple[str, tuple[str, ...]], list[tuple[str, Fact]]]:
        return {}

    def facts_of(self, entry: Entry, member: tuple[str, ...], words: Sequence[str]) -> list[tuple[str, Fact]]:
        """Those of the whole, or of the member that words of a question name."""
        key = entry.key, (*member, "", *words)
        if key not in self._kept_of:
            facts = self.facts(entry)
            whole = [(filing, fact) for filing, fact in facts if not fact.dimensions]
            self._kept_of[key] = matching(member, words, facts) if member else whole
        return self._kept_of[key]

    def whole_facts(self, filing: str) -> Sequence[Fact]:
        """All numbers of one filing that are of the whole company; read once."""
        if filing not in self._whole:
            query = FactQuery(filings=(filing,), dimensions=(), numeric_only=True)
            self._whole[filing] = [fact for _, fact in self.store.facts(query)]
        return self._whole[filing]

    @cached_property
    def _whole(self) -> dict[str, Sequence[Fact]]:
        return {}

    @cached_property
    def has_facts(self) -> bool:
        """Whether any filing in scope brings numbers at all, tagged or printed."""
        ids = tuple(filing.id for filing in self.filings)
        if not ids:
            return False
        return any(self.store.facts(FactQuery(filings=ids, numeric_only=True, limit=1)))

    def find(
        self,
        entry: Entry,
        asked: AskedPeriod,
        member: tuple[str, ...] = (),
        words: Sequence[str] = (),
        *,
        cover: bool = False,
    ) -> Finding | Miss:
        """The entry's number for a period, of the whole, or of the member that words of a question name; with
        `cover` a number of the cover page of the period's report too.
        """
        if not self.filings:
            return Miss("not_in_store", f"No filing of {self.subject.name} in this scope.", ())
        of_part = self.facts_of(entry, member, words)
        target = self._target(asked, entry, of_part)
        if target is not None:
            chosen = choose(entry, target, self.filings, of_part, self.printed, cover=cover)
            if chosen is None and entry.own and not member:
                chosen = choose(entry, target, self.filings, self._own_facts(entry, target), self.printed)
            if chosen is not None:
                chosen = superseded(chosen) if asked.kind == "latest" else chosen
                return Finding(chosen, self.calendar.name_of(chosen.fact.period))
        return self._miss(entry, asked, member, of_part)

    def _own_facts(self, entry: Entry, target: Target) -> list[tuple[str, Fact]]:
        """Numbers under the company's own tags for an entry, of filings that can speak of these days."""
        return [
            (filing.id, fact)
            for filing in self.filings
            if filing.period_end
            and -target.drift <= (filing.period_end - target.end).days <= COMPARATIVE_DAYS
            for fact in self.whole_facts(filing.id)
            if entry.names_own(fact.concept)
        ]

    def no_facts(self) -> Miss:
        """That the filings which would tell carry no XBRL facts to look in."""
        message = (
            f"The filings of {self.subject.name} for this period carry no XBRL facts, and no "
            "statement that they print shows this in a row that is certain."
        )
        return Miss("unsupported", message, self.searched, reported=False)

    @cached_property
    def _silent(self) -> Sequence[Filing]:
        """Filings without any XBRL facts: PDFs, and all of the years before XBRL."""
        return [filing for filing in self.filings if not self._tagged(filing)]

    def _tagged(self, filing: Filing) -> bool:
        """Whether a filing has XBRL facts; one that has none may have printed ones."""
        first = next(self.store.facts(FactQuery(filings=(filing.id,), limit=1)), None)
        return first is not None and not first[1].printed

    def _covers(self, asked: AskedPeriod, filings: Sequence[Filing]) -> bool:
        """Whether any of the filings can speak of the period: its own, or one of two years before it."""
        target = self.calendar.target(asked)
        if target is None:
            return bool(filings) and len(filings) == len(self.filings)
        ends = [filing.period_end for filing in filings if filing.period_end]
        return any(-target.drift <= (end - target.end).days <= COMPARATIVE_DAYS for end in ends)

    def printed(self, filing: str) -> bool:
        """Whether people can read the filing here: its main document is more than a list of facts."""
        return self.store.documents(filing)[0].kind not in ("xbrl", "companyfacts")

    def _target(self, asked: AskedPeriod, entry: Entry, facts: Sequence[tuple[str, Fact]]) -> Target | None:
        if asked.kind != "latest":
            return self.calendar.target(asked)
        fitting = [
            fact.period.end
            for _, fact in facts
            if fact.period.is_instant == (entry.kind == "instant")
            and (fact.period.is_instant or fact.period.quarters == 4)
        ]
        if not fitting:
            return None
        return self.calendar.target(AskedPeriod("dates", end=max(fitting), months=12))

    def _miss(
        self, entry: Entry, asked: AskedPeriod, member: tuple[str, ...], facts: Sequence[tuple[str, Fact]]
    ) -> Miss:
        name = self.subject.name
        if self._covers(asked, self._silent):
            return self.no_facts()
        if not self.has_facts:
            ends = sorted(filing.period_end for filing in self.filings if filing.period_end)
            message = f"The filings of {name} here do not cover {worded(asked)}" + (
                f"; they are for periods that end from {ends[0]} to {ends[-1]}." if ends else "."
            )
            return Miss("period_not_covered", message, self.searched)
        thing = f"{entry.label} for “{' '.join(member)}”" if member else entry.label
        if not facts:
            message = f"The filings of {name} here report no {thing}."
            return Miss("not_disclosed", message, self.searched)
        covered = sorted({fact.period.end for _, fact in facts if _wanted_kind(fact, entry)})
        if not covered:
            message = f"The filings of {name} here report no {thing}."
            return Miss("not_disclosed", message, self.searched)
        message = (
            f"{name} reports {thing}, but not for {worded(asked)}: the filings here cover periods that end "
            f"from {covered[0]} to {covered[-1]}."
        )
        return Miss("period_not_covered", message, self.searched)


def describe(filing: Filing) -> str:
    """A filing in a few words: "Apple Inc. 10-K 2023-09-30 (0000320193-23-000106)"."""
    parts = [filing.company, filing.form, str(filing.period_end or ""), f"({filing.id})"]
    return " ".join(part for part in parts if part)


def worded(asked: AskedPeriod) -> str:
    """A period as the question meant it."""
    if asked.latest_quarter:
        return "the latest quarter" if asked.name == "FY" else f"the latest {asked.name}"
    if asked.kind == "trailing":
        end = FiscalPeriod(asked.year, asked.name) if asked.year is not None else asked.end
        return f"the twelve months to {end}" if end is not None else "the latest twelve months"
    if asked.kind == "fiscal" and asked.year is not None:
        return str(FiscalPeriod(asked.year, asked.name))
    if asked.end is not None:
        span = f"the {asked.months} months to " if asked.months else ""
        return f"{span}{asked.end}"
    return "the latest period"


def _wanted_kind(fact: Fact, entry: Entry) -> bool:
    return fact.period.is_instant == (entry.kind == "instant")
