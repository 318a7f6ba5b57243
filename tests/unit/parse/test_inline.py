from datetime import date
from decimal import Decimal

import pytest

from finchat_sec_qa.model.fact import EXACT
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.inline import MAX_TEXT
from tests.unit.parse.html_files import only_fact, parse, parse_inline

DOTS = 'format="ixt:num-dot-decimal"'
FRACTION = '<ix:nonFraction id="f-1" name="us-gaap:Revenues" contextRef="y" unitRef="usd" {}</ix:nonFraction>'
TEXT = '<ix:nonNumeric id="f-1" name="dei:{}" contextRef="y" {}</ix:nonNumeric>'


def test_a_number_is_its_text_times_ten_to_its_scale() -> None:
    tag = FRACTION.format('decimals="-6" scale="6" format="ixt:num-dot-decimal">383,285')
    parsed = parse_inline(f"<p>Sales were ${tag} million.</p>")
    fact = only_fact(parsed)
    assert (fact.concept, str(fact.value), fact.unit) == ("us-gaap:Revenues", "383285000000", "USD")
    assert (fact.decimals, fact.scale, fact.fact_id, fact.context_id) == (-6, 6, "f-1", "y")
    assert fact.period == Period(date(2023, 10, 1), date(2024, 9, 28))
    assert parsed.document.text[fact.start : fact.end] == "383,285"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ('sign="-" scale="6" format="ixt:num-dot-decimal">1,234', "-1234000000"),
        ('scale="-2" format="ixt:num-dot-decimal">13.26', "0.1326"),
        ('format="ixt:fixed-zero" scale="6">—', "0"),
        ('sign="-" format="ixt:fixed-zero">—', "0"),
        (">12.5", "12.5"),
        ('format="ixt-sec:numwordsen">five', "5"),
        ('format="ixt:num-dot-decimal">1,<ix:exclude>(a)</ix:exclude>234', "1234"),
        ('format="ixt:num-dot-decimal"><b>1</b>,234', "1234"),
        (
            'scale="0" format="ixt:num-dot-decimal">123456789012345678901234567890.12',
            "123456789012345678901234567890.12",
        ),
    ],
)
def test_values_follow_the_rules_exactly(tag: str, value: str) -> None:
    assert str(only_fact(parse_inline(f"<p>{FRACTION.format(tag)}</p>")).value) == value


def test_brackets_printed_outside_do_not_make_it_negative() -> None:
    tag = FRACTION.format(f"{DOTS}>5")
    fact = only_fact(parse_inline(f"<p>({tag})</p>"))
    assert fact.value == 5


def test_nil_is_no_value_and_not_zero() -> None:
    tag = FRACTION.format('xsi:nil="true">')
    fact = only_fact(parse_inline(f"<p>x {tag}</p>"))
    assert (fact.nil, fact.value, fact.text) == (True, None, None)


def test_exact_decimals_and_units_of_a_ratio() -> None:
    tag = FRACTION.replace('"usd"', '"eps"').format('decimals="INF">6.08')
    fact = only_fact(parse_inline(f"<p>{tag}</p>"))
    assert (fact.unit, fact.decimals, fact.value) == ("USD/shares", EXACT, Decimal("6.08"))


def test_numbers_tagged_inside_each_other_stand_at_the_same_place() -> None:
    inner = FRACTION.format('format="ixt:num-dot-decimal">7,000')
    outer = (
        FRACTION.replace("f-1", "f-2")
        .replace("Revenues", "SalesRevenueNet")
        .format(f'format="ixt:num-dot-decimal">{inner}')
    )
    parsed = parse_inline(f"<p>In all {outer} units</p>")
    assert [(f.fact_id, f.value) for f in parsed.facts] == [("f-2", 7000), ("f-1", 7000)]
    assert {parsed.document.text[f.start : f.end] for f in parsed.facts} == {"7,000"}


def test_dimensions_are_sorted_and_typed_members_give_their_text() -> None:
    context = (
        '<xbrli:context id="d"><xbrli:entity><xbrli:identifier scheme="c">1</xbrli:identifier><xbrli:segment>'
        '<xbrldi:typedMember dimension="us-gaap:NoteAxis"><x:domain xmlns:x="urn:x"> 2029\n notes</x:domain>'
        '</xbrldi:typedMember><xbrldi:explicitMember dimension="srt:ProductAxis"> a:IPhoneMember '
        "</xbrldi:explicitMember>"
        "</xbrli:segment></xbrli:entity><xbrli:period><xbrli:instant>2024-09-28</xbrli:instant></xbrli:period>"
        "</xbrli:context>"
    )
    tag = FRACTION.format(">5").replace('"y"', '"d"')
    fact = only_fact(parse_inline(f"<p>{tag}</p>", contexts=context))
    assert fact.dimensions == (("srt:ProductAxis", "a:IPhoneMember"), ("us-gaap:NoteAxis", "2029 notes"))
    assert fact.period == Period(None, date(2024, 9, 28))


def test_text_facts_are_transformed() -> None:
    tag = TEXT.format(
        "DocumentPeriodEndDate", 'format="ixt:date-monthname-day-year-en">September 28,<br/>2024'
    )
    parsed = parse_inline(f"<p>Year ended {tag}</p>")
    fact = only_fact(parsed)
    assert (fact.text, fact.value, fact.unit, fact.decimals) == ("2024-09-28", None, None, None)
    assert parsed.document.text[fact.start : fact.end] == "September 28, 2024"


