from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.edgar.bodies import parse_json
from finchat_sec_qa.edgar.listing import (
    Choice,
    OlderPage,
    listed_filings,
    older_pages,
    registrant,
)
from finchat_sec_qa.errors import BadBodyError
from finchat_sec_qa.ports import FilingQuery
from tests.fake_edgar import columns, submissions

ROWS = [
    ("0000000001-25-000003", "10-K/A", "2025-03-01", "2024-12-31", "a.htm"),
    ("0000000001-25-000002", "10-K", "2025-02-01", "2024-12-31", "b.htm"),
    ("0000000001-24-000009", "10-Q", "2024-11-01", "2024-09-30", "c.htm"),
    ("0000000001-24-000008", "4", "2024-10-01", "", "xslF345X05/form4.xml"),
    ("0000000001-24-000002", "10-K", "2024-02-01", "2023-12-31", "d.htm"),
    ("0000000001-23-000002", "10-K", "2023-02-01", "2022-12-31", ""),
]
PAGE = {
    "name": "CIK0000000001-submissions-001.json",
    "filingFrom": "1994-01-26",
    "filingTo": "2015-03-11",
    "filingCount": 9,
}


def chosen(query: FilingQuery) -> list[str]:
    choice = Choice(query)
    choice.add(listed_filings(submissions(1, "A", ROWS), "x"))
    return [filing.document for filing in choice.chosen()]


def test_forms_are_exact_and_limits_count_per_form() -> None:
    assert chosen(FilingQuery("A", forms=("10-K",), limit=2)) == ["b.htm", "d.htm"]
    assert chosen(FilingQuery("A", forms=("10-k", "10-Q"), limit=1)) == ["b.htm", "c.htm"]
    assert chosen(FilingQuery("A", forms=("10-K/A", "10-K"), limit=1)) == ["a.htm", "b.htm"]
    assert chosen(FilingQuery("A", forms=("4",))) == ["form4.xml"]
    assert chosen(FilingQuery("A", forms=("20-F",))) == []


def test_dates_are_of_filing_and_included() -> None:
    since, until = date(2024, 2, 1), date(2025, 2, 1)
    assert chosen(FilingQuery("A", forms=("10-K",), since=since, until=until)) == ["b.htm", "d.htm"]
    assert chosen(FilingQuery("A", forms=("10-K",), until=date(2024, 1, 31))) == [""]


def test_a_filing_without_a_date_of_filing_is_in_time_and_sorts_by_its_period() -> None:
    rows = [("0000000001-24-000001", "10-K", "", "2024-06-30", "undated.htm"), *ROWS]
    choice = Choice(FilingQuery("A", forms=("10-K",), since=date(2024, 2, 1)))
    choice.add(listed_filings(submissions(1, "A", rows), "x"))
    assert [filing.document for filing in choice.chosen()] == ["b.htm", "undated.htm", "d.htm"]


def test_older_pages_are_wanted_only_where_they_may_help() -> None:
    page = OlderPage("p", date(2000, 1, 1), date(2020, 1, 1))
    full = Choice(FilingQuery("A", forms=("10-K",), limit=3))
    full.add(listed_filings(submissions(1, "A", ROWS), "x"))
    assert not full.wants(page)
    assert Choice(FilingQuery("A", limit=4)).wants(page)
    assert not Choice(FilingQuery("A", since=date(2020, 1, 2))).wants(page)
    assert not Choice(FilingQuery("A", until=date(1999, 1, 1))).wants(page)


def test_a_filing_on_two_pages_counts_once() -> None:
    choice = Choice(FilingQuery("A", forms=("10-K",), limit=9))
    choice.add(listed_filings(columns(ROWS), "x"))
    choice.add(listed_filings(columns(ROWS), "y"))
    assert len(choice.chosen()) == 3


def test_who_the_company_is() -> None:
    value = submissions(
        1, "Meta Inc", [], former=("FACEBOOK INC", "META INC", "FACEBOOK INC"), tickers=("meta",)
    )
    company = registrant(value, "x")
    assert (company.cik, company.tickers, company.former_names) == (
        "0000000001",
        ("META",),
        ("FACEBOOK INC",),
    )
    value["formerNames"] = None
    assert registrant(value, "x").former_names == ()


def test_older_pages() -> None:
    (page,) = older_pages(submissions(1, "A", [], files=[PAGE]), "x")
    assert page == OlderPage("CIK0000000001-submissions-001.json", date(1994, 1, 26), date(2015, 3, 11))


@pytest.mark.parametrize("name", ["../../etc/passwd", "https://evil/CIK0000000001-submissions-001.json", "x"])
def test_a_page_cannot_lead_elsewhere(name: str) -> None:
    with pytest.raises(BadBodyError):
        older_pages(submissions(1, "A", [], files=[{**PAGE, "name": name}]), "x")


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"filings": []},
        {"filings": {"recent": {"accessionNumber": ["x"]}}},
        {**columns(ROWS), "form": ["10-K"]},
        columns([("../../../x", "10-K", "2024-01-01", "", "a.htm")]),
        columns([("0000000001-25-000003", "10-K", "yesterday", "", "a.htm")]),
    ],
)
def test_other_shapes_are_refused(value: object) -> None:
    with pytest.raises(BadBodyError, match=r"x\.json: not a list of filings"):
        list(listed_filings(value, "x.json"))


@pytest.mark.shared
def test_every_real_list_is_read(edgar: Path) -> None:
    for path in sorted((edgar / "submissions").iterdir()):
        value = parse_json(path.read_bytes(), path.name)
        columns = value["filings"]["recent"] if "filings" in value else value
        assert len(list(listed_filings(value, path.name))) == len(columns["form"])
        if "filings" in value:
            assert path.name == f"CIK{registrant(value, path.name).cik}.json"
            assert len(older_pages(value, path.name)) == len(value["filings"]["files"])


@pytest.mark.parametrize("value", [None, [], {"cik": "1"}, {"cik": "none", "name": "A"}])
def test_no_company_is_refused(value: object) -> None:
    with pytest.raises(BadBodyError, match=r"x\.json"):
        registrant(value, "x.json")
