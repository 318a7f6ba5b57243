from dataclasses import replace
from datetime import date

import pytest

from finchat_sec_qa.store.catalogue import Catalogue, company_key, normal_name
from tests.crafted import filing_named


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The Coca-Cola Company", "coca cola"),
        ("COCA COLA CO", "coca cola"),
        ("MERCK & CO., INC.", "merck"),
        ("BERKSHIRE HATHAWAY INC /DE/", "berkshire hathaway"),
        ("Nestlé S.A.", "nestle s a"),
        ("3M CO", "3m"),
        ("The", "the"),
        ("Inc", "inc"),
        ("A/B", "a"),
        ("", ""),
        ("株式会社", "株式会社"),
        ("…", "…"),
    ],
)
def test_normal_names(name: str, expected: str) -> None:
    assert normal_name(name) == expected


def test_the_key_is_the_cik_where_there_is_one() -> None:
    assert company_key(filing_named("a", cik="0000000042")) == "0000000042"
    assert company_key(filing_named("a", cik=None, company="Acme Widgets, Inc.")) == "acme widgets"


def test_order_is_company_then_newest_then_id() -> None:
    filings = [
        filing_named("b", company="beta", cik="2"),
        filing_named("z", company="Alpha", cik="1", period_end=date(2021, 1, 1)),
        filing_named("y", company="ALPHA", cik="1", period_end=date(2022, 1, 1)),
        filing_named("x", company="Alpha", cik="1", period_end=None),
        filing_named("w", company="Alpha", cik="1", period_end=date(2021, 1, 1)),
    ]
    catalogue = Catalogue(enumerate(filings), digest="")
    assert [entry.filing.id for entry in catalogue.entries] == ["y", "w", "z", "x", "b"]
    assert catalogue.by_id["z"].no == 1
    assert catalogue.by_no[1].filing.id == "z"


def test_companies_of_one_name_and_two_ciks_are_two() -> None:
    filings = [filing_named("a", cik="1"), filing_named("b", cik="2"), replace(filing_named("c"), cik=None)]
    companies = Catalogue(enumerate(filings), digest="").companies
    assert [company.key for company in companies] == ["1", "2", "acme widgets"]
