"""GET /v1/facts, /v1/compare, /v1/statements/…: figures in rows and columns, each number with its place."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.replies import json_reply
from api.service import TheService
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.table_request import (
    MAX_COMPANIES,
    MAX_METRICS,
    MAX_NAME,
    MAX_PERIODS,
    Name,
    PartKind,
    StatementName,
)

router = APIRouter(tags=["tables"])

Company = Annotated[str, Query(min_length=1, max_length=MAX_NAME, examples=["AAPL"])]
Metric = Annotated[str, Query(min_length=1, max_length=MAX_NAME, examples=["revenue", "gross-margin"])]
By = Annotated[PartKind | None, Query(description="a row for each part of this kind, the total and the sum")]
AsOf = Annotated[date | None, Query(description="leave out what was filed after this day")]


@router.get("/v1/facts", summary="A metric over the years", response_model=FigureTable)
async def facts(
    *,
    service: TheService,
    company: Company,
    metric: Metric,
    part: Annotated[
        str | None,
        Query(min_length=1, max_length=MAX_NAME, description='a segment, product or region: "Greater China"'),
    ] = None,
    by: By = None,
    years: Annotated[int, Query(ge=1, le=30)] = 5,
    quarters: Annotated[int | None, Query(ge=1, le=MAX_PERIODS, description="in place of years")] = None,
    as_of: AsOf = None,
) -> Response:
    """One metric of one company over its last fiscal years, or quarters, oldest first.

    A metric is a figure ("revenue"), a formula ("gross-margin"), growth ("revenue-growth") or an XBRL
    concept. A cell without a number says why; where no cell has one, `refusal` does.
    """
    found = await service.workers.run(
        lambda: service.library.series(
            company, metric, part=part, by=by, years=years, quarters=quarters, as_of=as_of
        )
    )
    return json_reply(found)


@router.get("/v1/compare", summary="Compare companies", response_model=FigureTable)
async def compare(
    *,
    service: TheService,
    company: Annotated[tuple[Name, ...], Query(min_length=1, max_length=MAX_COMPANIES)],
    metric: Annotated[tuple[Name, ...], Query(min_length=1, max_length=MAX_METRICS)],
    period: Annotated[
        tuple[Name, ...], Query(min_length=1, max_length=MAX_PERIODS, examples=[["FY2022:FY2024"]])
    ],
    by: By = None,
    as_of: AsOf = None,
) -> Response:
    """Metrics of companies in fiscal periods ("Q2FY2024", "FY2022:FY2024"). Each may be repeated.

    "revenue:Data Center" is a metric of a part by the company's own name for it. A company that the store
    does not hold is named in `absent`, and its cells say so; where none is held the request fails.
    """
    found = await service.workers.run(
        lambda: service.library.compare(company, metric, period, by=by, as_of=as_of)
    )
    return json_reply(found)


@router.get(
    "/v1/statements/{company}/{period}/{which}", summary="A statement as printed", response_model=FigureTable
)
async def statement(
    service: TheService,
    company: Annotated[str, Path(max_length=MAX_NAME, examples=["AAPL"])],
    period: Annotated[str, Path(max_length=40, examples=["FY2023", "Q2FY2025", "latest"])],
    which: StatementName,
    as_of: AsOf = None,
) -> Response:
    """The income statement, balance sheet or cash-flow statement: the filing's own rows, labels and signs."""
    found = await service.workers.run(lambda: service.library.statement(company, period, which, as_of=as_of))
    return json_reply(found)
