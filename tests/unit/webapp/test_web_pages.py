"""Every page over an API in memory, without a browser."""

import re

import httpx
import pytest
from flask.testing import FlaskClient
from lxml import html

from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer, CheckedCitation, VerifyReport
from tests.unit.webapp.fake_api import (
    COMPARED,
    HACKED,
    MARGIN,
    REVENUE,
    SUPPLY,
    UNKNOWN,
    FakeApi,
    comparison,
    problem,
)
from tests.unit.webapp.fake_filings import FILING, HOSTILE
from webapp.app import create_app

PAGES = (
    "/",
    "/companies",
    "/companies?q=acme",
    "/companies/0000999999",
    "/filings",
    "/filings?form=10-K&year=2023",
    f"/filings/{FILING}",
    f"/filings/{FILING}/read",
    f"/filings/{FILING}/read?start=9000",
    f"/filings/{FILING}/read?mark=100-120",
    f"/filings/{FILING}/facts",
    f"/filings/{FILING}/facts?concept=net+income",
    "/filings/evil-2023",
    "/filings/evil-2023/read",
    "/filings/evil-2023/facts",
    "/search",
    "/search?q=sensors",
    "/verify",
    "/compare",
    COMPARED,
    "/compare?company=ACME&metric=rd&period=FY2023",
    "/compare?company=ACME&metric=nonsense&period=FY2023",
    "/statements/income/FY2023/0000999999",
    "/statements/income/FY1999/0000999999",
    "/statements/equity/FY2023/0000999999",
    "/nowhere",
)


def get(web: FlaskClient, path: str, status: int = 200, **query: str) -> html.HtmlElement:
    response = web.get(path, query_string=query or None)
    assert response.status_code == status, response.text
    return html.document_fromstring(response.text)


