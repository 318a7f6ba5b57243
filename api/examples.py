"""Examples for the OpenAPI document, by route; a test proves that each is valid for its model."""

from typing import Any

from api.table_examples import COMPARISON, SERIES, STATEMENT

Json = dict[str, Any]

_FILING_ID = "0000320193-23-000106"
_SHA256 = "0e4f9a4b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
_URL = "https://www.sec.gov/Archives/edgar/data/320193/000032019323000106/aapl-20230930.htm"
_PERIOD: Json = {"start": "2022-09-25", "end": "2023-09-30", "fiscal_year": 2023, "fiscal_period": "FY"}
QUESTION = "What was Apple's revenue in fiscal 2023?"

ASK: Json = {"question": QUESTION, "scope": {"companies": ["AAPL"], "fiscal_years": [2023]}}
ANSWER: Json = {
    "schema": "finchat.answer/1",
    "id": "6b1f0c3a9d2e4857",
    "question": QUESTION,
    "scope": {"companies": ["Apple Inc."], "filings": [_FILING_ID], "period": _PERIOD},
    "status": "answered",
    "answer": "Apple Inc. reported revenue of $383,285 million for fiscal year 2023 [1].",
    "value": {"number": "383285000000", "unit": "USD", "period": _PERIOD},
    "calculation": None,
    "citations": [
        {
            "id": 1,
            "filing": _FILING_ID,
            "accession": _FILING_ID,
            "company": "Apple Inc.",
            "cik": "0000320193",
            "form": "10-K",
            "period_end": "2023-09-30",
            "section": "Part II, Item 8",
            "page": None,
            "fact_id": "f-175",
            "concept": "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
            "table": {"row": "Total net sales", "column": "2023"},
            "quote": "383,285",
            "start": 123456,
            "end": 123463,
            "sha256": _SHA256,
            "url": f"{_URL}#f-175",
        }
    ],
    "alternates": [],
    "refusal": None,
}
STREAM = 'event: stage\ndata: {"stage":"plan"}\n\nevent: answer\ndata: {"schema":"finchat.answer/1",…}\n\n'

