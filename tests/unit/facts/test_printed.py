"""Printed statements: tables rebuilt from lines, dated, named, signed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.printed.labels import is_loss, plain_label
from finchat_sec_qa.facts.printed.read import printed_facts
from finchat_sec_qa.facts.printed.rows import row_rules
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits
from tests.pdf_maker import make_pdf

COVER = [
    "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
    "Form 10-K",
    "For the fiscal year ended December 31, 2022",
    "Rivet Works, Inc.",
    "(Exact name of registrant as specified in its charter)",
]
INCOME = [
    "CONSOLIDATED STATEMENTS OF OPERATIONS",
    "(In millions, except per share data)",
    "Years Ended December 31,",
    "2022 2021 2020",
    "Revenue:",
    "Products $ 700 $ 600 $ 500",
    "Services 100 90 80",
    "Total revenue 800 690 580",
    "Cost of revenue (480) (410) (350)",
    "Gross profit 320 280 230",
    "Selling, general and administrative (120) (110) (100)",
    "Operating income 200 170 130",
    "Interest expense (20) (18) (16)",
    "Income before income taxes 180 152 114",
    "Income tax expense (36) 8 (23)",
    "Net income including earnings attributable to redeemable and",
    "noncontrolling interests 144 160 91",
    "Less: Net income attributable to noncontrolling interests 4 3 1",
    "Net income attributable to Rivet Works $ 140 $ 157 $ 90",
    "Earnings per share:",
    "Basic $ 1.40 $ 1.57 $ 0.90",
    "Diluted $ 1.38 $ 1.55 $ 0.89",
]
BALANCE = [
    "CONSOLIDATED BALANCE SHEETS",
    "(In millions)",
    "December 31,",
    "2022",
    "December 31,",
    "2021",
    "ASSETS",
    "Current assets:",
    "Cash and cash equivalents $ 50 $ 40",
    "Accounts receivable, net of allowances of $7 and $6, respectively 90 80",
    "Inventories 60 -",
    "TOTAL CURRENT ASSETS",
    "200 120",
    "Property, plant and equipment 500 480",
    "Less accumulated depreciation (100) (90)",
    "Property, plant and equipment, net 400 390",
    "Total assets $ 600 $ 510",
    "LIABILITIES AND EQUITY",
    "Accounts payable (Note 5) 70 60",
    "Total current liabilities 100 90",
    "Total liabilities 300 280",
    "Total stockholders' equity 300 230",
    "Total liabilities and stockholders' equity $ 600 $ 510",
]


def filing_of(*pages: list[str]) -> ParsedFiling:
    content = make_pdf([COVER, *pages])
    source = SourceFiling("rivet", "rivet", None, None, (SourceFile("rivet.pdf", content),))
    return read_filing(source, Limits())


def by_key(parsed: ParsedFiling) -> dict[tuple[str, int], Fact]:
    return {
        (fact.concept.removeprefix("printed:"), fact.period.end.year): fact
        for fact in printed_facts(parsed)
        if fact.concept.startswith("printed:") and not fact.dimensions
    }


@pytest.mark.parametrize(
    ("key", "year", "value"),
    [
        ("revenue", 2022, "800e6"),
        ("revenue", 2020, "580e6"),
        ("cost_of_revenue", 2021, "410e6"),
        ("operating_income", 2022, "200e6"),
        ("interest_expense", 2022, "20e6"),
        ("income_tax", 2022, "36e6"),
        ("income_tax", 2021, "-8e6"),
        ("net_income", 2022, "140e6"),
        ("net_income_total", 2022, "144e6"),
        ("eps_diluted", 2022, "1.38"),
    ],
)
def test_a_row_becomes_the_figure_that_it_prints(key: str, year: int, value: str) -> None:
    fact = by_key(filing_of(INCOME))[key, year]
    assert fact.value == Decimal(value)
    assert fact.period.start == date(year, 1, 1)
    assert fact.period.end == date(year, 12, 31)


@pytest.mark.parametrize(
    ("key", "this", "last"),
    [
        ("cash", 50, 40),
        ("receivables", 90, 80),
        ("inventories", 60, 0),
        ("current_assets", 200, 120),
        ("ppe", 400, 390),
        ("payables", 70, 60),
        ("assets", 600, 510),
        ("equity", 300, 230),
    ],
)
def test_balances_are_moments_at_the_end_of_their_columns_day(key: str, this: int, last: int) -> None:
    found = by_key(filing_of(BALANCE))
    assert [found[key, year].value for year in (2022, 2021)] == [this * 10**6, last * 10**6]
    assert found[key, 2022].period.is_instant


def test_a_fact_stands_at_its_printed_cell() -> None:
    parsed = filing_of(INCOME)
    fact = by_key(parsed)["cost_of_revenue", 2022]
    assert parsed.documents[0].text[fact.start : fact.end] == "(480)"
    assert (fact.unit, fact.decimals, fact.printed) == ("USD", -6, True)


def test_rows_that_no_entry_explains_keep_their_label() -> None:
    concepts = {fact.concept for fact in printed_facts(filing_of(INCOME))}
    assert "printed-row:less net income attributable to noncontrolling interests" in concepts


def test_rows_that_add_up_to_revenue_are_its_parts() -> None:
    sold = [fact for fact in printed_facts(filing_of(INCOME)) if fact.dimensions]
    assert {fact.dimensions[0][1] for fact in sold} == {"printed:Products", "printed:Services"}
    assert {fact.concept for fact in sold} == {"printed:revenue"}


def test_each_cell_is_one_fact_only() -> None:
    facts = printed_facts(filing_of(INCOME, BALANCE))
    places = [(fact.start, fact.end) for fact in facts]
    assert len(places) == len(set(places))


def test_a_quarterly_table_is_not_taken_for_the_year() -> None:
    quarterly = [line.replace("Years Ended", "Three Months Ended") for line in INCOME]
    assert by_key(filing_of(quarterly)) == {}


def test_columns_that_are_not_told_apart_by_time_are_left_out() -> None:
    segments = [line.replace("2022 2021 2020", "2022 2022 2022") for line in INCOME]
    assert by_key(filing_of(segments)) == {}


def test_parts_of_a_cost_without_their_total_are_no_total() -> None:
    lines = ["Cost of products (280) (250) (230)", "Cost of services (200) (160) (120)"]
    at = INCOME.index("Cost of revenue (480) (410) (350)")
    found = by_key(filing_of([*INCOME[:at], *lines, *INCOME[at + 1 :]]))
    assert ("cost_of_revenue", 2022) not in found
    assert ("revenue", 2022) in found


CASH = [
    "CONSOLIDATED STATEMENTS OF CASH FLOWS",
    "(In thousands)",
    "Fiscal years ended December 31, 2022, December 25, 2021 and December 26, 2020",
    "2022 2021 2020",
    "Operating activities",
    "Net income $ 1,440 $ 1,600 $ 910",
    "Depreciation and amortization 300 280 260",
    "Net cash provided by operating activities 1,740 1,880 1,170",
    "Investing activities",
    "Purchases of property, plant and equipment (500) (450) (400)",
    "Net cash used in investing activities (500) (450) (400)",
    "Financing activities",
    "Dividends paid (100) (90) (80)",
    "Net cash used in financing activities (100) (90) (80)",
    "Cash, cash equivalents and restricted cash at beginning of year 50 60 70",
    "Cash, cash equivalents and restricted cash at end of year $ 1,190 $ 50 $ 60",
]


def test_outflows_are_amounts_and_years_run_from_one_printed_day_to_the_next() -> None:
    found = by_key(filing_of(CASH))
    assert found["capex", 2022].value == 500_000
    assert found["dividends_paid", 2020].value == 80_000
    assert found["cfi", 2021].value == -450_000
    assert found["cfo", 2022].period.start == date(2021, 12, 26)


def test_balances_in_a_cash_flow_statement_are_moments() -> None:
    facts = {(fact.concept, fact.period.end): fact for fact in printed_facts(filing_of(CASH))}
    label = "printed-row:cash cash equivalents and restricted cash at beginning of year"
    assert facts[label, date(2021, 12, 25)].period.is_instant
    assert facts["printed:cash_and_restricted", date(2022, 12, 31)].value == 1_190_000


def test_every_rule_is_for_an_entry_of_the_lexicon_with_its_unit() -> None:
    for rule in row_rules():
        assert rule.key in entries()
        assert rule.unit == entries()[rule.key].unit
        assert (rule.kind == "balance" or rule.instant) == (entries()[rule.key].kind == "instant")


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("Income/(loss) from operations (Note 5)", "income from operations"),
        ("Provision for/(benefit from) income taxes", "provision for income taxes"),
        ("Total shareholders’ equity", "total shareholders equity"),
        ("Basic net income per share 1", "basic net income per share"),
        ("Non-current R&D", "noncurrent r and d"),
    ],
)
def test_labels_are_made_plain(printed: str, plain: str) -> None:
    assert plain_label(printed) == plain


@pytest.mark.parametrize(
    ("label", "loss"), [("Net loss", True), ("Net income (loss)", False), ("Loss from operations", True)]
)
def test_a_loss_by_name_is_told_from_a_bracketed_one(label: str, loss: bool) -> None:
    assert is_loss(label) is loss


@given(st.text())
def test_plain_labels_stay_as_they_are(label: str) -> None:
    once = plain_label(label)
    assert plain_label(once) in (once, once[:-2])
