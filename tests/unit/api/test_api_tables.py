"""/v1/facts, /v1/compare, /v1/statements: what they take, what they refuse, and what the metrics count."""

from typing import Any

import httpx
import pytest

from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.model.table_request import MAX_COMPANIES, MAX_METRICS, MAX_PERIODS

COMPARE = {"company": ["ACME", "BOLT"], "metric": ["revenue", "rd"], "period": ["FY2022:FY2024"]}


@pytest.mark.parametrize(
    ("path", "params", "asked"),
    [
        ("/v1/facts", {"company": "ACME", "metric": "revenue"}, "revenue None None 5 None None"),
        ("/v1/facts", {"company": "ACME", "metric": "rd", "years": 2}, "rd None None 2 None None"),
        (
            "/v1/facts",
            {"company": "ACME", "metric": "rd", "quarters": 8, "as_of": "2024-05-01"},
            "rd None None 5 8 2024-05-01",
        ),
        (
            "/v1/facts",
            {"company": "ACME", "metric": "rd", "part": "Greater China"},
            "rd Greater China None 5 None None",
        ),
        ("/v1/facts", {"company": "ACME", "metric": "rd", "by": "product"}, "rd None product 5 None None"),
        ("/v1/compare", COMPARE, "('revenue', 'rd') ('FY2022:FY2024',) None None"),
        ("/v1/compare", {**COMPARE, "by": "region"}, "('revenue', 'rd') ('FY2022:FY2024',) region None"),
        ("/v1/statements/ACME/FY2023/income", {}, "FY2023 income None"),
        ("/v1/statements/BOLT/Q2%20FY2024/balance", {"as_of": "2024-05-01"}, "Q2 FY2024 balance 2024-05-01"),
    ],
)
def test_a_table_is_given_for_what_was_asked(
    http: httpx.Client, path: str, params: dict[str, Any], asked: str
) -> None:
    response = http.get(path, params=params)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    table = FigureTable.model_validate_json(response.content)
    assert table.title == asked
    assert table.to_json() == response.text
    assert response.json()["schema"] == "finchat.table/1"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/facts", {"company": "ACME"}),
        ("/v1/facts", {"metric": "revenue"}),
        ("/v1/facts", {"company": "ACME", "metric": ""}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "years": 0}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "years": 31}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "quarters": MAX_PERIODS + 1}),
        ("/v1/facts", {"company": "A" * 201, "metric": "revenue"}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "as_of": "yesterday"}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "by": "planet"}),
        ("/v1/facts", {"company": "ACME", "metric": "revenue", "part": ""}),
        ("/v1/compare", {**COMPARE, "company": []}),
        ("/v1/compare", {**COMPARE, "company": ["ACME"] * (MAX_COMPANIES + 1)}),
        ("/v1/compare", {**COMPARE, "metric": ["revenue"] * (MAX_METRICS + 1)}),
        ("/v1/compare", {**COMPARE, "period": ["FY2024"] * (MAX_PERIODS + 1)}),
        ("/v1/compare", {**COMPARE, "metric": ["r" * 201]}),
        ("/v1/statements/ACME/FY2023/equity", {}),
        (f"/v1/statements/ACME/{'9' * 41}/income", {}),
    ],
)
def test_requests_beyond_the_limits_are_problems(
    http: httpx.Client, path: str, params: dict[str, Any]
) -> None:
    response = http.get(path, params=params)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "invalid_request"
    assert response.json()["errors"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/facts", {"company": "INTC", "metric": "revenue"}),
        ("/v1/compare", {**COMPARE, "company": ["ACME", "INTC"]}),
        ("/v1/statements/INTC/FY2023/income", {}),
    ],
)
def test_an_unknown_company_is_a_problem_that_names_it(
    http: httpx.Client, path: str, params: dict[str, Any]
) -> None:
    response = http.get(path, params=params)
    assert (response.status_code, response.json()["code"]) == (400, "usage")
    assert "'INTC'" in response.json()["detail"]


def test_what_clients_type_never_becomes_a_label(http: httpx.Client) -> None:
    for number in range(5):
        http.get(f"/v1/statements/made-up-{number}/FY20{number}0/income")
        http.get("/v1/facts", params={"company": f"made-up-{number}", "metric": "x"})
    counted = http.get("/metrics").text
    assert "made-up" not in counted
    assert 'route="/v1/statements/{company}/{period}/{which}"' in counted