def test_a_fact_inside_a_fact_keeps_both_texts() -> None:
    inner = TEXT.replace("f-1", "f-2").format(
        "CurrentFiscalYearEndDate", 'format="ixt:date-monthname-day-en">MAY 31'
    )
    outer = TEXT.format("DocumentPeriodEndDate", f'format="ixt:date-monthname-day-year-en">{inner}, 2024')
    parsed = parse_inline(f"<p>{outer}</p>")
    assert [fact.text for fact in parsed.facts] == ["2024-05-31", "--05-31"]


def test_hidden_facts_are_facts_at_the_start_of_the_document() -> None:
    hidden = TEXT.format("AmendmentFlag", ">false")
    parsed = parse_inline("<p>Seen</p>", hidden=hidden)
    fact = only_fact(parsed)
    assert (fact.text, fact.start, fact.end) == ("false", 0, 0)
    assert parsed.document.text == "Seen\n"


def test_text_goes_on_where_it_is_continued() -> None:
    first = TEXT.format("SecurityExchangeName", 'continuedAt="c1">New York')
    rest = '<ix:continuation id="c1" continuedAt="c2"> Stock</ix:continuation>'
    last = '<ix:continuation id="c2"> Exchange</ix:continuation>'
    parsed = parse_inline(f"<p>{first}</p><p>between {rest}</p><p>{last}</p>")
    fact = only_fact(parsed)
    assert fact.text == "New York Stock Exchange"
    assert parsed.document.text[fact.start : fact.end] == "New York"


@pytest.mark.parametrize("target", ["nowhere", "c1"])
def test_a_broken_chain_is_a_warning(target: str) -> None:
    first = TEXT.format("SecurityExchangeName", 'continuedAt="c1">New')
    parsed = parse_inline(
        f'<p>{first}<ix:continuation id="c1" continuedAt="{target}">x</ix:continuation></p>'
    )
    assert parsed.facts == ()
    assert "continuation" in parsed.document.warnings[0]


def test_text_blocks_are_read_by_their_place() -> None:
    block = TEXT.replace("dei:", "us-gaap:").format(
        "RevenueTextBlock", 'escape="true"><p>One.</p><p>Two.</p>'
    )
    parsed = parse_inline(f"<p>Before</p>{block}<p>After</p>")
    fact = only_fact(parsed)
    assert fact.text is None
    assert parsed.document.text[fact.start : fact.end] == "One.\nTwo."


def test_long_text_is_read_by_its_place() -> None:
    words = "word " * MAX_TEXT
    fact = only_fact(parse_inline(f"<p>{TEXT.format('DocumentType', '>' + words)}</p>"))
    assert fact.text is None
    assert fact.end - fact.start == len(words) - 1


@pytest.mark.parametrize(
    ("tag", "warning"),
    [
        (FRACTION.replace('"y"', '"nowhere"').format(">5"), "no context 'nowhere'"),
        (FRACTION.replace('"usd"', '"eur"').format(">5"), "no unit 'eur'"),
        (FRACTION.format(">about five"), "'about five' is no number"),
        (FRACTION.format('format="ixt:num-dot-decimal">1.234,5'), "is no number"),
        (FRACTION.format('format="ixt:num-made-up">5'), "format ixt:num-made-up is not known"),
        (FRACTION.format('scale="six">5'), "scale is 'six'"),
        (FRACTION.format('scale="999">5'), "beyond reason"),
        (FRACTION.format(">"), "is no number"),
        (FRACTION.replace("us-gaap:", "").format(">5"), "has no concept"),
        (FRACTION.format('target="other">5'), "another report"),
        (f"<ix:tuple>{TEXT.format('DocumentType', '>10-K')}</ix:tuple>", "tuples"),
    ],
)
def test_what_cannot_be_read_is_a_warning_and_never_a_value(tag: str, warning: str) -> None:
    parsed = parse_inline(f"<p>x {tag}</p>")
    assert warning in parsed.document.warnings[0]
    assert not any(fact.value is not None for fact in parsed.facts)


def test_an_unknown_text_format_keeps_what_is_printed() -> None:
    tag = TEXT.format("DocumentType", 'format="ixt:new">10-K')
    parsed = parse_inline(f"<p>{tag}</p>")
    assert parsed.facts[0].text == "10-K"
    assert parsed.document.warnings == ("format ixt:new is not known; texts in it are kept as printed",)


def fraction(above: str, below: str) -> str:
    parts = f"<ix:numerator>{above}</ix:numerator>/<ix:denominator>{below}</ix:denominator>"
    return f'<p><ix:fraction name="a:Share" contextRef="y" unitRef="usd">{parts}</ix:fraction></p>'


def test_a_fraction_is_a_value_only_when_it_is_exact() -> None:
    assert only_fact(parse_inline(fraction("1", "4"))).value == Decimal("0.25")
    assert "no decimal number equals" in parse_inline(fraction("1", "3")).document.warnings[0]
    assert parse_inline(fraction("1", "0")).facts == ()


def test_a_period_that_cannot_be_read_is_a_warning() -> None:
    context = '<xbrli:context id="z"><xbrli:period><xbrli:forever/></xbrli:period></xbrli:context>'
    tag = FRACTION.replace('"y"', '"z"').format(">5")
    parsed = parse_inline(f"<p>{tag}</p>", contexts=context)
    assert parsed.facts == ()
    assert "no period" in parsed.document.warnings[0]


def test_facts_are_the_same_when_the_file_is_not_well_formed() -> None:
    tag = FRACTION.format(f'scale="6" {DOTS}>1,234')
    body = f"<p>Sales {tag}</p>"
    good, bad = parse_inline(body), parse_inline(body + "<p>never closed<br>")
    assert good.facts == bad.facts
    assert bad.document.warnings[0].startswith("not well-formed XHTML, read as HTML")


def test_plain_html_has_no_facts() -> None:
    assert parse("<p>Nothing tagged</p>").facts == ()
