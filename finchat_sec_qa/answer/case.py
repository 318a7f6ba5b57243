"""One question at work: what it was read as, and where its answer is looked for."""

from collections.abc import Callable
from dataclasses import dataclass

from finchat_sec_qa.answer.compose import Frame
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.model.passage import Scope
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
