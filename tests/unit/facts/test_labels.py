import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.labels import concept_label, concept_words, member_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("us-gaap:NetIncomeLoss", "Net income loss"),
        ("us-gaap:EarningsPerShareBasic", "Earnings per share basic"),
        ("dei:EntityCentralIndexKey", "Entity central index key"),
        ("nvda:GPUSalesIn2024", "GPU sales in 2024"),
        ("Revenues", "Revenues"),
        ("", ""),
    ],
)
def test_concepts(name: str, label: str) -> None:
    assert concept_label(name) == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("aapl:IPhoneMember", "iPhone"),
        ("aapl:IPadMember", "iPad"),
        ("aapl:MacMember", "Mac"),
        ("nvda:DataCenterMember", "Data Center"),
        ("us-gaap:ServiceMember", "Service"),
        ("aapl:GreaterChinaSegmentMember", "Greater China segment"),
        ("goog:AmericasExcludingUnitedStatesMember", "Americas excluding United States"),
        ("us-gaap:NonUsMember", "Non Us"),
        ("srt:EMEAMember", "EMEA"),
        ("x:InsuranceMember", "Insurance"),
        ("country:TW", "Taiwan"),
        ("country:US", "United States"),
        ("country:XX", "XX"),
        ("", ""),
    ],
)
def test_members(name: str, label: str) -> None:
    assert member_label(name) == label


@given(st.text())
def test_no_name_is_an_error(name: str) -> None:
    concept_words(name)
    concept_label(name)
    member_label(name)
