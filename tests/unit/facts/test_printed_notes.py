"""Parts of a company, the statement of equity and other notes of filings without XBRL."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.printed.names import axis_of, is_whole, may_be_part, part_name
from finchat_sec_qa.facts.printed.read import printed_facts
from finchat_sec_qa.facts.printed.sums import parts_of
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits
from tests.pdf_maker import make_placed_pdf

Placed = list[tuple[int, str]]
RIGHT = (360, 450, 540)  # right edges of columns of values
DIGIT = 5.56  # points of a digit of the font


def line(label: str, *values: str, rights: Sequence[int] = RIGHT) -> Placed:
    """A label and values that end at the columns' right edges; "" leaves a column blank."""
    pairs = zip(rights, values, strict=False)
    placed = [(right - round(len(value) * DIGIT), value) for right, value in pairs]
    return [(40, label), *((left, value) for left, value in placed if value)]


COVER = [
    line("UNITED STATES SECURITIES AND EXCHANGE COMMISSION"),
    line("Form 10-K"),
    line("For the fiscal year ended December 31, 2022"),
    line("Rivet Works, Inc."),
    line("(Exact name of registrant as specified in its charter)"),
]
INCOME = [
    line("CONSOLIDATED STATEMENTS OF OPERATIONS"),
    line("(In millions, except per share data)"),
    line("Years Ended December 31,"),
    line("", "2022", "2021", "2020"),
    line("Net sales", "8,412", "7,905", "7,333"),
    line("Cost of sales", "4,801", "4,555", "4,208"),
    line("Gross profit", "3,611", "3,350", "3,125"),
    line("Operating expenses", "1,610", "1,523", "1,422"),
    line("Operating income", "2,001", "1,827", "1,703"),
    line("Income tax expense", "401", "377", "303"),
    line("Net income", "1,600", "1,450", "1,400"),
]
BALANCE = [
    line("CONSOLIDATED BALANCE SHEETS"),
    line("(In millions)"),
    line("December 31,"),
    line("", "2022", "2021"),
    line("Cash and cash equivalents", "1,234", "1,111"),
    line("Inventories", "2,310", "2,119"),
    line("Total current assets", "3,544", "3,230"),
    line("Property, plant and equipment, net", "4,456", "4,270"),
    line("Total assets", "8,000", "7,500"),
    line("Total liabilities", "3,000", "3,200"),
    line("Retained earnings", "4,100", "3,000"),
    line("Total stockholders' equity", "5,000", "4,300"),
    line("Total liabilities and stockholders' equity", "8,000", "7,500"),
]
SEGMENTS = [
    line("NOTE 9. SEGMENTS"),
    line("Net sales of our reportable segments are (in millions):"),
    line("", "2022", "2021", "2020"),
    line("Fasteners", "5,000", "4,600", "4,300"),
    line("Health Care Tools", "3,500", "3,400", "3,100"),
    line("Corporate and eliminations", "(88)", "(95)", "(67)"),
    line("Total net sales", "8,412", "7,905", "7,333"),
]
ACROSS = [
    line("NOTE 9. SEGMENTS"),
    line("Our reportable segments have these results (in millions):"),
    [(345, "Health"), (430, "Fast")],
    [(350, "Care"), (430, "ening"), (518, "Total")],
    line("2022"),
    line("Net sales", "3,412", "5,000", "8,412"),
    line("Operating income", "801", "1,200", "2,001"),
    line("2021"),
    line("Net sales", "3,305", "4,600", "7,905"),
    line("Operating income", "727", "1,100", "1,827"),
]
EQUITY = [
    line("CONSOLIDATED STATEMENTS OF STOCKHOLDERS' EQUITY"),
    line("(In millions)"),
    [(330, "Paid-in"), (415, "Retained")],
    [(332, "Capital"), (415, "Earnings"), (518, "Total")],
    line("Balance at December 31, 2020", "1,200", "2,400", "3,600"),
    line("Net income", "", "1,450", "1,450"),
    line("Dividends declared", "", "(850)", "(850)"),
    line("Stock-based compensation", "100", "", "100"),
    line("Balance at December 31, 2021", "1,300", "3,000", "4,300"),
    line("Net income", "", "1,600", "1,600"),
    line("Dividends declared", "", "(500)", "(500)"),
    line("Repurchases of common stock", "(400)", "", "(400)"),
    line("Balance at December 31, 2022", "900", "4,100", "5,000"),
]
INVENTORY = [
    line("NOTE 4. INVENTORIES"),
    line("Inventories are (in millions):"),
    line("December 31,"),
    line("", "2022", "2021"),
    line("Raw materials", "810", "719"),
    line("Finished goods", "1,500", "1,400"),
    line("Total inventories", "2,310", "2,119"),
]