def text(page: html.HtmlElement, selector: str) -> str:
    return " ".join(" ".join(found.text_content().split()) for found in page.cssselect(selector))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_carries_the_headers(web: FlaskClient, path: str):
    response = web.get(path)
    page = html.document_fromstring(response.text)
    assert len(page.cssselect("h1")) == 1
    assert page.cssselect("title")[0].text
    assert page.get("lang") == "en"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Request-ID"]
    ids = [element.get("id") for element in page.cssselect("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", [*PAGES, "/ask?q=" + HACKED.replace("<", "%3C").replace(">", "%3E")])
def test_no_page_holds_inline_code_or_markup_from_data(web: FlaskClient, path: str):
    response = web.get(path)
    page = html.document_fromstring(response.text)
    assert all(script.get("src", "").startswith("/static/") for script in page.cssselect("script"))
    assert not page.cssselect("[style], style, img, iframe, object, embed, base")
    for element in page.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
    for link in page.cssselect("a[href]"):
        assert re.match(r"(/(?!/)|#|https://www\.sec\.gov/)", link.get("href")), link.get("href")
    assert "{{7*7}}" in response.text or "49" not in text(page, "h1")


def test_an_answer_shows_value_period_and_the_marked_place(web: FlaskClient, api: FakeApi):
    page = get(web, "/ask", q=REVENUE)
    assert text(page, ".figure") == "$7.403 billion"
    assert "7,403,000,000 USD" in text(page, ".value")
    assert "Fiscal year 2023 (Jan 1, 2023 – Dec 31, 2023)" in text(page, ".value")
    assert text(page, "#pane #mark") == "7,403"
    assert text(page, "mark.current") == "7,403"
    assert text(page, "mark.other") == "6,581"
    assert text(page, "#pane tr:has(mark.current) th") == "Total net sales"
    assert page.cssselect("#pane a[href^='https://www.sec.gov/']")
    assert text(page, ".alternates li").startswith("Fiscal 2022, for comparison $6.581 billion")
    assert [link.get("data-cite") for link in page.cssselect(".prose a.cite")] == ["1"]


def test_a_citation_link_shows_that_citation_without_scripts(web: FlaskClient):
    page = get(web, "/ask", q=SUPPLY)
    link = page.cssselect(".citations a.cite")[1].get("href")
    assert link.endswith("#mark")
    second = get(web, link)
    assert text(second, "mark.current") == "Lead times for application-specific circuits exceed forty weeks."
    assert second.cssselect("a.cite[aria-current]")[0].get("data-cite") == "2"


def test_a_quote_over_several_cells_is_marked_in_each(web: FlaskClient, api: FakeApi):
    answer = api.answers[REVENUE]
    filing = api.filings[FILING]
    row = filing.citation(1, "Total net sales | 7,403 | 6,581")
    api.answers[REVENUE] = answer.model_copy(update={"citations": (row,), "alternates": ()})
    page = get(web, "/ask", q=REVENUE)
    marks = [mark.text_content() for mark in page.cssselect("mark.current")]
    assert marks == ["Total net sales", "7,403", "6,581"]
    assert len(page.cssselect("#mark")) == 1


def test_the_filing_can_be_read_on_from_the_pane(web: FlaskClient):
    page = get(web, "/ask", q=REVENUE)
    later = page.cssselect(".more a")[-1].get("href")
    moved = get(web, later)
    assert not moved.cssselect("mark.current")
    back = moved.cssselect(".back a")[0].get("href")
    assert get(web, back).cssselect("mark.current")


def test_a_calculation_cites_each_operand(web: FlaskClient):
    page = get(web, "/ask", q=MARGIN)
    assert text(page, ".formula") == "100 × gross profit / net sales"
    rows = [text(row, "th, td") for row in page.cssselect(".calculation tbody tr")]
    assert rows == ["gross profit 3,392,000,000 USD 2", "net sales 7,403,000,000 USD 1"]


def test_witnesses_are_shown_those_that_disagree_marked(web: FlaskClient):
    page = get(web, "/ask", q=MARGIN)
    lines = [" ".join(line.text_content().split()) for line in page.cssselect(".witnesses li")]
    assert lines == ["1 agrees with EDGAR's companyfacts.", "Disagrees: 2 says otherwise."]
    assert [line.get("class") for line in page.cssselect(".witnesses li")] == [None, "disagrees"]
    assert len(page.cssselect(".witnesses a.cite")) == 2


def test_a_refusal_says_why_what_was_searched_and_what_next(web: FlaskClient):
    page = get(web, "/ask", q=UNKNOWN)
    assert "company unknown" in text(page, ".refusal .kicker")
    assert "No filing in the store is of a company called “Initech”." in text(page, ".refusal .message")
    assert "1 company: Acme Instruments Corp" in text(page, ".searched")
    assert "finchat ingest TICKER" in text(page, ".steps .command")
    assert not page.cssselect("#pane")


def test_an_answer_is_verified_on_the_page(web: FlaskClient, api: FakeApi):
    assert "everything holds" in text(get(web, "/ask", q=REVENUE, verify="1"), "#report h2")

    def broken(answer: Answer) -> VerifyReport:
        check = CheckedCitation(id=1, filing=FILING, holds=False, problems=("the quote is not there",))
        return VerifyReport(holds=False, answer_id=answer.id, citations=(check,))

    api.report = broken
    page = get(web, "/ask", q=REVENUE, verify="1")
    assert "failed" in text(page, "#report h2")
    assert "the quote is not there" in text(page, "#report")


def test_a_table_kept_as_json_can_be_verified(web: FlaskClient, api: FakeApi):
    table = comparison(api.filings, ["revenue"])
    shown = web.post("/verify", data={"answer": table.to_json()})
    page = html.document_fromstring(shown.text)
    assert "everything holds" in text(page, ".report")
    assert table.title in text(page, "main")
    wrong = web.post("/verify", data={"answer": table.to_json().replace('"kind":', '"sort":')})
    assert wrong.status_code == 400
    assert "no table of schema" in text(html.document_fromstring(wrong.text), "#trouble")


def test_an_answer_kept_as_json_can_be_verified(web: FlaskClient, api: FakeApi):
    kept = web.get("/ask.json", query_string={"q": REVENUE})
    assert kept.mimetype == "application/json"
    assert Answer.model_validate_json(kept.text) == api.answers[REVENUE]
    shown = web.post("/verify", data={"answer": kept.text})
    assert "everything holds" in text(html.document_fromstring(shown.text), ".report")
    wrong = web.post("/verify", data={"answer": "{}<script>"})
    assert wrong.status_code == 400
    assert "no answer of schema" in text(html.document_fromstring(wrong.text), "#trouble")
    assert web.post("/verify", data={}).status_code == 400
    assert web.post("/verify", data={"answer": "x" * 3_000_000}).status_code == 413


def test_an_answer_as_markdown_is_plain_text(web: FlaskClient):
    response = web.get("/ask.md", query_string={"q": HACKED})
    assert response.mimetype == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_scope_goes_to_the_api_and_stays_in_the_form(web: FlaskClient, api: FakeApi):
    page = get(web, f"/ask?q={REVENUE}&company=0000999999&year=2023&form=10-K&filing={FILING}")
    sent = next(request for request in api.requests if request.url.path == "/v1/ask")
    assert b'"companies":["0000999999"]' in sent.content
    assert b'"fiscal_years":[2023]' in sent.content
    chosen = [option.text for option in page.cssselect("option[selected]")]
    assert chosen == ["Acme Instruments Corp", "2023", "10-K"]
    assert page.cssselect(f"input[name=filing][value='{FILING}'][checked]")
    assert all("year=2023" in link.get("href") for link in page.cssselect("a.cite"))


def test_samples_are_marked_and_examples_fit(web: FlaskClient):
    page = get(web, "/")
    assert "What was Acme Instruments’ net income in fiscal 2023?" in text(page, ".examples")
    rows = [text(row, "th") for row in page.cssselect(".recent tbody tr")]
    assert "Acme Instruments Corp sample" in rows


def test_an_empty_store_says_how_to_fill_it():
    web = create_app(Settings(), FakeApi().client()).test_client()
    page = get(web, "/")
    assert "The store is empty" in text(page, ".notice")
    assert "finchat ingest" in text(page, ".notice code")
    assert "empty" in text(get(web, "/companies"), ".empty")
    assert "empty" in text(get(web, "/filings"), ".empty")


def test_the_reader_shows_a_place_and_its_section(web: FlaskClient, api: FakeApi):
    start, end = api.filings[FILING].draft.find("Lead times for application-specific circuits")
    page = get(web, f"/filings/{FILING}/read?mark={start}-{end}")
    assert text(page, "#mark") == "Lead times for application-specific circuits"
    assert "Risk Factors" in text(page, "h1")
    assert page.cssselect(".broad a[aria-current]")[0].text_content().split() == [
        "Part",
        "I,",
        "Item",
        "1A",
        "Risk",
        "Factors",
    ]
    item8 = page.cssselect(".broad a")[2].get("href")
    assert "Financial Statements" in text(get(web, item8), ".paper h4")


def test_facts_are_filtered_by_all_words_and_lead_to_their_place(web: FlaskClient):
    page = get(web, f"/filings/{FILING}/facts", concept="net income")
    assert [text(row, "code") for row in page.cssselect("tbody tr")] == ["us-gaap:NetIncomeLoss"]
    place = page.cssselect("tbody tr td a")[0].get("href")
    assert text(get(web, place), "#mark") == "$1,297"
    assert "Service" in text(get(web, f"/filings/{FILING}/facts"), ".dimension")
    assert "No fact" in text(get(web, f"/filings/{FILING}/facts", concept="nothing"), ".empty")


def test_a_hit_leads_to_its_place(web: FlaskClient):
    page = get(web, "/search", q="sensors")
    link = page.cssselect(".hits h2 a")[0].get("href")
    assert text(get(web, link), "#mark").startswith("We buy the optical sensors")


def test_an_original_is_only_ever_a_download(web: FlaskClient):
    response = web.get("/filings/evil-2023/original")
    assert response.mimetype == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=script_")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_filing_without_an_edgar_address_offers_its_stored_file(web: FlaskClient):
    pane = get(web, "/ask", q=HACKED).cssselect("#pane")[0]
    assert [link.get("href") for link in pane.cssselect("a[download]")] == [
        "/filings/evil-2023/original?document=0"
    ]
    assert not pane.cssselect("a[href^='https:']")


def test_a_filing_that_was_replaced_still_shows_its_answer(web: FlaskClient, api: FakeApi):
    answer = api.answers[REVENUE]
    gone = tuple(c.model_copy(update={"sha256": "0" * 64}) for c in answer.citations)
    api.answers[REVENUE] = answer.model_copy(update={"citations": gone})
    page = get(web, "/ask", q=REVENUE)
    assert "has changed since" in text(page, "#pane")
    assert text(page, ".figure") == "$7.403 billion"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "No such page"),
        ("/filings/none", 404, "no filing 'none'"),
        ("/filings/none/read", 404, "no filing 'none'"),
        (f"/filings/{FILING}/read?document=7", 404, "none is number 7"),
        (f"/filings/{FILING}/read?mark=9", 400, "two offsets"),
        (f"/filings/{FILING}/read?start=-4", 400, "whole number"),
        ("/companies/none", 404, "no company"),
        ("/ask?q=a&year=x", 400, "fiscal year"),
        ("/ask?q=a&cite=x", 400, "whole number"),
        ("/ask?q=" + "x" * 2001, 400, "2,000"),
        ("/filings/%2e%2e", 404, ""),
    ],
)
def test_what_is_not_there_is_told_with_a_way_on(web: FlaskClient, path: str, status: int, said: str):
    page = get(web, path, status)
    assert said in text(page, ".problem")
    assert page.cssselect(".problem .steps a")


