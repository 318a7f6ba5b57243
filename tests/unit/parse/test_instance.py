from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError
from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.instance import concept_words, parse_instance
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.parsed import ParsedFile

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:dei="http://xbrl.sec.gov/dei/2022"
 xmlns:us-gaap="http://fasb.org/us-gaap/2022" xmlns:acme="http://acme.example/2022"
 xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<context id="y"><entity><identifier scheme="http://www.sec.gov/CIK">0000000001</identifier></entity>
 <period><startDate>2022-01-01</startDate><endDate>2022-12-31</endDate></period></context>
<context id="i"><entity><identifier scheme="http://www.sec.gov/CIK">0000000001</identifier></entity>
 <period><instant>2022-12-31</instant></period></context>
<context id="d"><entity><identifier scheme="http://www.sec.gov/CIK">0000000001</identifier>
 <segment><xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:ToysMember
 </xbrldi:explicitMember></segment></entity><period><instant>2022-12-31</instant></period></context>
<unit id="usd"><measure>iso4217:USD</measure></unit>
<unit id="eps"><divide><unitNumerator><measure>iso4217:USD</measure></unitNumerator>
 <unitDenominator><measure>shares</measure></unitDenominator></divide></unit>
"""


def parse(body: str, limits: Limits = Limits()) -> ParsedFile:
    return parse_instance(SourceFile("acme-20221231_htm.xml", (HEAD + body + "</xbrl>").encode()), limits)


def only(body: str) -> tuple[ParsedFile, Fact]:
    parsed = parse(body)
    assert len(parsed.facts) == 1
    return parsed, parsed.facts[0]


def test_a_number_stands_on_a_line_of_its_own_below_its_name_in_words() -> None:
    parsed, fact = only(
        '<us-gaap:NetIncomeLoss contextRef="y" unitRef="usd" decimals="-6" id="f1">-99803000000'
        "</us-gaap:NetIncomeLoss>"
    )
    line = "us-gaap:NetIncomeLoss | 2022-01-01 to 2022-12-31 | USD | -99803000000"
    assert parsed.document.text == f"Net Income Loss\n{line}\n"
    assert parsed.document.text[fact.start : fact.end] == "-99803000000"
    assert (fact.concept, fact.period, fact.value) == ("us-gaap:NetIncomeLoss", YEAR, Decimal(-99803000000))
    assert (fact.unit, fact.decimals, fact.scale, fact.fact_id) == ("USD", -6, 0, "f1")
    assert [block.kind for block in parsed.document.blocks] == ["heading", "paragraph"]


def test_a_dimension_follows_the_value_and_an_instant_says_as_of() -> None:
    parsed, fact = only('<us-gaap:Assets contextRef="d" unitRef="usd" decimals="INF">5</us-gaap:Assets>')
    assert parsed.document.text.endswith(
        "us-gaap:Assets | as of 2022-12-31 | USD | 5 | "
        "us-gaap:StatementBusinessSegmentsAxis=acme:ToysMember\n"
    )
    assert fact.dimensions == (("us-gaap:StatementBusinessSegmentsAxis", "acme:ToysMember"),)
    assert fact.decimals == EXACT
    assert fact.period.is_instant


def test_a_ratio_of_units_is_written_as_one() -> None:
    _, fact = only('<acme:Eps contextRef="y" unitRef="eps" decimals="2">1.25</acme:Eps>')
    assert (fact.unit, fact.value) == ("USD/shares", Decimal("1.25"))


def test_nil_is_no_value() -> None:
    parsed, fact = only('<us-gaap:Assets contextRef="i" unitRef="usd" xsi:nil="true"/>')
    assert (fact.nil, fact.value, fact.text) == (True, None, None)
    assert parsed.document.text[fact.start : fact.end] == "nil"


def test_a_text_fact_keeps_its_text() -> None:
    parsed, fact = only('<dei:EntityRegistrantName contextRef="y">Acme\n Corp</dei:EntityRegistrantName>')
    assert (fact.text, fact.value, fact.unit) == ("Acme Corp", None, None)
    assert parsed.document.text[fact.start : fact.end] == "Acme Corp"


def test_a_text_block_becomes_its_printed_paragraphs_and_tables() -> None:
    html = (
        "<p>We <b>value</b> stock at cost.</p><table><tr><td>Toys</td><td>1,200</td></tr>"
        "<tr><td>Games</td><td>300</td></tr></table><script>alert(1)</script>"
    )
    parsed, fact = only(f'<us-gaap:PolicyTextBlock contextRef="y">{escape(html)}</us-gaap:PolicyTextBlock>')
    text = parsed.document.text
    assert text[fact.start : fact.end].startswith("We value stock at cost.\nToys | 1,200")
    assert text.startswith("Policy Text Block\n")
    assert "alert" not in text
    assert (fact.text, fact.value) == (None, None)
    assert [text[c.start : c.end] for c in parsed.document.tables[0].cells] == [
        "Toys",
        "1,200",
        "Games",
        "300",
    ]
    table = next(block for block in parsed.document.blocks if block.kind == "table")
    assert table.table == 0


def test_of_duplicates_the_most_exact_is_kept() -> None:
    _, fact = only(
        '<us-gaap:Assets contextRef="i" unitRef="usd" decimals="-6">5000000</us-gaap:Assets>'
        '<us-gaap:Assets contextRef="i" unitRef="usd" decimals="-3">5123000</us-gaap:Assets>'
        '<us-gaap:Assets contextRef="i" unitRef="usd" xsi:nil="true"/>'
    )
    assert fact.value == 5123000


def test_what_cannot_be_read_is_left_out_with_a_warning() -> None:
    parsed = parse(
        '<us-gaap:Assets contextRef="i" unitRef="usd">many</us-gaap:Assets>'
        '<us-gaap:Assets contextRef="gone" unitRef="usd">1</us-gaap:Assets>'
    )
    assert parsed.facts == ()
    assert any("no number" in warning for warning in parsed.document.warnings)
    assert any("1 facts name no readable context" in warning for warning in parsed.document.warnings)


def test_a_concept_reads_as_words() -> None:
    assert concept_words("us-gaap:EPSDilutedShareBasedNet10K") == "EPS Diluted Share Based Net 10 K"


def test_an_entity_bomb_is_refused() -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb = f"{declared}{HEAD}<dei:A contextRef='y'>&b;</dei:A></xbrl>"
    with pytest.raises(MalformedError, match="entities"):
        parse_instance(SourceFile("bomb.xml", bomb.encode()), Limits())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<linkbase xmlns='http://www.xbrl.org/2003/linkbase'/>", "no XBRL instance"),
        (b"<xbrl xmlns='http://www.xbrl.org/2003/instance'><a></xbrl>", "not well-formed"),
        (b"", "empty"),
    ],
)
def test_other_files_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        parse_instance(SourceFile("other.xml", content), Limits())


def test_limits_hold() -> None:
    fact = '<us-gaap:Assets contextRef="i" unitRef="usd">1</us-gaap:Assets>'
    with pytest.raises(LimitExceededError, match="elements"):
        parse(fact * 200, Limits(max_elements=100))
    with pytest.raises(LimitExceededError, match="deeper"):
        parse("<a>" * 60 + "</a>" * 60, Limits(max_depth=50))
    with pytest.raises(LimitExceededError, match="took longer"):
        parse(fact, Limits(max_seconds=-1))
    with pytest.raises(LimitExceededError):
        parse(fact, Limits(max_bytes=100))


@given(st.integers(0, 2_500), st.binary(max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_damaged_instance_parses_or_raises_a_parse_error(at: int, junk: bytes) -> None:
    body = '<us-gaap:Assets contextRef="i" unitRef="usd" decimals="-3">5123000</us-gaap:Assets></xbrl>'
    whole = (HEAD + body).encode()
    try:
        parsed = parse_instance(SourceFile("a.xml", whole[:at] + junk + whole[at + len(junk) :]), Limits())
    except ParseError:
        return
    for fact in parsed.facts:
        assert 0 <= fact.start <= fact.end <= len(parsed.document.text)


@pytest.mark.shared
def test_a_real_instance_before_inline_xbrl(edgar: Path) -> None:
    path = edgar / "Archives/edgar/data/789019/000119312515272806/msft-20150630.xml"
    parsed = parse_instance(SourceFile(path.name, path.read_bytes()), Limits())
    assert len(parsed.facts) == 2_151
    income = [
        fact.value
        for fact in parsed.facts
        if fact.concept == "us-gaap:NetIncomeLoss" and not fact.dimensions and fact.period.days == 365
    ]
    assert Decimal(12_193_000_000) in income
    for fact in parsed.facts:
        if fact.value is not None:
            assert Decimal(parsed.document.text[fact.start : fact.end]) == fact.value
