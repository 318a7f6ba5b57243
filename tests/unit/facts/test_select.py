from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from finchat_sec_qa.facts.calendar import Calendar, Target
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.select import COVER, Chosen, choose, differs
from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.plan import AskedPeriod
from tests.unit.facts.making import day, fact, filing, span

K23 = filing("k23", "2023-12-31", 2023, filed="2024-02-01")
K24 = filing("k24", "2024-12-31", 2024, filed="2025-02-01")
Q3 = filing("q3", "2024-09-30", 2024, "Q3", filed="2024-11-01")
YEAR = span("2023-12-31", 365)
REVENUE, CASH = entries()["revenue"], entries()["cash"]
SALES = "us-gaap:SalesRevenueNet"


def year_2023() -> Target:
    target = Calendar([K23, K24]).target(AskedPeriod("fiscal", year=2023))
    assert target is not None
    return target


def pick(
    facts: Sequence[tuple[str, Fact]],
    filings: Sequence[Filing] = (K24, K23, Q3),
    target: Target | None = None,
    printed: Sequence[str] = ("k23", "k24", "q3"),
) -> Chosen | None:
    return choose(REVENUE, target or year_2023(), filings, facts, lambda name: name in printed)


def test_as_originally_reported_with_the_restated_value_beside_it() -> None:
    chosen = pick([("k24", fact("90000000", YEAR)), ("k23", fact("100000000", YEAR))])
    assert chosen is not None
    assert (chosen.filing.id, chosen.value) == ("k23", Decimal(100_000_000))
    assert [(late.id, again.value) for late, again in chosen.restated] == [("k24", Decimal(90_000_000))]


def test_a_later_value_that_is_only_rounded_otherwise_is_no_restatement() -> None:
    chosen = pick([("k23", fact("100400000", YEAR, decimals=-5)), ("k24", fact("100000000", YEAR))])
    assert chosen is not None
    assert (chosen.filing.id, chosen.restated) == ("k23", ())


def test_the_annual_report_comes_before_a_quarterly_one_that_came_first() -> None:
    early = replace(Q3, id="early", period_end=day("2023-12-30"), filed=day("2024-01-05"))
    chosen = pick([("early", fact("1", YEAR)), ("k23", fact("2", YEAR))], (early, K23))
    assert chosen is not None
    assert chosen.filing.id == "k23"


def test_a_quarter_is_taken_from_the_report_of_the_quarter() -> None:
    target = Calendar([K23, Q3]).target(AskedPeriod("fiscal", year=2024, name="Q3"))
    quarter = span("2024-09-30", 92)
    chosen = pick([("q3", fact("5", quarter)), ("k24", fact("5", quarter))], (K24, Q3), target)
    assert chosen is not None
    assert chosen.filing.id == "q3"


def test_the_concept_that_fits_best_wins_over_the_earlier_filing() -> None:
    chosen = pick([("k23", fact("7", YEAR, concept=SALES)), ("k24", fact("8", YEAR))])
    assert chosen is not None
    assert (chosen.filing.id, chosen.fact.concept) == ("k24", "us-gaap:Revenues")


def test_another_concept_is_no_restatement() -> None:
    chosen = pick([("k23", fact("8", YEAR)), ("k24", fact("7", YEAR, concept=SALES))])
    assert chosen is not None
    assert chosen.restated == ()


def test_the_most_exact_of_duplicates_wins_then_the_first_in_the_document() -> None:
    rounded = fact("383000000000", YEAR, decimals=-9, start=10)
    exact = fact("383285000000", YEAR, decimals=-6, start=500)
    again = fact("383285000000", YEAR, decimals=-6, start=900)
    chosen = pick([("k23", rounded), ("k23", again), ("k23", exact)])
    assert chosen is not None
    assert chosen.fact == exact


def test_a_listing_of_facts_gives_way_to_a_printed_filing() -> None:
    instance = replace(K23, id="instance", filed=day("2024-01-31"))
    facts = [("instance", fact("5", YEAR)), ("k23", fact("5", YEAR, start=700))]
    chosen = pick(facts, (instance, K23), printed=("k23",))
    assert chosen is not None
    assert (chosen.filing.id, chosen.fact.start, chosen.restated) == ("k23", 700, ())
    alone = pick(facts[:1], (instance,), printed=())
    assert alone is not None
    assert alone.filing.id == "instance"


def test_a_fact_that_is_printed_nowhere_cannot_be_cited() -> None:
    hidden = replace(fact("5", YEAR), start=0, end=0)
    assert pick([("k23", hidden)]) is None
    chosen = pick([("k23", hidden), ("k23", fact("5", YEAR, start=900))])
    assert chosen is not None
    assert chosen.fact.start == 900


def test_nothing_fits() -> None:
    assert pick([]) is None
    assert pick([("k23", fact(None, YEAR))]) is None
    assert pick([("k23", fact("1", span("2023-12-31", 0)))]) is None  # a balance is no flow
    assert pick([("k23", fact("1", span("2022-12-31", 365)))]) is None
    assert pick([("k23", fact("1", YEAR, unit="pure"))]) is None


def test_balances_stand_at_the_end() -> None:
    at_end = fact("9", span("2023-12-31", 0), concept="us-gaap:CashAndCashEquivalentsAtCarryingValue")
    chosen = choose(CASH, year_2023(), (K23,), [("k23", at_end)], lambda _: True)
    assert chosen is not None
    assert chosen.value == Decimal(9)


def test_a_filing_without_dates_counts_as_late() -> None:
    undated = replace(K23, id="undated", period_end=None, filed=None)
    chosen = pick([("undated", fact("1", YEAR)), ("k23", fact("1", YEAR))], (undated, K23))
    assert chosen is not None
    assert chosen.filing.id == "k23"


def test_values_differ_beyond_the_rounding_of_the_coarser() -> None:
    one = fact("100400000", YEAR, decimals=-5)
    assert not differs(one, fact("100000000", YEAR, decimals=-6))
    assert differs(one, fact("99000000", YEAR, decimals=-6))
    assert differs(fact("5", YEAR, decimals=EXACT), fact("6", YEAR, decimals=EXACT))
    assert not differs(fact("5", YEAR, decimals=EXACT), fact("5.0", YEAR, decimals=EXACT))
    assert differs(fact("5", YEAR), fact(None, YEAR))


@pytest.mark.parametrize(
    ("counted", "cover", "found"),
    [
        ("2024-02-16", True, True),
        ("2024-02-16", False, False),
        ("2024-12-30", True, False),  # not of the cover of that year's report
        ("2023-10-01", True, False),
    ],
)
def test_shares_on_the_cover_are_of_a_day_after_the_year(counted: str, *, cover: bool, found: bool) -> None:
    annual = filing("first", "2023-12-31", 2023)
    on_it = fact("9", span(counted, 0), concept=COVER, unit="shares", decimals=0)
    target = Calendar([annual]).target(AskedPeriod("fiscal", year=2023))
    assert target is not None
    entry = entries()["shares_outstanding"]
    chosen = choose(entry, target, [annual], [("first", on_it)], lambda _: True, cover=cover)
    assert (chosen is not None) is found
