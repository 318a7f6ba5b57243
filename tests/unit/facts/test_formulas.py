import ast
from decimal import Decimal

import pytest

from finchat_sec_qa.facts.derivation import Span
from finchat_sec_qa.facts.expressions import evaluate, names_in, parse
from finchat_sec_qa.facts.formulas import (
    Operand,
    expand,
    find_formulas,
    formulas,
    spelled_out,
    spelled_out_for,
    written,
    yearly_only,
)
from finchat_sec_qa.facts.lexicon import Entry, entries, words_of
from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName

# Made-up accounts of two years, and what the formulas give for the second, worked out by hand.
THIS_YEAR = {
    "revenue": 2000, "cost_of_revenue": 1200, "gross_profit": 800, "operating_income": 300, "net_income": 180,
    "income_before_tax": 240, "income_tax": 60, "interest_expense": 60, "depreciation_amortization": 100,
    "cfo": 350, "capex": 150, "dividends_paid": 45, "cash": 100, "short_term_investments": 50,
    "receivables": 250, "inventories": 200, "current_assets": 700, "ppe": 900, "assets": 2100,
    "payables": 160, "current_liabilities": 400, "current_debt": 80, "long_term_debt": 420, "equity": 1000,
    "shares_outstanding": 100, "shares_diluted": 125, "goodwill": 100, "intangibles": 60, "liabilities": 1050,
    "rd": 200, "sga": 300, "stock_compensation": 50, "share_repurchases": 80,
}  # fmt: skip
LAST_YEAR = {
    "receivables": 150,
    "inventories": 120,
    "ppe": 700,
    "assets": 1900,
    "payables": 90,
    "equity": 800,
    "current_assets": 580,
    "current_liabilities": 380,
    "long_term_debt": 150,
    "current_debt": 50,
    "goodwill": 80,
    "intangibles": 40,
}
BY_HAND = {
    "gross_margin": "0.4",
    "operating_margin": "0.15",
    "net_margin": "0.09",
    "pretax_margin": "0.12",
    "tax_rate": "0.25",
    "current_ratio": "1.75",
    "quick_ratio": "1",
    "working_capital": "300",
    "free_cash_flow": "200",
    "ebitda": "400",
    "ebitda_margin": "0.2",
    "asset_turnover": "1",
    "fixed_asset_turnover": "2.5",
    "inventory_turnover": "7.5",
    "days_inventory": "48." + 47 * "6" + "7",
    "days_sales": "36.5",
    "days_payable": "35.64453125",  # 365 × 125 / (1200 + 80)
    "cash_conversion_cycle": "49.5221354" + "1" + 39 * "6" + "7",
    "return_on_assets": "0.09",
    "return_on_equity": "0.2",
    "payout_ratio": "0.25",
    "retention_ratio": "0.75",
    "debt_to_equity": "0.5",
    "interest_coverage": "5",
    "operating_cash_flow_ratio": "0.875",
    "capex_share": "0.075",
    "net_debt": "400",
    "debt_to_assets": "0." + 8 * "238095" + "24",  # 500 / 2100
    "equity_multiplier": "2." + 49 * "2",  # 2000 / 900
    "cash_ratio": "0.375",
    "receivables_turnover": "10",
    "payables_turnover": "10.24",  # (1200 + 80) / 125
    "working_capital_turnover": "8",  # 2000 / ((300 + 200) / 2)
    "free_cash_flow_margin": "0.1",
    "operating_cash_flow_margin": "0.175",
    "free_cash_flow_conversion": "1." + 49 * "1",  # 200 / 180
    "return_on_invested_capital": "0.18",  # 225 / ((1500 + 1000) / 2)
    "nopat": "225",
    "book_value_per_share": "10",
    "free_cash_flow_per_share": "1.6",
    "equity_ratio": "0." + 8 * "476190" + "48",  # 1000 / 2100
    "liabilities_to_assets": "0.5",
    "liabilities_to_equity": "1.05",
    "long_term_debt_to_equity": "0.42",
    "tangible_book_value": "840",
    "cash_flow_to_income": "1.9" + 48 * "4",  # 350 / 180
    "cash_flow_to_debt": "0.7",
    "rd_share": "0.1",
    "sga_share": "0.15",
    "compensation_share": "0.025",
    "capex_to_depreciation": "1.5",
    "capex_coverage": "2." + 49 * "3",  # 350 / 150
    "return_on_capital_employed": "0." + 3 * "1764705882352941" + "18",  # 300 / 1700
    "return_on_tangible_equity": "0.2" + 2 * "368421052631578947" + "3684210526316",  # 180 / 760
    "debt_to_ebitda": "1.25",
    "net_debt_to_ebitda": "1",
    "ebitda_coverage": "6." + 48 * "6" + "7",
    "revenue_per_share": "16",
    "operating_cash_flow_per_share": "2.8",
    "total_debt": "500",
    "buyback_share": "0.4",
    "dividend_coverage": "4",
}