def filing_of(*pages: list[Placed]) -> ParsedFiling:
    content = make_placed_pdf([COVER, INCOME, BALANCE, *pages])
    source = SourceFiling("rivet", "rivet", None, None, (SourceFile("rivet.pdf", content),))
    return read_filing(source, Limits())


def parts(parsed: ParsedFiling) -> dict[tuple[str, str, int], Fact]:
    """Facts with a dimension by concept, member and year."""
    return {
        (fact.concept.partition(":")[2], fact.dimensions[0][1].partition(":")[2], fact.period.end.year): fact
        for fact in printed_facts(parsed)
        if fact.dimensions
    }


def changed(page: list[Placed], before: str, after: str) -> list[Placed]:
    """The page with one value printed otherwise; it must be there."""
    found = [[(left, after if words == before else words) for left, words in row] for row in page]
    assert found != page
    return found


def test_segments_that_add_up_to_the_statements_revenue_are_facts_by_their_own_names() -> None:
    parsed = filing_of(SEGMENTS)
    found = parts(parsed)
    fact = found["revenue", "Health Care Tools", 2022]
    assert (fact.value, fact.unit, fact.decimals) == (Decimal("3500e6"), "USD", -6)
    assert (fact.period.start, fact.period.end) == (date(2022, 1, 1), date(2022, 12, 31))
    assert fact.dimensions[0][0] == "printed:StatementBusinessSegmentsAxis"
    assert parsed.documents[0].text[fact.start : fact.end] == "3,500"
    assert found["revenue", "Corporate and eliminations", 2020].value == Decimal("-67e6")


@pytest.mark.parametrize(
    ("before", "after"), [("3,500", "3,600"), ("8,412", "8,413"), ("(95)", "95"), ("7,905", "7,950")]
)
def test_a_table_that_does_not_add_up_gives_no_part(before: str, after: str) -> None:
    assert not parts(filing_of(changed(SEGMENTS, before, after)))


def test_parts_never_stand_for_the_whole() -> None:
    whole = [
        fact
        for fact in printed_facts(filing_of(SEGMENTS, ACROSS))
        if fact.concept == "printed:revenue" and not fact.dimensions and fact.period.end.year == 2022
    ]
    assert [fact.value for fact in whole] == [Decimal("8412e6")]


def test_segments_in_columns_have_the_names_that_stand_over_them() -> None:
    found = parts(filing_of(ACROSS))
    assert found["revenue", "Health Care", 2022].value == Decimal("3412e6")
    assert found["operating_income", "Fast ening", 2022].value == Decimal("1200e6")
    assert found["revenue", "Fast ening", 2021].value == Decimal("4600e6")
    assert found["operating_income", "Health Care", 2021].value == Decimal("727e6")


def test_two_tables_that_disagree_on_a_part_give_none() -> None:
    other = [
        line("NOTE 9. SEGMENTS"),
        line("Net sales of our reportable segments as we count them now are (in millions):"),
        line("", "2022", "2021", "2020"),
        line("Fasteners", "5,100", "4,600", "4,300"),
        line("Health Care Tools", "3,400", "3,400", "3,100"),
        line("Corporate and eliminations", "(88)", "(95)", "(67)"),
        line("Total net sales", "8,412", "7,905", "7,333"),
    ]
    found = parts(filing_of(SEGMENTS, other))
    assert ("revenue", "Fasteners", 2022) not in found
    assert found["revenue", "Fasteners", 2021].value == Decimal("4600e6")


def test_costs_and_profits_are_no_parts_of_revenue() -> None:
    table = [
        line("SELECTED DATA"),
        line("", "2022", "2021", "2020"),
        line("Cost of sales", "4,801", "4,555", "4,208"),
        line("Gross profit", "3,611", "3,350", "3,125"),
        line("Net sales", "8,412", "7,905", "7,333"),
    ]
    assert not parts(filing_of(table))


