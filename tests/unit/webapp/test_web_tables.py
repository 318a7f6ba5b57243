"""The pages that compare companies and print statements, over an API in memory."""

import csv
from io import BytesIO, StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html
from openpyxl import load_workbook

from finchat_sec_qa.model.table_request import MAX_COMPANIES
from tests.unit.webapp.fake_api import COMPARED, FakeApi
from tests.unit.webapp.fake_filings import FILING, HOSTILE


def get(web: FlaskClient, path: str, status: int = 200) -> html.HtmlElement:
    response = web.get(path)
    assert response.status_code == status, response.text
    return html.document_fromstring(response.text)


def text(page: html.HtmlElement, selector: str) -> str:
    return " ".join(" ".join(found.text_content().split()) for found in page.cssselect(selector))


def test_what_is_typed_is_asked_of_the_api(web: FlaskClient, api: FakeApi) -> None:
    get(web, COMPARED)
    asked = next(request.url.params for request in api.requests if request.url.path == "/v1/compare")
    assert asked.get_list("company") == ["ACME", "EVIL"]
    assert asked.get_list("metric") == ["revenue", "gross-margin"]
    assert asked.get_list("period") == ["FY2022:FY2023"]


def test_each_metric_has_a_chart_with_words_for_it(web: FlaskClient) -> None:
    page = get(web, COMPARED)
    charts = page.cssselect("figure.chart > svg")
    assert len(charts) == 2
    for chart in charts:
        title, summary = (page.get_element_by_id(name) for name in chart.get("aria-labelledby").split())
        assert (title.tag, summary.tag) == ("title", "desc")
        assert "FY2023" in summary.text_content()
        assert not chart.cssselect("[style]")
    assert "in billion US dollars" in text(page, "figcaption")


def test_every_point_is_a_link_that_says_what_it_is(web: FlaskClient) -> None:
    links = get(web, COMPARED).cssselect("figure.chart svg a")
    assert len(links) == 4
    assert links[0].get("aria-label") == "Acme Instruments Corp, FY2022: $6.581 billion"
    assert all(link.get("aria-label") and link.get("href") for link in links)


def test_a_reported_number_leads_to_its_place_in_the_filing(web: FlaskClient, api: FakeApi) -> None:
    page = get(web, COMPARED)
    link = page.cssselect("table.figures td.number a")[0]
    assert link.text_content() == "$6.581 billion"
    reply = web.get(link.get("href").partition("#")[0])
    assert reply.status_code == 302
    place = urlsplit(reply.location)
    assert (place.path, place.fragment) == (f"/filings/{FILING}/read", "mark")
    first, last = map(int, parse_qs(place.query)["mark"][0].split("-"))
    assert api.filings[FILING].draft.text[first:last] == "6,581"
    shown = get(web, f"{place.path}?{place.query}")
    assert text(shown, "#mark") == "6,581"


def test_a_computed_number_leads_to_its_calculation(web: FlaskClient) -> None:
    page = get(web, COMPARED)
    link = next(one for one in page.cssselect("table.figures a") if one.text_content() == "45.82%")
    proof = page.get_element_by_id(link.get("href").removeprefix("#"))
    assert "(gross_profit_FY2023 / revenue_FY2023) * 100" in proof.text_content()
    assert [one.text_content() for one in proof.cssselect("a")] == ["3,392,000,000 USD", "7,403,000,000 USD"]
    assert all(one.get("href").startswith(f"/filings/{FILING}/place?") for one in proof.cssselect("a"))


def test_gaps_and_restatements_are_told(web: FlaskClient) -> None:
    page = get(web, COMPARED)
    assert len(page.cssselect("table.figures .gap")) == 2
    assert "Why 2 numbers are missing" in text(page, "details.notes summary")
    assert "$6.582 billion" in text(page, "table.figures .later")
    assert f"Not told: {' '.join(HOSTILE.split())}." in text(page, "details.notes li")


def test_a_hash_that_is_not_stored_leads_nowhere(web: FlaskClient) -> None:
    assert web.get(f"/filings/{FILING}/place?sha256=00&mark=1-2").status_code == 404
    assert web.get("/filings/nothing/place?sha256=00&mark=1-2").status_code == 404


@pytest.mark.parametrize("mark", ["x", "1", "5-1", "https://evil"])
def test_a_place_that_is_none_is_wrong_usage(web: FlaskClient, api: FakeApi, mark: str) -> None:
    sha256 = api.filings[FILING].detail.documents[0].sha256
    response = web.get(f"/filings/{FILING}/place?sha256={sha256}&mark={mark}", follow_redirects=True)
    assert response.status_code == 400


