"""Parts in order of size, and what is proven to be no part: sums, eliminations, other cuts of the whole."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.calendar import Target
from finchat_sec_qa.facts.labels import listed
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.ranking import Ranking, Unclear, name_of, rank_parts
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.plan import Among, Order
from tests.unit.facts.making import GEOGRAPHY, PRODUCT, SEGMENT, day, fact, span

YEAR = span("2023-12-31", 365)
TARGET = Target(day("2023-12-31"), 9, 335, 378, None)
ITEMS = "srt:ConsolidationItemsAxis"
REVENUE, INCOME = entries()["revenue"], entries()["operating_income"]
PLACE, LINE, PART = GEOGRAPHY, PRODUCT, SEGMENT


def facts_of(
    axis: str, amounts: Sequence[tuple[str, int]], whole: int | None, concept: str = ""
) -> list[Fact]:
    """Parts in millions in the order of a document; the whole comes last."""
    concept = concept or "us-gaap:Revenues"
    made = [
        fact(f"{amount}000000", YEAR, concept=concept, start=100 * at, dimensions=((axis, member),))
        for at, (member, amount) in enumerate(amounts, start=1)
    ]
    return made + ([fact(f"{whole}000000", YEAR, concept=concept, start=9_000)] if whole is not None else [])


def ranked(facts: Sequence[Fact], among: Among = "segment", order: Order = "largest") -> list[str]:
    found = rank_parts(facts, REVENUE, TARGET, among, order)
    assert isinstance(found, Ranking), found
    return [name_of(item) for item in found.facts]


def left_out(facts: Sequence[Fact], among: Among = "segment") -> dict[str, str]:
    found = rank_parts(facts, REVENUE, TARGET, among, "largest")
    assert isinstance(found, Ranking), found
    return {name_of(item.fact): item.why for item in found.left_out}


def test_parts_that_are_the_whole_are_all_ranked() -> None:
    facts = facts_of(PART, [("a:BrassMember", 30), ("a:SteelMember", 50), ("a:TinMember", 20)], 100)
    assert ranked(facts) == ["Steel", "Brass", "Tin"]
    assert ranked(facts, order="smallest") == ["Tin", "Brass", "Steel"]
    assert left_out(facts) == {}


def test_a_sum_beside_its_parts_is_left_out() -> None:
    """As Apple gives "Products" in the statement, and iPhone and Mac in the notes."""
    amounts = [
        ("us-gaap:ProductMember", 80),
        ("us-gaap:ServiceMember", 20),
        ("a:PhoneMember", 50),
        ("a:PadMember", 30),
    ]
    facts = facts_of(LINE, amounts, 100)
    assert ranked(facts, "product") == ["Phone", "Pad", "Service"]
    assert left_out(facts, "product") == {"Product": "the sum of Phone and Pad"}


def test_of_two_divisions_of_the_whole_the_finer_is_ranked() -> None:
    """As Amazon divides its sales into products and services, and into seven lines across both."""
    amounts = [
        ("us-gaap:ProductMember", 47), ("us-gaap:ServiceMember", 53),
        ("a:StoresMember", 40), ("a:CloudMember", 31), ("a:AdsMember", 29),
    ]  # fmt: skip
    facts = facts_of(LINE, amounts, 100)
    assert ranked(facts, "product") == ["Stores", "Cloud", "Ads"]
    assert set(left_out(facts, "product")) == {"Product", "Service"}


def test_two_equally_fine_divisions_are_doubted() -> None:
    amounts = [("a:OneMember", 47), ("a:TwoMember", 53), ("a:ThreeMember", 40), ("a:FourMember", 60)]
    found = rank_parts(facts_of(LINE, amounts, 100), REVENUE, TARGET, "product", "largest")
    assert isinstance(found, Unclear)
    assert found.choices == ("One", "Two", "Three", "Four")


def test_corporate_lines_and_eliminations_are_no_segments() -> None:
    amounts = [
        ("a:BrassMember", 60), ("a:SteelMember", 50),
        ("us-gaap:CorporateMember", 2), ("a:EliminationsMember", -12),
    ]  # fmt: skip
    facts = facts_of(PART, amounts, 100)
    assert ranked(facts, order="smallest") == ["Steel", "Brass"]
    assert set(left_out(facts)) == {"Corporate", "Eliminations"}


def test_segments_may_add_up_to_all_operating_segments() -> None:
    """Income of segments is more than the company's, by what is not allocated."""
    concept = "us-gaap:OperatingIncomeLoss"
    facts = facts_of(PART, [("a:BrassMember", 60), ("a:SteelMember", 50)], 70, concept)
    facts.append(
        fact(
            "110000000",
            YEAR,
            concept=concept,
            start=50,
            dimensions=((ITEMS, "us-gaap:OperatingSegmentsMember"),),
        )
    )
    found = rank_parts(facts, INCOME, TARGET, "segment", "largest")
    assert isinstance(found, Ranking)
    assert [name_of(item) for item in found.facts] == ["Brass", "Steel"]


def test_parts_that_may_overlap_are_doubted() -> None:
    """Nothing says that Europe is without Germany: together they are more than the whole."""
    facts = facts_of(PLACE, [("country:US", 50), ("srt:EuropeMember", 45), ("country:DE", 20)], 100)
    found = rank_parts(facts, REVENUE, TARGET, "region", "largest")
    assert isinstance(found, Unclear)
    assert "overlap" in found.why


