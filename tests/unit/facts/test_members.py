from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.facts.lexicon import words_of
from finchat_sec_qa.facts.members import matching, part_of
from finchat_sec_qa.model.fact import Fact
from tests.unit.facts.making import GEOGRAPHY, PRODUCT, SEGMENT, fact, span

YEAR = span("2024-12-31", 366)
CONSOLIDATION = ("srt:ConsolidationItemsAxis", "us-gaap:OperatingSegmentsMember")


def of(axis: str, member: str, *more: tuple[str, str]) -> tuple[str, Fact]:
    return "k24", fact("1", YEAR, dimensions=tuple(sorted([(axis, member), *more])))


IPHONE = of(PRODUCT, "aapl:IPhoneMember")
SERVICE = of(PRODUCT, "us-gaap:ServiceMember")
WEARABLES = of(PRODUCT, "aapl:WearablesHomeandAccessoriesMember")
CHINA = of(GEOGRAPHY, "country:CN")
GREATER_CHINA = of(SEGMENT, "aapl:GreaterChinaSegmentMember", CONSOLIDATION)
US = of(GEOGRAPHY, "country:US")
NON_US = of(GEOGRAPHY, "us-gaap:NonUsMember")
DATA_CENTER = of(PRODUCT, "nvda:DataCenterMember")
GRAPHICS = of(SEGMENT, "nvda:GraphicsMember")
AUTO_PRODUCT = of(PRODUCT, "tsla:AutomotiveMember")
AUTO_SEGMENT = of(SEGMENT, "tsla:AutomotiveMember")
ALL = (IPHONE, SERVICE, WEARABLES, CHINA, GREATER_CHINA, US, NON_US, DATA_CENTER, GRAPHICS)
UNDERSTOOD = frozenset("revenue from in the of net sales".split())


def find(said: str, facts: Sequence[tuple[str, Fact]] = ALL) -> list[tuple[str, Fact]]:
    words = words_of(said)
    return matching([word for word in words if word not in UNDERSTOOD], words, facts)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("iPhone revenue", IPHONE),
        ("iPhones revenue", IPHONE),
        ("revenue from services", SERVICE),
        ("Wearables, Home and Accessories net sales", WEARABLES),
        ("revenue from China", CHINA),
        ("revenue from CN", CHINA),
        ("revenue in Greater China", GREATER_CHINA),
        ("revenue in the Greater China segment", GREATER_CHINA),
        ("revenue from the United States", US),
        ("US revenue", US),
        ("Non-US revenue", NON_US),
        ("data center revenue", DATA_CENTER),
        ("datacenter revenue", DATA_CENTER),
        ("Data Center (product) revenue", DATA_CENTER),
        ("graphics segment revenue", GRAPHICS),
    ],
)
def test_a_part_by_its_name(said: str, wanted: tuple[str, Fact]) -> None:
    assert find(said) == [wanted]


@pytest.mark.parametrize(
    "said",
    [
        "iPad revenue",
        "wearables revenue",
        "iPhone accessories revenue",
        "center data revenue",
        "revenue",
        "segment revenue",
        "adjusted data center revenue",
        "revenue from China and Japan",
    ],
)
def test_a_part_that_is_not_reported(said: str) -> None:
    assert find(said) == []


def test_the_kind_that_is_asked_for_wins() -> None:
    both = (AUTO_PRODUCT, AUTO_SEGMENT)
    assert find("automotive segment revenue", both) == [AUTO_SEGMENT]
    assert find("automotive product revenue", both) == [AUTO_PRODUCT]
    assert find("automotive revenue", both) == [AUTO_PRODUCT]


def test_all_facts_of_the_part_are_given() -> None:
    earlier = ("k23", fact("2", span("2023-12-31", 365), dimensions=IPHONE[1].dimensions))
    assert find("iphone revenue", (IPHONE, earlier)) == [IPHONE, earlier]


def test_parts_of_a_company() -> None:
    assert part_of(IPHONE[1]) == ("ProductOrServiceAxis", "aapl:IPhoneMember")
    assert part_of(GREATER_CHINA[1]) == ("StatementBusinessSegmentsAxis", "aapl:GreaterChinaSegmentMember")
    assert part_of(fact("1", YEAR)) is None
    assert part_of(of(PRODUCT, "aapl:IPhoneMember", (GEOGRAPHY, "country:US"))[1]) is None
    assert part_of(of("us-gaap:RestatementAxis", "us-gaap:ScenarioPreviouslyReportedMember")[1]) is None
    eliminated = of(
        SEGMENT, "x:AMember", ("srt:ConsolidationItemsAxis", "us-gaap:IntersegmentEliminationMember")
    )
    assert part_of(eliminated[1]) is None


def test_countries_are_words_that_questions_are_read_in() -> None:
    for code, names in countries().items():
        assert len(code) == 2
        assert code.isupper()
        assert names
        assert all(" ".join(words_of(name)) == name for name in names)


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    find(text)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=40))
def test_no_member_is_an_error(member: str) -> None:
    find("data center revenue", [of(PRODUCT, member)])
