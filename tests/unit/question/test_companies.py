from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.lexicon import words_of
from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.question.companies import core_name, find_companies, group, resolve_company, subject_of
from tests.crafted import filing_named


def company(
    name: str, *tickers: str, cik: str | None = None, former: Sequence[str] = (), filings: int = 3
) -> Company:
    key = cik or core_name(name)
    return Company(key, cik, name, tickers, (name, *former), filings, None, None)


APPLE = company("Apple Inc.", "AAPL", cik="0000320193", former=("Apple Computer, Inc.",))
COSTCO = company("COSTCO WHOLESALE CORP /NEW", "COST", cik="0000909832")
BERKSHIRE = company("BERKSHIRE HATHAWAY INC", "BRK-A", "BRK-B", cik="0001067983")
COKE = company("The Coca-Cola Company", "KO", cik="0000021344")
IBM = company("INTERNATIONAL BUSINESS MACHINES CORP", "IBM", cik="0000051143")
META = company("Meta Platforms, Inc.", "META", cik="0001326801", former=("Facebook Inc",))
AMD = company("ADVANCED MICRO DEVICES INC", "AMD", cik="0000002488")
AMERICAN_WATER = company("American Water Works Company, Inc.", "AWK", cik="0001410636")
FORD = company("FORD MOTOR CO", "F", cik="0000037996")
MMM = company("3M CO", "MMM", cik="0000066740")
JNJ = company("JOHNSON & JOHNSON", "JNJ", cik="0000200406")
AMAZON = company("AMAZON.COM, INC.", "AMZN", cik="0001018724")
ALPHABET = company("Alphabet Inc.", "GOOGL", "GOOG", cik="0001652044")
STORE = (AMAZON, ALPHABET, APPLE, COSTCO, BERKSHIRE, COKE, IBM, META, AMD, AMERICAN_WATER, FORD, MMM, JNJ)


def named(question: str, store: Sequence[Company] = STORE) -> list[str]:
    return [item.subject.name for item in find_companies(question, store)]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was Apple's revenue?", APPLE),
        ("What was APPLE INC.'s revenue?", APPLE),
        ("apple revenue", APPLE),
        ("What did Apple Computer report?", APPLE),
        ("AAPL revenue", APPLE),
        ("$AAPL revenue", APPLE),
        ("aapl revenue", APPLE),
        ("revenue of CIK 320193", APPLE),
        ("revenue of CIK 0000320193", APPLE),
        ("revenue of CIK#320193", APPLE),
        ("What did Costco earn?", COSTCO),
        ("COST net income", COSTCO),
        ("GOOG revenue", ALPHABET),
        ("GOOGL revenue", ALPHABET),
        ("Google revenue", ALPHABET),
        ("BRK-B net income", BERKSHIRE),
        ("BRK.B net income", BERKSHIRE),
        ("Berkshire's float", BERKSHIRE),
        ("Coca-Cola’s net income", COKE),
        ("coke sales", COKE),
        ("The Coca Cola Company's sales", COKE),
        ("IBM revenue", IBM),
        ("ibm revenue", IBM),
        ("Facebook revenue", META),
        ("Advanced Micro Devices' revenue", AMD),
        ("amd revenue", AMD),
        ("American Water's capex", AMERICAN_WATER),
        ("$F inventories", FORD),
        ("Ford inventories", FORD),
        ("3M's revenue", MMM),
        ("J&J revenue", JNJ),
        ("Johnson & Johnson revenue", JNJ),
        ("Johnson and Johnson revenue", JNJ),
    ],
)
def test_a_company_by_any_of_its_names(question: str, wanted: Company) -> None:
    assert named(question) == [wanted.name]


@pytest.mark.parametrize(
    "question",
    [
        "What was the cost of revenue?",
        "COGS and cost of sales",
        "American business machines",
        "A or F, which?",
        "pineapple revenue",
        "snapple",
        "international business",
        "CIK 99999999999999",
        "",
    ],
)
def test_what_names_no_company(question: str) -> None:
    assert named(question) == []


