"""The other fiscal years of an answer that tells a figure for several."""

from finchat_sec_qa.model.plan import AskedPeriod, Plan


def other_years(plan: Plan, year: int | None) -> tuple[AskedPeriod, ...]:
    """Fiscal years to tell beside `year`, the answer's own: those named, or those before it, latest first."""
    if plan.last > 1 and year is not None:
        return tuple(AskedPeriod("fiscal", year=year - back) for back in range(1, plan.last))
    return plan.beside