def test_every_formula_is_worked_out_by_hand() -> None:
    assert set(BY_HAND) == set(formulas())


@pytest.mark.parametrize("key", formulas())
def test_the_formula_gives_what_it_should(key: str) -> None:
    written, operands = expand(formulas()[key].expression, 2024)
    books = {0: THIS_YEAR, 1: LAST_YEAR}
    amounts = {operand.name: Decimal(books[operand.back][operand.entry]) for operand in operands}
    assert evaluate(written, amounts) == Decimal(BY_HAND[key])


@pytest.mark.parametrize("key", formulas())
def test_the_formula_is_whole(key: str) -> None:
    formula = formulas()[key]
    parse(formula.expression)
    assert set(names_in(formula.expression)) <= set(entries())
    assert formula.label
    assert formula.source
    assert formula.unit in ("percent", "ratio", "USD", "USD/shares", "days")
    for term in formula.terms:
        found = find_formulas(words_of(f"What is the {' '.join(term)} of Acme?"))
        assert [item.key for item, _, _ in found] == [key]


def test_what_is_not_reported_is_spelled_out() -> None:
    instead = {"gross_profit": "revenue - cost_of_revenue"}
    assert spelled_out("gross_profit / revenue", instead) == "(revenue - cost_of_revenue) / revenue"
    assert spelled_out("prior(gross_profit)", instead) == "prior(revenue - cost_of_revenue)"
    assert spelled_out("gross_profit / revenue", {}) == "gross_profit / revenue"


def test_what_is_spelled_out_is_spelled_out_itself() -> None:
    instead = {
        "noncurrent_liabilities": "liabilities - current_liabilities",
        "liabilities": "assets - equity",
    }
    written = spelled_out("noncurrent_liabilities", instead)
    assert written == "assets - equity - current_liabilities"


def test_of_several_ways_the_one_is_taken_whose_amounts_are_there() -> None:
    short = {"liabilities_and_equity", "equity_total"}
    assert spelled_out_for("liabilities", short) == "liabilities_and_equity - equity_total"
    long = spelled_out_for("liabilities", {*short, "redeemable_interests"})
    assert long == "liabilities_and_equity - equity_total - redeemable_interests"


def test_what_was_spelled_out_shows_in_the_operands() -> None:
    margin = "gross_profit / revenue"
    assert spelled_out_for(margin, {"gross_profit", "revenue"}) == margin
    assert spelled_out_for(margin, {"revenue", "cost_of_revenue"}) == "(revenue - cost_of_revenue) / revenue"


@pytest.mark.parametrize("entry", [entry for entry in entries().values() if entry.otherwise])
def test_what_an_entry_is_computed_from_is_of_its_kind(entry: Entry) -> None:
    parts = [entries()[name] for way in entry.otherwise for name in names_in(way)]
    assert {(part.kind, part.unit) for part in parts} == {(entry.kind, entry.unit)}
    assert not any(entry.key in names_in(way) for part in parts for way in part.otherwise)


def test_expansion_for_a_part_of_the_year() -> None:
    written, operands = expand("gross_profit - prior(gross_profit, 1)", 2024, "Q2")
    assert written == "gross_profit_Q2_FY2024 - gross_profit_Q2_FY2023"
    assert [operand.back for operand in operands] == [0, 1]