def test_a_method_that_is_not_allowed_is_told(web: FlaskClient):
    response = web.post("/ask")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_an_empty_question_leads_home(web: FlaskClient):
    for path in ("/ask", "/ask.json?q=+", "/ask.md"):
        response = web.get(path)
        assert response.status_code == 302
        assert response.headers["Location"] == "/"


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def slow(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (away, 503, "finchat serve"),
        (slow, 504, "did not finish in time"),
        (lambda _: problem(401, "unauthorized", "no token"), 502, "FINCHAT_API_TOKEN"),
        (lambda _: problem(429, "rate", "slow down"), 503, "FINCHAT_API_RATE"),
        (lambda _: problem(500, "store_corrupt", "stored bytes are not what they were"), 502, "store check"),
        (lambda _: httpx.Response(200, content=b"<html>not the API</html>"), 502, "FINCHAT_API_URL"),
    ],
)
def test_a_faulty_api_gets_a_page_of_advice(web: FlaskClient, api: FakeApi, fault, status: int, said: str):
    api.fault = fault
    for path in ("/", f"/ask?q={REVENUE}", f"/filings/{FILING}", "/search?q=a"):
        page = get(web, path, status)
        assert said in text(page, ".problem")
        assert "Traceback" not in page.text_content()
    assert web.get("/health").json == {"status": "ok"}
    assert web.get("/ready").status_code == 503


