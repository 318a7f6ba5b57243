"""Every route over a real server: the body is the model's JSON, and errors are problems."""

import json
import re
from pathlib import Path

import httpx
import pytest

from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.replies import Problem
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import BlockWindow, FilingDetail
from tests.api_support.fake_library import STAGES, FakeLibrary

ACME = "0000000001-24-000001"
QUESTION = "What was Acme revenue in fiscal 2024?"


def problem(response: httpx.Response, status: int, code: str) -> Problem:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = Problem.model_validate_json(response.content)
    assert (found.status, found.code) == (status, code)
    assert found.request_id == response.headers["x-request-id"]
    return found


def test_an_answer_has_the_bytes_of_its_json(http: httpx.Client, library: FakeLibrary) -> None:
    response = http.post("/v1/ask", json={"question": QUESTION})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.text == library.ask(QUESTION).to_json()


def test_a_refusal_is_an_answer_with_status_200(http: httpx.Client) -> None:
    response = http.post("/v1/ask", json={"question": "Whose zebra?", "scope": {"companies": ["BOLT"]}})
    assert response.status_code == 200
    answer = Answer.model_validate_json(response.content)
    assert answer.status == "refused"
    assert answer.refusal
    assert answer.refusal.reason == "not_in_store"


def events(text: str) -> list[tuple[str, str]]:
    return re.findall(r"event: (.*)\ndata: (.*)\n\n", text)


def test_a_stream_gives_stages_in_order_then_the_same_bytes(http: httpx.Client, library: FakeLibrary) -> None:
    response = http.post("/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [name for name, _ in found] == ["stage"] * 4 + ["answer"]
    assert [json.loads(data)["stage"] for name, data in found if name == "stage"] == list(STAGES)
    assert found[-1][1] == library.ask(QUESTION).to_json()


def test_search_returns_hits(http: httpx.Client, library: FakeLibrary) -> None:
    response = http.post("/v1/search", json={"query": "acme bolts", "limit": 1})
    wanted = library.search("acme bolts", ScopeRequest(), 1)
    assert response.json() == {"hits": [json.loads(hit.model_dump_json()) for hit in wanted]}
    assert len(response.json()["hits"]) == 1


def test_companies_and_filings(http: httpx.Client) -> None:
    names = [company["name"] for company in http.get("/v1/companies").json()["companies"]]
    assert names == ["Acme Corp", "Bolt Ltd"]
    assert [f["id"] for f in http.get("/v1/filings").json()["filings"]] == [ACME, "bolt_2023"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("company=ACME", [ACME]),
        ("company=ACME&company=BOLT", [ACME, "bolt_2023"]),
        ("form=10-Q", []),
        ("form=10-K&fiscal_year=2024&company=BOLT", ["bolt_2023"]),
        ("fiscal_year=1999", []),
    ],
)
def test_filings_are_limited_by_every_parameter(http: httpx.Client, query: str, found: list[str]) -> None:
    assert [f["id"] for f in http.get(f"/v1/filings?{query}").json()["filings"]] == found


def test_a_filing_and_its_parts(http: httpx.Client, library: FakeLibrary) -> None:
    base = f"/v1/filings/{ACME}"
    assert FilingDetail.model_validate_json(http.get(base).content) == library.filing(ACME)
    window = BlockWindow.model_validate_json(http.get(f"{base}/blocks?start=0&limit=5").content)
    assert window == library.blocks(ACME)
    assert not http.get(f"{base}/blocks?start=9").json()["blocks"]
    assert http.get(f"{base}/sections").json()["sections"][0]["item"] == "Item 1"
    assert http.get(f"{base}/tables?start=7&limit=1").json()["tables"][0]["start"] == 7


@pytest.mark.parametrize(
    ("query", "concepts"),
    [
        ("", ["us-gaap:Revenues", "acme:Note"]),
        ("?numeric=true", ["us-gaap:Revenues"]),
        ("?concept=acme:Note", ["acme:Note"]),
        ("?limit=1", ["us-gaap:Revenues"]),
    ],
)
def test_facts_are_limited_by_every_parameter(http: httpx.Client, query: str, concepts: list[str]) -> None:
    facts = http.get(f"/v1/filings/{ACME}/facts{query}").json()["facts"]
    assert [fact["concept"] for fact in facts] == concepts


def test_an_original_is_its_bytes_and_inert(http: httpx.Client, library: FakeLibrary) -> None:
    response = http.get("/v1/filings/bolt_2023/document")
    view, content = library.original("bolt_2023")
    assert response.content == content
    assert response.headers["etag"] == f'"{view.sha256}"'
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == 'attachment; filename="evil_name_.htm"'
    assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    problem(http.get("/v1/filings/bolt_2023/document?document=3"), 404, "not_found")


def test_verify_tells_a_changed_quote(http: httpx.Client, library: FakeLibrary) -> None:
    answer = json.loads(library.ask(QUESTION).to_json())
    report = VerifyReport.model_validate_json(http.post("/v1/verify", json={"answer": answer}).content)
    assert report.holds
    answer["citations"][0]["quote"] = "Acme revenue was $121 million."
    assert http.post("/v1/verify", json={"answer": answer}).json()["holds"] is False


