"""Examples of tables for the OpenAPI document."""

from typing import Any

Json = dict[str, Any]

_FILING = "0000320193-24-000123"
_URL = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl-20240928.htm"
_YEAR: Json = {"start": "2023-10-01", "end": "2024-09-28", "fiscal_year": 2024, "fiscal_period": "FY"}
_EMPTY: Json = {
    "number": None,
    "unit": None,
    "period": None,
    "citation": None,
    "printed": None,
    "fact_value": None,
    "calculation": None,
    "alternates": [],
    "gap": None,
}


def _citation(number: int, quote: str, fact: str, concept: str, row: str) -> Json:
    return {
        "id": number,
        "filing": _FILING,
        "accession": _FILING,
        "company": "Apple Inc.",
        "cik": "0000320193",
        "form": "10-K",
        "period_end": "2024-09-28",
        "section": "Part II, Item 8 › CONSOLIDATED STATEMENTS OF OPERATIONS",
        "page": None,
        "fact_id": fact,
        "concept": f"us-gaap:{concept}",
        "table": {"row": row, "column": "Years ended › September 28, 2024"},
        "quote": quote,
        "start": 130_000 + 100 * number,
        "end": 130_000 + 100 * number + len(quote),
        "sha256": "0e4f9a4b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b",
        "url": f"{_URL}#{fact}",
    }


_SALES = _citation(
    1, "391,035", "f-66", "RevenueFromContractWithCustomerExcludingAssessedTax", "Total net sales"
)
_PROFIT = _citation(2, "180,683", "f-78", "GrossProfit", "Gross margin")
_REVENUE: Json = {
    **_EMPTY,
    "status": "reported",
    "number": "391035000000",
    "unit": "USD",
    "period": _YEAR,
    "citation": 1,
}
_MARGIN: Json = {
    **_EMPTY,
    "status": "computed",
    "number": "46.21",
    "unit": "percent",
    "period": _YEAR,
    "calculation": {
        "formula": "gross margin = (gross_profit_FY2024 / revenue_FY2024) * 100",
        "operands": [
            {"name": "gross_profit_FY2024", "number": "180683000000", "unit": "USD", "citation": 2},
            {"name": "revenue_FY2024", "number": "391035000000", "unit": "USD", "citation": 1},
        ],
        "rounding": "half up to 2 decimals",
    },
}
_GAP: Json = {
    **_EMPTY,
    "status": "missing",
    "gap": {"reason": "not_disclosed", "message": "The filings of Apple Inc. here report no goodwill."},
}


def _table(kind: str, title: str, column: Json, rows: list[Json], citations: list[Json]) -> Json:
    return {
        "schema": "finchat.table/1",
        "id": "6b1f0c3a9d2e4857-2f1d0c9b8a7e6d5c",
        "kind": kind,
        "title": title,
        "companies": ["Apple Inc."],
        "columns": [column],
        "rows": rows,
        "citations": citations,
        "notes": [],
        "refusal": None,
    }


def _row(metric: str, label: str, *cells: Json, path: tuple[str, ...] = ()) -> Json:
    return {
        "company": "Apple Inc.",
        "metric": metric,
        "label": label,
        "path": list(path),
        "cells": list(cells),
    }


_COLUMN: Json = {"key": "FY2024", "label": "FY2024"}
SERIES = _table(
    "series", "Apple Inc.: total revenue", _COLUMN, [_row("revenue", "total revenue", _REVENUE)], [_SALES]
)
COMPARISON = _table(
    "comparison",
    "Apple Inc.: total revenue, gross margin, goodwill",
    _COLUMN,
    [
        _row("revenue", "total revenue", _REVENUE),
        _row("gross_margin", "gross margin", _MARGIN),
        _row("goodwill", "goodwill", _GAP),
    ],
    [_SALES, _PROFIT],
)
STATEMENT = _table(
    "statement",
    "Apple Inc.: income statement, FY2024",
    {"key": "FY2024", "label": "Years ended › September 28, 2024"},
    [
        _row("", "Net sales"),
        _row(
            "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
            "Total net sales",
            {**_REVENUE, "printed": "391,035"},
            path=("Net sales",),
        ),
    ],
    [_SALES],
)