SEARCH_REQUEST: Json = {"query": "supply constraints", "scope": {"companies": ["NVDA"]}, "limit": 5}
SEARCH: Json = {
    "hits": [
        {
            "filing": _FILING_ID,
            "company": "Apple Inc.",
            "form": "10-K",
            "period_end": "2023-09-30",
            "document": 0,
            "sha256": _SHA256,
            "page": None,
            "section": "Part I, Item 1A",
            "heading": "Risk Factors",
            "text": "The Company's business can be affected by supply shortages.",
            "start": 40100,
            "end": 40159,
            "score": 11.3,
            "url": _URL,
        }
    ]
}
COMPANIES: Json = {
    "companies": [
        {
            "key": "0000320193",
            "cik": "0000320193",
            "name": "Apple Inc.",
            "tickers": ["AAPL"],
            "filings": 4,
            "first_period": "2022-09-24",
            "last_period": "2024-09-28",
        }
    ]
}
_FILING: Json = {
    "id": _FILING_ID,
    "accession": _FILING_ID,
    "cik": "0000320193",
    "company": "Apple Inc.",
    "tickers": ["AAPL"],
    "form": "10-K",
    "period_end": "2023-09-30",
    "fiscal_year": 2023,
    "fiscal_period": "FY",
    "filed": "2023-11-03",
    "url": _URL,
    "sample": True,
}
FILINGS: Json = {"filings": [_FILING]}
FILING: Json = {
    **_FILING,
    "documents": [
        {
            "index": 0,
            "name": "aapl-20230930.htm",
            "kind": "html",
            "role": "10-K",
            "sha256": _SHA256,
            "size": 1543210,
            "length": 215000,
            "pages": 0,
            "url": _URL,
        }
    ],
    "facts": 1087,
    "passages": 412,
    "warnings": [],
}
SECTIONS: Json = {
    "sections": [
        {
            "document": 0,
            "part": "Part I",
            "item": "Item 1A",
            "title": "Risk Factors",
            "start": 40000,
            "end": 108000,
            "page": None,
            "warning": "",
        }
    ]
}
_TABLE: Json = {
    "document": 0,
    "index": 12,
    "title": "CONSOLIDATED STATEMENTS OF OPERATIONS",
    "start": 123400,
    "end": 123600,
    "page": None,
    "scale": 6,
    "unit": "USD",
    "row_headers": [[], ["Total net sales"]],
    "column_headers": [[], ["2023"]],
    "cells": [
        {
            "row": 1,
            "column": 1,
            "text": "$383,285",
            "start": 123455,
            "end": 123463,
            "value": "383285000000",
            "unit": "USD",
        }
    ],
}
TABLES: Json = {"tables": [_TABLE]}
BLOCKS: Json = {
    "filing": _FILING_ID,
    "document": 0,
    "sha256": _SHA256,
    "length": 215000,
    "blocks": [
        {
            "kind": "heading",
            "level": 2,
            "start": 40000,
            "end": 40012,
            "page": None,
            "text": "Risk Factors",
            "table": None,
        }
    ],
    "previous": 39000,
    "next": 40013,
}
FACTS: Json = {
    "facts": [
        {
            "filing": _FILING_ID,
            "document": 0,
            "concept": "us-gaap:Assets",
            "label": "Assets",
            "value": "352583000000",
            "text": None,
            "unit": "USD",
            "decimals": -6,
            "start_date": None,
            "end_date": "2023-09-30",
            "dimensions": [],
            "context_id": "c-20",
            "fact_id": "f-230",
            "nil": False,
            "start": 130000,
            "end": 130007,
            "url": f"{_URL}#f-230",
        }
    ]
}
INGEST: Json = {"companies": ["AAPL", "NVDA"], "forms": ["10-K", "10-Q"], "limit": 4}
JOB: Json = {
    "id": "5f0c1e2d3b4a5968",
    "state": "running",
    "done": 3,
    "total": 16,
    "current": "Apple Inc. 10-Q 2024-06-29",
    "report": None,
    "error": None,
}
VERIFIED: Json = {
    "holds": True,
    "answer_id": "6b1f0c3a9d2e4857",
    "citations": [{"id": 1, "filing": _FILING_ID, "holds": True, "problems": []}],
    "problems": [],
}
METRICS = 'finchat_questions_total{status="answered",reason=""} 12.0\n'

PROBLEM: Json = {
    "type": "urn:finchat:problem:not_found",
    "title": "Not Found",
    "status": 404,
    "detail": "no filing '0000000000-00-000000' in the store",
    "code": "not_found",
    "request_id": "3f1d2c4b5a697887",
}

REQUESTS: dict[str, Json] = {
    "POST /v1/ask": ASK,
    "POST /v1/search": SEARCH_REQUEST,
    "POST /v1/verify": {"answer": ANSWER},
    "POST /v1/ingest": INGEST,
}
REPLIES: dict[str, Json] = {
    "POST /v1/ask": ANSWER,
    "POST /v1/search": SEARCH,
    "POST /v1/verify": VERIFIED,
    "POST /v1/ingest": JOB,
    "GET /v1/ingest/{job}": JOB,
    "GET /v1/companies": COMPANIES,
    "GET /v1/filings": FILINGS,
    "GET /v1/filings/{filing_id}": FILING,
    "GET /v1/filings/{filing_id}/sections": SECTIONS,
    "GET /v1/filings/{filing_id}/blocks": BLOCKS,
    "GET /v1/filings/{filing_id}/tables": TABLES,
    "GET /v1/filings/{filing_id}/facts": FACTS,
    "GET /v1/facts": SERIES,
    "GET /v1/compare": COMPARISON,
    "GET /v1/statements/{company}/{period}/{which}": STATEMENT,
    "GET /health": {"status": "ok"},
    "GET /ready": {"ready": True, "checks": {"store": "ok"}},
    "GET /version": {"version": "0.1.0", "revision": "1a2b3c4", "python": "3.11.9"},
}