def test_verify_takes_an_answer_or_a_table(http: httpx.Client, library: FakeLibrary) -> None:
    answer = json.loads(library.ask(QUESTION).to_json())
    table = json.loads(library.series("ACME", "revenue").to_json())
    assert http.post("/v1/verify", json={"table": table}).json()["holds"] is True
    table["citations"][0]["quote"] = "no such words"
    assert http.post("/v1/verify", json={"table": table}).json()["holds"] is False
    for body in ({}, {"answer": answer, "table": table}, {"answer": None, "table": None}):
        problem(http.post("/v1/verify", json=body), 422, "invalid_request")


def test_probes(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/ready").json() == {"ready": True, "checks": {"store": "ok"}}
    version = http.get("/version").json()
    assert re.match(r"\d+\.\d+", version["version"])
    assert version["python"].startswith("3.")
    assert set(version) == {"version", "revision", "python"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/filings/nope", 404, "not_found"),
        ("GET", "/v1/filings/nope/facts", 404, "not_found"),
        ("GET", "/v1/ingest/nope", 404, "not_found"),
        ("GET", "/nothing/here", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/v1/ask", 405, "method_not_allowed"),
        ("DELETE", f"/v1/filings/{ACME}", 405, "method_not_allowed"),
        ("GET", f"/v1/filings/{ACME}/blocks?limit=0", 422, "invalid_request"),
        ("GET", f"/v1/filings/{ACME}/blocks?document=-1", 422, "invalid_request"),
        ("GET", "/v1/filings?fiscal_year=abc", 422, "invalid_request"),
        ("GET", "/v1/filings/" + "x" * 300, 422, "invalid_request"),
        ("POST", "/v1/ingest", 415, "unsupported_body"),
    ],
)
def test_wrong_requests_are_problems(
    http: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    problem(http.request(method, path), status, code)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("{}", "body.question"),
        ('{"question": ""}', "body.question"),
        ('{"question": "' + "x" * 2001 + '"}', "body.question"),
        ('{"question": "a", "more": 1}', "body.more"),
        ('{"question": "a", "scope": {"fiscal_years": ["x"]}}', "body.scope.fiscal_years.0"),
        ("not json", "body.0"),
    ],
)
def test_wrong_bodies_name_the_place_and_do_not_echo_it(http: httpx.Client, body: str, where: str) -> None:
    response = http.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    found = problem(response, 422, "invalid_request")
    assert found.errors[0].where.startswith(where)
    assert len(response.content) < 2_000


def test_a_deeply_nested_body_is_refused(http: httpx.Client) -> None:
    body = '{"question": ' + "[" * 1_000_000
    response = http.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    problem(
        response, response.status_code, "bad_request" if response.status_code == 400 else "invalid_request"
    )


def test_a_question_needs_json(http: httpx.Client) -> None:
    response = http.post("/v1/ask", content='{"question": "a"}', headers={"Content-Type": "text/plain"})
    problem(response, 422, "invalid_request")


def test_a_request_id_is_taken_when_harmless_and_made_otherwise(http: httpx.Client) -> None:
    given = http.get("/health", headers={"X-Request-ID": "abc-1.2_3"}).headers["x-request-id"]
    assert given == "abc-1.2_3"
    for bad in ("a b", "<script>", "x" * 65, ""):
        made = http.get("/health", headers={"X-Request-ID": bad}).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{16}", made)


def test_every_response_is_inert_in_a_browser(http: httpx.Client) -> None:
    for path in ("/health", "/nothing", "/v1/companies"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers


def test_metrics_count_by_template_and_not_by_path(http: httpx.Client) -> None:
    http.get(f"/v1/filings/{ACME}")
    http.get("/v1/filings/nope")
    for number in range(5):
        http.get(f"/unknown/{number}")
    http.request("BREW", "/unknown")
    text = http.get("/metrics").text
    assert 'route="/v1/filings/{filing_id}"' in text
    assert 'method="GET",route="unmatched",status="4xx"' in text
    assert "nope" not in text
    assert "/unknown" not in text
    assert "finchat_store_filings 2.0" in text
    assert "finchat_store_readable 1.0" in text
    assert re.search(r'finchat_build_info\{python="3[^"]*",revision="",version="[^"]+"\} 1.0', text)


def test_metrics_count_questions_by_outcome(http: httpx.Client) -> None:
    def count(status: str, reason: str) -> float:
        line = f'finchat_questions_total{{reason="{reason}",status="{status}"}} '
        found = re.search(re.escape(line) + r"(\S+)", http.get("/metrics").text)
        return float(found[1]) if found else 0.0

    before = count("answered", ""), count("refused", "not_in_store")
    http.post("/v1/ask", json={"question": QUESTION})
    http.post("/v1/ask", json={"question": "zebra"})
    assert (count("answered", ""), count("refused", "not_in_store")) == (before[0] + 1, before[1] + 1)


def test_no_path_of_this_machine_is_shown(http: httpx.Client) -> None:
    assert "/nowhere" not in http.get("/ready").text + http.get("/metrics").text
    assert str(Path.home()) not in http.get("/metrics").text
