from pathlib import Path

import pytest

from finchat_sec_qa.edgar.folder import ListedDocument, wanted_documents
from finchat_sec_qa.errors import BadBodyError
from tests.fake_edgar import index_page


def names(page: bytes) -> list[str]:
    return [document.name for document in wanted_documents(page, "x")]


def test_documents_and_exhibits_but_not_what_tools_made() -> None:
    page = index_page(
        [
            ("main.htm", "10-K", True),
            ("ex13.htm", "EX-13", True),
            ("ex21.txt", "EX-21", False),
            ("courtesy.pdf", "EX-99", False),
            ("g1.jpg", "GRAPHIC", False),
            ("0000000001-25-000001.txt", "", False),
            ("a.xsd", "EX-101.SCH", False),
            ("main_htm.xml", "XML", False),
        ]
    )
    assert names(page) == ["main.htm", "ex13.htm", "ex21.txt"]
    assert wanted_documents(page, "x")[0] == ListedDocument("main.htm", "10-K", inline=True)


def test_without_inline_facts_the_instance_is_wanted_too() -> None:
    page = index_page(
        [
            ("main.htm", "10-K", False),
            ("a-20151231.xml", "EX-101.INS", False),
            ("a_cal.xml", "EX-101.CAL", False),
        ]
    )
    assert names(page) == ["main.htm", "a-20151231.xml"]


@pytest.mark.parametrize("name", ["..", ".htaccess", "a%2f..%2fb.htm", "a b.htm", "x" * 200 + ".htm"])
def test_names_that_no_document_has_are_left_out(name: str) -> None:
    assert names(index_page([(name, "10-K", True)])) == []


def test_links_lead_only_into_the_filings_folder() -> None:
    page = index_page([("main.htm", "10-K", True)]).replace(b"/Archives/edgar", b"https://evil.test/x")
    assert names(page) == ["main.htm"]  # the name alone is used


@pytest.mark.parametrize("page", [b"<", b"<html></html>", b"<table class=tableFile><tr><td>1"])
def test_pages_without_documents_give_none(page: bytes) -> None:
    assert wanted_documents(page, "x") == ()


@pytest.mark.parametrize("page", [b"", b"<!-- -->"])
def test_what_is_no_page_is_refused(page: bytes) -> None:
    with pytest.raises(BadBodyError, match="not a readable index page"):
        wanted_documents(page, "x")


@pytest.mark.shared
def test_real_index_pages(edgar: Path) -> None:
    data = edgar / "Archives" / "edgar" / "data"
    nvidia = (data / "1045810" / "0001045810-26-000024-index.html").read_bytes()
    assert wanted_documents(nvidia, "x") == (
        ListedDocument("nvda-20260302.htm", "8-K", inline=True),
        ListedDocument("formxex101xfy27variablecom.htm", "EX-10.1", inline=False),
    )
    carbo = (data / "1009672" / "0001564590-18-004771-index.html").read_bytes()
    found = wanted_documents(carbo, "x")
    assert found[0] == ListedDocument("crr-10k_20171231.htm", "10-K", inline=False)
    assert [document.name for document in found if document.role == "EX-101.INS"] == ["crr-20171231.xml"]
    old = (data / "320193" / "0000912057-00-023442-index.html").read_bytes()
    assert wanted_documents(old, "x") == ()  # the full submission is all there is
