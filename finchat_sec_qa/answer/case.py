"""One question at work: what it was read as, and where its answer is looked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from finchat_sec_qa.answer.compose import Frame
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.model.plan import LATEST, AskedPeriod, Plan
from finchat_sec_qa.ports import StoreReader


@dataclass(frozen=True, slots=True)
class Case:
    """A plan with the store and scope it is for; `stage` hears how far the work is."""

    store: StoreReader
    scope: Scope
    plan: Plan
    frame: Frame
    sources: Sources
    stage: Callable[[str], None]

    @property
    def asked(self) -> AskedPeriod:
        """The period that the answer is for: the last one named, else the latest."""
        return self.plan.periods[-1] if self.plan.periods else LATEST

    def settled(self, filings: Iterable[Filing]) -> "Case":
        """The case with the latest quarter, where it is asked for, as the one that these filings are for."""
        if not self.asked.latest_quarter:
            return self
        named = [(filing.fiscal_year, filing.fiscal_period) for filing in filings]
        periods = [FiscalPeriod(year, name) for year, name in named if year is not None and name is not None]
        asked = self.asked.settled(periods)
        return replace(self, plan=replace(self.plan, periods=(*self.plan.periods[:-1], asked)))