@pytest.mark.parametrize(
    ("key", "part", "yearly"),
    [
        ("gross_margin", "Q2", False),
        ("gross_margin", "9M", False),
        ("current_ratio", "Q2", False),
        ("current_ratio", "9M", True),
        ("asset_turnover", "Q2", True),
        ("equity_multiplier", "Q2", True),
        ("book_value_per_share", "Q1", False),
        ("asset_turnover", "FY", False),
    ],
)
def test_figures_that_make_no_sense_for_a_part_of_the_year(
    key: str, part: FiscalPeriodName, yearly: bool
) -> None:
    assert yearly_only(formulas()[key].expression, Span(FiscalPeriod(2024, part))) is yearly


def test_twelve_months_are_as_good_as_a_year() -> None:
    assert not yearly_only(
        formulas()["asset_turnover"].expression, Span(FiscalPeriod(2024, "H1"), trailing=True)
    )


@pytest.mark.parametrize(
    ("key", "span", "at_hand", "formula"),
    [
        (
            "gross_margin",
            Span(FiscalPeriod(2023, "Q4")),
            ["revenue_FY2023"],
            "((gross_profit_FY2023 - gross_profit_9M_FY2023) / (revenue_FY2023 - revenue_9M_FY2023)) * 100",
        ),
        (
            "free_cash_flow_margin",
            Span(FiscalPeriod(2023, "Q2")),
            ["revenue_Q2_FY2023"],
            (
                "((cfo_H1_FY2023 - cfo_Q1_FY2023 - (capex_H1_FY2023 - capex_Q1_FY2023)) "
                "/ revenue_Q2_FY2023) * 100"
            ),
        ),
        (
            "asset_turnover",
            Span(FiscalPeriod(2024, "Q1"), trailing=True),
            [],
            (
                "(revenue_FY2023 + revenue_Q1_FY2024 - revenue_Q1_FY2023) / "
                "((assets_Q1_FY2024 + assets_Q1_FY2023) / 2)"
            ),
        ),
        (
            "working_capital",
            Span(FiscalPeriod(2023, "Q4")),
            [],
            "current_assets_FY2023 - current_liabilities_FY2023",
        ),
    ],
)
def test_what_is_not_at_hand_is_derived(key: str, span: Span, at_hand: list[str], formula: str) -> None:
    known = formulas()[key]
    assert written(known.expression, span, at_hand, known.unit) == formula


def test_expansion_writes_the_years_out() -> None:
    written, operands = expand("net_income / average(assets)", 2024)
    assert written == "net_income_FY2024 / ((assets_FY2024 + assets_FY2023) / 2)"
    assert operands == (
        Operand("net_income_FY2024", "net_income", 0),
        Operand("assets_FY2024", "assets", 0),
        Operand("assets_FY2023", "assets", 1),
    )


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("prior(revenue)", "revenue_FY2023"),
        ("prior(revenue, 3)", "revenue_FY2021"),
        ("prior(prior(revenue))", "revenue_FY2022"),
        ("prior(average(assets))", "(assets_FY2023 + assets_FY2022) / 2"),
        ("(revenue / prior(revenue, 2)) ** (1 / 2) - 1", "(revenue_FY2024 / revenue_FY2022) ** (1 / 2) - 1"),
        ("365 * payables / (cost_of_revenue - capex)", None),
    ],
)
def test_what_expansion_writes(expression: str, written: str | None) -> None:
    found, operands = expand(expression, 2024)
    if written is not None:
        assert ast.dump(parse(found)) == ast.dump(parse(written))
    assert sorted(names_in(found)) == sorted(operand.name for operand in operands)


@pytest.mark.parametrize(
    "expression",
    [
        "prior()",
        "prior(revenue, 1, 2)",
        "prior(revenue, cash)",
        "unknown",
        "max(revenue)",
        "revenue % 2",
        "-revenue",
    ],
)
def test_what_a_formula_may_not_hold(expression: str) -> None:
    with pytest.raises(ValueError, match=r"formulas\.toml"):
        expand(expression, 2024)


def test_longer_terms_win_and_places_are_told() -> None:
    words = words_of("Acme's EBITDA margin and its net working capital")
    assert [(item.key, start, end) for item, start, end in find_formulas(words)] == [
        ("ebitda_margin", 1, 3),
        ("working_capital", 5, 8),
    ]
    assert find_formulas(words_of("the margin of error")) == []