def test_parts_slightly_more_than_the_whole_do_not_overlap() -> None:
    """As at Boeing, whose concessions to customers stand apart from its regions."""
    facts = facts_of(
        PLACE, [("country:US", 5010), ("srt:EuropeMember", 3000), ("srt:AsiaMember", 2000)], 10000
    )
    assert ranked(facts, "region") == ["United States", "Europe", "Asia"]


def test_the_others_beside_one_country_are_a_sum() -> None:
    amounts = [
        ("country:US", 60),
        ("us-gaap:NonUsMember", 40),
        ("srt:EuropeMember", 25),
        ("srt:AsiaMember", 15),
    ]
    facts = facts_of(PLACE, amounts, 100)
    assert ranked(facts, "region") == ["United States", "Europe", "Asia"]
    assert left_out(facts, "region") == {"Non Us": "the sum of Europe and Asia"}


def test_only_countries_are_ranked_as_countries() -> None:
    amounts = [("country:US", 30), ("a:ChinaIncludingHongKongMember", 25), ("a:OtherCountriesMember", 45)]
    facts = facts_of(PLACE, amounts, 100)
    assert ranked(facts, "country") == ["United States", "China Including Hong Kong"]
    assert left_out(facts, "country") == {"other Countries": "no single country"}
    assert ranked(facts, "region")[0] == "other Countries"


def test_regions_may_be_the_segments() -> None:
    """As at Apple, whose geography lists countries and whose segments are the Americas, Europe and others."""
    facts = facts_of(PART, [("a:AmericasSegmentMember", 60), ("a:EuropeSegmentMember", 40)], 100)
    facts += facts_of(PLACE, [("country:US", 55), ("a:OtherCountriesMember", 45)], None)
    assert ranked(facts, "region") == ["Americas segment", "Europe segment"]


def test_sums_of_rows_are_found_where_the_whole_is_not_covered() -> None:
    amounts = [("a:OneMember", 7), ("a:TwoMember", 9), ("a:BothMember", 16), ("a:ThreeMember", 21)]
    facts = facts_of(LINE, amounts, 90)
    assert ranked(facts, "product") == ["Three", "Two", "One"]
    assert left_out(facts, "product") == {"Both": "the sum of One and Two"}


def test_what_is_no_ranking() -> None:
    one = facts_of(PART, [("a:BrassMember", 30)], 100)
    assert rank_parts(one, REVENUE, TARGET, "segment", "largest") is None
    assert rank_parts(one, REVENUE, TARGET, "product", "largest") is None
    equal = facts_of(PART, [("a:BrassMember", 50), ("a:SteelMember", 50)], 100)
    assert isinstance(rank_parts(equal, REVENUE, TARGET, "segment", "largest"), Unclear)
    alien = facts_of(PLACE, [("srt:EuropeMember", 50), ("srt:AsiaMember", 40)], 90)
    assert isinstance(rank_parts(alien, REVENUE, TARGET, "country", "largest"), Unclear)


def test_other_years_finer_cuts_and_hidden_numbers_are_not_looked_at() -> None:
    facts = facts_of(PART, [("a:BrassMember", 30), ("a:SteelMember", 70)], 100)
    before = fact("900000000", span("2022-12-31", 365), start=700, dimensions=((PART, "a:OldMember"),))
    finer = fact("901000000", YEAR, start=800, dimensions=((PART, "a:FineMember"), (PLACE, "country:US")))
    assert ranked([*facts, before, finer]) == ["Steel", "Brass"]


@given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=9, unique=True),
    st.sampled_from(["largest", "smallest"]),
)
def test_the_order_is_that_of_the_numbers_whatever_the_order_of_the_rows(
    amounts: list[int], order: Order
) -> None:
    """Parts that are the whole: all are ranked, none is left out, the first is the extreme."""
    members = [(f"a:P{at}Member", amount) for at, amount in enumerate(amounts)]
    found = rank_parts(facts_of(PART, members, sum(amounts)), REVENUE, TARGET, "segment", order)
    assert isinstance(found, Ranking)
    values = [int(item.value or Decimal(0)) // 1_000_000 for item in found.facts]
    assert values == sorted(amounts, reverse=order == "largest")
    assert found.left_out == ()


@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=7, unique=True), st.data())
def test_a_sum_never_leads(amounts: list[int], data: st.DataObject) -> None:
    """A row that sums some of the others is left out, or the ranking is doubted; it is never ranked."""
    size = data.draw(st.integers(2, len(amounts) - 1))
    members = [(f"a:P{at}Member", amount) for at, amount in enumerate(amounts)]
    members.append(("a:TotalOfSomeMember", sum(amounts[:size])))
    found = rank_parts(facts_of(PART, members, sum(amounts)), REVENUE, TARGET, "segment", "largest")
    assert isinstance(found, Ranking | Unclear)
    if isinstance(found, Ranking):
        assert "Total Of Some" not in [name_of(item) for item in found.facts]


@pytest.mark.parametrize(
    ("names", "said"), [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_names_in_a_row(names: list[str], said: str) -> None:
    assert listed(names) == said
