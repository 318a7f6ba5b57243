"""What callers send for tables. The HTTP API, the command line and the web pages share the limits."""

from datetime import date
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Contract

MAX_NAME = 200  # characters of a company's or metric's name
MAX_COMPANIES: Final = 20
MAX_METRICS: Final = 20
MAX_PERIODS: Final = 40  # ten years of quarters
MAX_CELLS: Final = 1_200  # a screenful of screens; a cell may cost several lookups

StatementName = Literal["income", "balance", "cashflow"]
PartKind = Literal["segment", "product", "region"]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]


class SeriesRequest(Contract):
    """One metric of one company over its last `years` fiscal years, or over its last `quarters`.

    `metric` is a key or name of the lexicon ("revenue", "net sales"), a formula ("gross-margin"), the growth
    of an entry ("revenue-growth"), or an XBRL concept ("us-gaap:Assets"). `part` names a segment, product or
    region, as "revenue:Greater China" does; `by` gives a row for each of them.
    """

    company: Name
    metric: Name
    part: Name | None = None
    by: PartKind | None = None
    years: int = Field(default=5, ge=1, le=30)
    quarters: int | None = Field(default=None, ge=1, le=MAX_PERIODS)
    as_of: date | None = None


class CompareRequest(Contract):
    """Metrics of companies in periods: "FY2024", "Q2 FY2024", "H1 FY2024", or a span "FY2022:FY2024".

    With `by` a metric has a row for each part of a company of that kind, then the total.
    """

    companies: tuple[Name, ...] = Field(min_length=1, max_length=MAX_COMPANIES)
    metrics: tuple[Name, ...] = Field(min_length=1, max_length=MAX_METRICS)
    periods: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(
        min_length=1, max_length=MAX_PERIODS
    )
    by: PartKind | None = None
    as_of: date | None = None


class StatementRequest(Contract):
    """A company's statement for a fiscal year or quarter, as reported; "latest" is its last annual report."""

    company: Name
    period: str = Field(min_length=1, max_length=40)
    which: StatementName
    as_of: date | None = None


R = TypeVar("R", bound=Contract)


def request_of(model: type[R], **values: object) -> R:
    """`model(**values)`. Raises UsageError with the first thing that is not allowed."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{place}: {first['msg']}") from error
