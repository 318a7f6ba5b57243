from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.retrieve.query import query_terms
from finchat_sec_qa.retrieve.search import PeriodWish, find_passages, period_weight
from finchat_sec_qa.store import open_store
from tests.crafted import filing_named, parsed_text

K22 = filing_named("k22", period_end=date(2022, 9, 30), fiscal_year=2022)
K23 = filing_named("k23", period_end=date(2023, 9, 30), fiscal_year=2023)
Q24 = replace(
    filing_named("q24", form="10-Q", period_end=date(2023, 12, 31), fiscal_year=2024), fiscal_period="Q1"
)
NEWEST = {"0000000042 10-K": date(2023, 9, 30), "0000000042 10-Q": date(2023, 12, 31)}


@pytest.mark.parametrize(
    ("wish", "order"),
    [
        (PeriodWish(year=2022), [K22, K23]),
        (PeriodWish(year=2023), [K23, K22]),
        (PeriodWish(year=2024, name="Q1"), [Q24, K23]),
        (PeriodWish(end=date(2022, 9, 24)), [K22, K23]),
        (PeriodWish(end=date(2023, 12, 31)), [Q24, K23, K22]),
        (PeriodWish(latest=True), [K23, Q24, K22]),
    ],
)
def test_the_filing_of_the_period_weighs_most(wish: PeriodWish, order: list[Filing]) -> None:
    weights = [period_weight(filing, wish, NEWEST) for filing in order]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)


def test_without_a_wish_or_a_date_all_weigh_the_same() -> None:
    undated = replace(K23, period_end=None, fiscal_year=None)
    assert period_weight(K22, PeriodWish(), NEWEST) == period_weight(K23, PeriodWish(), NEWEST) == 1
    for wish in (PeriodWish(year=2023), PeriodWish(end=date(2023, 9, 30)), PeriodWish(latest=True)):
        assert period_weight(undated, wish, NEWEST) == 1


def test_another_quarter_of_the_year_weighs_less_than_the_one_asked_for() -> None:
    wish = PeriodWish(year=2024, name="Q2")
    assert 1 < period_weight(Q24, wish, NEWEST) < period_weight(Q24, PeriodWish(year=2024), NEWEST)


def test_hits_of_the_period_come_first_and_ties_are_settled(tmp_path: Path) -> None:
    sentence = "Our suppliers may fail to deliver wafers."
    store = open_store(tmp_path / "store", read_only=False)
    for filing in (K22, K23, Q24):
        store.put(parsed_text(filing, sentence, f"Nothing of the kind stands in {filing.id}."))
    store.flush()
    terms = query_terms("suppliers of wafers")
    assert [hit.filing for hit in find_passages(store, terms, Scope(), PeriodWish(year=2022), 9)] == [
        "k22",
        "k23",
        "q24",
    ]
    assert find_passages(store, terms, Scope(), PeriodWish(year=2023), 1)[0].filing == "k23"
    scoped = find_passages(store, terms, Scope(filings=("q24",)), PeriodWish(year=2022), 9)
    assert [hit.filing for hit in scoped] == ["q24"]
    store.close()