def test_several_in_the_order_of_the_question_each_once() -> None:
    assert named("Did Coca-Cola earn more than Apple, and did KO grow?") == [COKE.name, APPLE.name, COKE.name]
    places = find_companies("Is Apple bigger than IBM?", STORE)
    assert [(item.start, item.end) for item in places] == [(1, 2), (4, 5)]


def test_the_cost_of_revenue_of_costco() -> None:
    assert named("What was Costco's cost of revenue?") == [COSTCO.name]


def test_the_longer_name_wins() -> None:
    hospitality = company("Apple Hospitality REIT, Inc.", "APLE", cik="0001418121")
    assert named("Apple Hospitality REIT revenue", (APPLE, hospitality)) == [hospitality.name]
    assert named("Apple revenue", (APPLE, hospitality)) == [APPLE.name]


def test_one_company_under_its_cik_and_under_its_name() -> None:
    paper = company("3M Company", filings=1)
    (subject,) = group((MMM, paper))
    assert subject.name == MMM.name
    assert set(subject.keys) == {MMM.key, paper.key}
    assert named("3M sales", (MMM, paper)) == [MMM.name]


def test_companies_that_share_a_ticker_are_one() -> None:
    old = company("GOOGLE INC.", "GOOGL", cik="0001288776")
    new = company("Alphabet Inc.", "GOOGL", "GOOG", cik="0001652044", filings=9)
    (subject,) = group((old, new))
    assert subject.name == new.name
    assert group((APPLE, IBM)) == (group((APPLE,))[0], group((IBM,))[0])


def test_grouping_goes_over_a_chain_of_names() -> None:
    chain = (
        company("One Corp", former=("Two Corp",)),
        company("Two Corp"),
        company("Zero Corp", former=("One",)),
    )
    assert len(group(chain)) == 1


def test_the_subject_of_a_filing() -> None:
    filing = filing_named("x", company="Apple Inc.", cik="0000320193")
    found = subject_of(filing, STORE)
    assert found is not None
    assert found.name == APPLE.name
    assert subject_of(replace(filing, cik="0000000001"), STORE) is None
    paper = company("Acme Widgets")
    assert subject_of(filing_named("y", cik=None, company="ACME WIDGETS INC"), (paper,)) == group((paper,))[0]


@pytest.mark.parametrize(
    "text", ["AAPL", "aapl", "Apple", "apple inc", "320193", "0000320193", "Apple Computer", "apple inc."]
)
def test_a_scope_by_ticker_name_or_cik(text: str) -> None:
    found = resolve_company(text, STORE)
    assert found is not None
    assert found.name == APPLE.name


def test_a_scope_by_a_ticker_of_a_class_of_shares() -> None:
    for text in ("BRK.B", "brk-b", "BRK-A"):
        found = resolve_company(text, STORE)
        assert found is not None
        assert found.name == BERKSHIRE.name


@pytest.mark.parametrize(
    "text", ["", " ", "²", "٣", "9" * 5_000, "Microsoft", "Apple and IBM", "\ud800", "%", "'"]
)
def test_a_scope_that_names_none_or_several(text: str) -> None:
    assert resolve_company(text, STORE) is None


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    find_companies(text, STORE)
    resolve_company(text, STORE)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_nor_is_any_name_of_a_company(names: list[str]) -> None:
    store = tuple(company(name, name[:4].upper(), cik=str(at).zfill(10)) for at, name in enumerate(names))
    for name in names:
        find_companies(f"revenue of {name}", store)


@pytest.mark.parametrize(
    "name", ["Amazon.com", "Amazon", "AMAZON.COM, INC.", "Amazon.com, Inc.", "The Coca-Cola Co"]
)
def test_a_name_with_part_of_its_legal_form_is_read_whole(name: str) -> None:
    (found,) = find_companies(f"{name} inventories", STORE)
    assert found.end == len(words_of(name))
