"""What a plan says about where to search: the companies to keep to, and the period to prefer."""

from dataclasses import replace

from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.plan import AskedPeriod, Plan
from finchat_sec_qa.retrieve.search import PeriodWish


def narrow(scope: Scope, plan: Plan) -> Scope:
    """The scope kept to the companies that the question names; filings that the caller named stay."""
    keys = tuple(key for subject in plan.subjects for key in subject.keys)
    if not keys or scope.filings:
        return scope
    if scope.companies:
        keys = tuple(key for key in keys if key in scope.companies) or scope.companies
    return replace(scope, companies=keys)


def wish_of(plan: Plan) -> PeriodWish:
    """The period that hits should be of: the last one named, or the latest."""
    if not plan.periods:
        return PeriodWish(latest=True)
    asked: AskedPeriod = plan.periods[-1]
    if asked.kind == "latest":
        return PeriodWish(latest=True)
    if asked.kind == "dates":
        return PeriodWish(end=asked.end)
    return PeriodWish(year=asked.year, name=asked.name)
