"""Facts and filings for tests of what is chosen among them."""

from datetime import date, timedelta
from decimal import Decimal

from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import FiscalPeriodName, Period

REVENUE = "us-gaap:Revenues"
SEGMENT = "us-gaap:StatementBusinessSegmentsAxis"
PRODUCT = "srt:ProductOrServiceAxis"
GEOGRAPHY = "srt:StatementGeographicalAxis"


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(end: str, days: int) -> Period:
    """A period of that many days that ends there; 0 for a moment."""
    last = day(end)
    return Period(last - timedelta(days=days - 1) if days else None, last)


def fact(
    value: str | None,
    period: Period,
    *,
    concept: str = REVENUE,
    unit: str = "USD",
    decimals: int = -6,
    start: int = 100,
    document: int = 0,
    dimensions: tuple[tuple[str, str], ...] = (),
) -> Fact:
    return Fact(
        concept=concept,
        period=period,
        value=None if value is None else Decimal(value),
        text=None,
        unit=unit,
        decimals=decimals,
        scale=6,
        dimensions=dimensions,
        context_id="c-1",
        fact_id=f"f-{start}",
        nil=value is None,
        document=document,
        start=start,
        end=start + 5,
    )


def filing(
    name: str,
    end: str,
    year: int,
    period: FiscalPeriodName = "FY",
    *,
    form: str = "",
    filed: str | None = None,
) -> Filing:
    return Filing(
        id=name,
        accession=None,
        cik="0000000042",
        company="Acme Corp",
        tickers=("ACME",),
        former_names=(),
        form=form or ("10-K" if period == "FY" else "10-Q"),
        period_end=day(end),
        fiscal_year=year,
        fiscal_period=period,
        fiscal_year_end="",
        filed=None if filed is None else day(filed),
        url=None,
    )