def test_an_own_fault_shows_no_internals(web: FlaskClient, api: FakeApi, caplog: pytest.LogCaptureFixture):
    def broken(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError("a secret detail")

    api.fault = broken
    page = get(web, "/", 500)
    assert "a secret detail" not in page.text_content()
    assert any(record.exc_info for record in caplog.records)


def test_readiness_asks_the_api(web: FlaskClient):
    assert web.get("/ready").json == {"ready": True, "checks": {"api": "ok", "store": "ok"}}


def test_other_host_names_are_refused_on_loopback(web: FlaskClient, api: FakeApi):
    for name in (
        "rebound.test",
        "localhost.rebound.test",
        "127.0.0.1.rebound.test",
        "localhost@rebound.test",
        "",
    ):
        assert web.get("/", headers={"Host": name}).status_code == 400
    assert web.get("/", headers={"Host": "127.0.0.1:5000"}).status_code == 200
    assert web.get("/", headers={"Host": "[::1]:5000"}).status_code == 200
    open_web = create_app(Settings(web_host="0.0.0.0"), api.client()).test_client()  # noqa: S104 - as in a container
    assert open_web.get("/", headers={"Host": "finchat.example.com"}).status_code == 200


def test_static_files_are_named_by_their_content(web: FlaskClient):
    page = get(web, "/")
    href = page.cssselect("link[rel=stylesheet]")[0].get("href")
    assert re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{12}", href)
    with web.get(href) as response:
        assert response.status_code == 200
        assert "max-age=31536000" in response.headers["Cache-Control"]
        assert "url(" not in response.text


def test_request_ids_are_kept_when_safe(web: FlaskClient):
    assert web.get("/health", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    assert web.get("/health", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"


def test_the_question_is_not_logged(web: FlaskClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    web.get("/ask", query_string={"q": REVENUE})
    lines = [record for record in caplog.records if record.name == "webapp.access"]
    assert [line.__dict__["path"] for line in lines] == ["/ask"]
    assert "Acme" not in " ".join(str(record.__dict__) for record in lines)


def test_hostile_names_are_shown_as_text(web: FlaskClient):
    page = get(web, "/filings/evil-2023/read")
    assert HOSTILE in page.cssselect(".paper")[0].text_content()
