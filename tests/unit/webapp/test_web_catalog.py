import httpx
import pytest

from finchat_sec_qa.errors import RemoteError
from tests.unit.webapp.fake_api import EXAMPLE, FakeApi, api_with_answers, problem
from tests.unit.webapp.fake_filings import Filing, acme
from webapp.catalog import KEPT_SECONDS, Catalog, CatalogReader, newest_first, short_name, whose
from webapp.examples import Examples, candidates


@pytest.mark.parametrize(
    ("company", "short"),
    [
        ("Apple Inc.", "Apple"),
        ("NVIDIA CORP", "NVIDIA"),
        ("JOHNSON & JOHNSON", "Johnson & Johnson"),
        ("Walmart Inc", "Walmart"),
        ("Alphabet, Inc.", "Alphabet"),
        ("International Business Machines Corporation", "International Business Machines"),
        ("Inc.", "Inc."),
        ("", ""),
    ],
)
def test_companies_are_called_as_people_call_them(company, short):
    assert short_name(company) == short


def test_owners():
    assert whose("Apple Inc.") == "Apple’s"
    assert whose("Acme Instruments Corp") == "Acme Instruments’"


def filings(*rows: tuple[str, str, int | None, str]) -> tuple:
    made = [
        Filing.made(f"{n}", company, acme(), form=form, fiscal_year=year, fiscal_period=period).detail
        for n, (company, form, year, period) in enumerate(rows)
    ]
    return newest_first(made)


def test_examples_fit_the_store():
    catalog = Catalog(
        (),
        filings(
            ("Beta Corp", "10-K", 2022, "FY"),
            ("Alpha Inc.", "10-K", 2023, "FY"),
            ("Alpha Inc.", "10-Q", 2024, "Q2"),
            ("Nameless", "10-K", None, "FY"),
        ),
    )
    assert list(candidates(catalog))[:4] == [
        "What was Alpha’s revenue in fiscal 2023?",
        "What was Beta’s net income in fiscal 2022?",
        "What are Alpha’s main supply risks?",
        "What was Alpha’s revenue in the second quarter of fiscal 2024?",
    ]
    assert list(candidates(Catalog((), ()))) == []
    assert catalog.years == (2024, 2023, 2022)
    assert catalog.forms == ("10-K", "10-Q")


def test_only_questions_that_were_answered_are_examples():
    api = api_with_answers()
    filings = tuple(filing.detail for filing in api.filings.values())
    examples, catalog = Examples(api.client(), lambda: 0.0), Catalog((), filings)
    assert examples.of(catalog) == (EXAMPLE,)
    asked = len(api.requests)
    assert asked == len(list(candidates(catalog)))
    assert examples.of(catalog) == (EXAMPLE,)
    assert len(api.requests) == asked
    api.fault = lambda _: problem(500, "store", "broken")
    assert examples.of(Catalog((), filings[:1])) == ()
    api.fault = None
    assert examples.of(Catalog((), filings[:1])) == (EXAMPLE,)


def test_the_first_page_does_not_wait_for_examples():
    api = api_with_answers()
    catalog = Catalog((), tuple(filing.detail for filing in api.filings.values()))
    clock = iter(range(0, 1000, 2))
    Examples(api.client(), lambda: float(next(clock))).of(catalog)
    assert len(api.requests) == 1


def test_the_catalog_is_kept_for_some_seconds_and_errors_are_not():
    api, now = api_with_answers(), [0.0]
    reader = CatalogReader(api.client(), lambda: now[0])
    reader.read()
    asked = len(api.requests)
    now[0] = KEPT_SECONDS - 0.1
    reader.read()
    assert len(api.requests) == asked
    now[0] = KEPT_SECONDS + 0.1
    api.fault = lambda _: problem(500, "store", "broken")
    with pytest.raises(RemoteError):
        reader.read()
    api.fault = None
    assert len(reader.read().filings) == 2


def test_an_api_that_is_away_is_an_error():
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(RemoteError):
        CatalogReader(FakeApi(fault=away).client(), lambda: 0.0).read()