def test_an_unknown_metric_keeps_the_form_and_says_what_is_near(web: FlaskClient) -> None:
    page = get(web, "/compare?company=ACME&metric=revenu&period=FY2023", status=400)
    assert "near ones are revenue" in text(page, ".trouble")
    assert page.cssselect("input[name=metric]")[0].get("value") == "revenu"


def test_a_table_without_numbers_says_why(web: FlaskClient) -> None:
    page = get(web, "/compare?company=ACME&metric=rd&period=FY2023")
    assert "No filing says so." in text(page, ".trouble")
    assert not page.cssselect("figure.chart")


def test_too_many_names_are_wrong_usage(web: FlaskClient, api: FakeApi) -> None:
    names = ",".join(f"C{number}" for number in range(MAX_COMPANIES + 1))
    assert web.get(f"/compare?company={names}&metric=revenue&period=FY2023").status_code == 400
    assert web.get(f"/compare?company={'A' * 201}&metric=revenue&period=FY2023").status_code == 400
    assert not [request for request in api.requests if request.url.path == "/v1/compare"]


def test_an_empty_form_offers_the_years_of_the_store(web: FlaskClient) -> None:
    page = get(web, "/compare")
    assert page.cssselect("input[name=period]")[0].get("value") == "FY2023:FY2023"
    assert page.cssselect(".empty a")[0].get("href").startswith("/compare?company=0000999999&metric=revenue")


def test_the_table_can_be_taken_along(web: FlaskClient) -> None:
    page = get(web, COMPARED)
    links = {one.text_content(): one.get("href") for one in page.cssselect(".actions a")}
    lines = list(csv.DictReader(StringIO(web.get(links["CSV"]).text, newline="")))
    assert [line["number"] for line in lines] == ["6581000000", "7403000000", "", "-5", "", "45.82"]
    assert web.get(links["JSON"]).get_json()["schema"] == "finchat.table/1"
    markdown = web.get(links["Markdown"])
    assert markdown.content_type == "text/plain; charset=utf-8"
    assert "7,403,000,000 [2]" in markdown.text
    workbook = web.get(links["Excel"])
    assert "attachment" in workbook.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(workbook.data))["Comparison"]
    assert (sheet["D4"].value, sheet["D6"].value) == (7403000000, "=ROUND(((Sources!B4/D4)*100),2)")
    assert web.get("/compare.csv").status_code == 400


def test_a_statement_prints_as_the_filing_does(web: FlaskClient, api: FakeApi) -> None:
    page = get(web, "/statements/income/FY2023/0000999999")
    assert text(page, "h1") == "Income statement FY2023"
    assert text(page, "tr.over th") == "Net sales:"
    assert [one.text_content() for one in page.cssselect("td.number a")] == ["$7,403", "(6,581)"]
    assert "USD millions" in text(page, "table.figures")
    assert page.cssselect("th.d1")
    request = next(one for one in api.requests if "statements" in one.url.path)
    assert request.url.path == "/v1/statements/0000999999/FY2023/income"


def test_a_statement_that_no_filing_prints_says_so(web: FlaskClient) -> None:
    page = get(web, "/statements/cashflow/FY1999/0000999999")
    assert "No filing prints FY1999." in text(page, ".trouble")
    get(web, "/statements/equity/FY2023/0000999999", status=404)


def test_a_companys_page_leads_to_its_years_and_statements(web: FlaskClient) -> None:
    links = [one.get("href") for one in get(web, "/companies/0000999999").cssselect(".offers a")]
    assert links[0].startswith("/compare?company=0000999999&metric=revenue%2C+net-income")
    assert links[1:] == [
        f"/statements/{which}/latest/0000999999" for which in ("income", "balance", "cashflow")
    ]


def test_a_comparison_by_part_is_asked_for_as_such(web: FlaskClient, api: FakeApi) -> None:
    page = get(web, f"{COMPARED}&by=segment")
    asked = next(request.url.params for request in api.requests if request.url.path == "/v1/compare")
    assert asked["by"] == "segment"
    assert [option.get("value") for option in page.cssselect("select[name=by] option[selected]")] == [
        "segment"
    ]
    downloads = [link.get("href") for link in page.cssselect("p.actions a")]
    assert all("by=segment" in link for link in downloads)
    assert "segment, product, region" in get(web, f"{COMPARED}&by=planet", 400).text_content()