def test_equity_between_two_balances() -> None:
    parsed = filing_of(EQUITY)
    facts = [fact for fact in printed_facts(parsed) if fact.period.end == date(2022, 12, 31)]
    declared = [fact for fact in facts if fact.concept == "printed:dividends_declared"]
    assert [(fact.value, fact.period.start, fact.dimensions) for fact in declared] == [
        (Decimal("500e6"), date(2022, 1, 1), ())
    ]
    found = parts(parsed)
    bought = found["repurchases of common stock", "Paid-in Capital", 2022]
    assert (bought.value, bought.period.start) == (Decimal("-400e6"), date(2022, 1, 1))
    balance = found["balance", "Retained Earnings", 2021]
    assert (balance.value, balance.period.is_instant) == (Decimal("3000e6"), True)
    assert ("net income", "Paid-in Capital", 2022) not in found


def test_a_column_of_equity_that_does_not_roll_forward_is_left_out() -> None:
    found = parts(filing_of(changed(EQUITY, "(400)", "(300)")))
    assert ("repurchases of common stock", "Paid-in Capital", 2022) not in found
    assert found["net income", "Retained Earnings", 2022].value == Decimal("1600e6")


def test_a_note_whose_total_a_statement_prints_is_dated_by_it() -> None:
    facts = {(fact.concept, fact.period.end): fact for fact in printed_facts(filing_of(INVENTORY))}
    fact = facts["printed-row:raw materials", date(2021, 12, 31)]
    assert (fact.value, fact.period.is_instant, fact.unit) == (Decimal("719e6"), True, "USD")


def test_a_note_that_no_statement_dates_gives_nothing() -> None:
    facts = printed_facts(filing_of(changed(changed(INVENTORY, "2,310", "2,311"), "2,119", "2,120")))
    assert "printed-row:raw materials" not in {fact.concept for fact in facts}


def test_each_place_stands_for_one_fact() -> None:
    facts = printed_facts(filing_of(SEGMENTS, ACROSS, EQUITY, INVENTORY))
    places = [(fact.start, fact.end) for fact in facts]
    assert len(places) == len(set(places)) > 60


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Health Care (1)", "Health Care"),
        ("Total EMEA", "EMEA"),
        ("Total Digital Media revenue", "Digital Media"),
        ("Retail/ LTC (a)(b)", "Retail/LTC"),
        ("Wireless sales", "Wireless sales"),
    ],
)
def test_names_of_parts(label: str, name: str) -> None:
    assert part_name(label) == name


@pytest.mark.parametrize("name", ["Cost of sales", "First quarter", "Parent Guarantor", "", "2,300"])
def test_what_is_no_part(name: str) -> None:
    assert not may_be_part(name)


def test_the_whole_and_the_kinds_of_parts() -> None:
    assert is_whole("Consolidated Totals")
    assert is_whole("Total")
    assert not is_whole("Total segments")
    assert axis_of(["Japan", "Europe", "Other"], "by geographic area", "") == "StatementGeographicalAxis"
    assert axis_of(["Snacks", "Cereal"], "by segment", "") == "StatementBusinessSegmentsAxis"
    assert axis_of(["Snacks", "Cereal"], "class of similar products", "") == "ProductOrServiceAxis"
    assert axis_of(["Snacks", "Cereal"], "", "") == "PrintedPartAxis"


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=8), st.integers(2, 4))
def test_parts_are_found_behind_other_rows_and_with_a_subtotal(values: list[int], cut: int) -> None:
    rows = [(Decimal(value), Decimal(2 * value + 1)) for value in values]
    first, rest = rows[:cut], rows[cut:]
    subtotal = tuple(sum(column, Decimal(0)) for column in zip(*first, strict=True))
    total = tuple(sum(column, Decimal(0)) for column in zip(*rows, strict=True))
    table = [(Decimal(-7), Decimal(11)), *first, *([subtotal] if len(first) > 1 else []), *rest, total]
    found = parts_of(table, len(table) - 1)
    assert found is not None
    assert max(found) == len(table) - 2
