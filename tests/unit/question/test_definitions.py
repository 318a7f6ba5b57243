"""Definitions and instructions in questions: what asks is told from how to answer, and definitions win."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.plan import Plan
from finchat_sec_qa.question.clauses import Definition, split_clauses
from finchat_sec_qa.question.definitions import UnreadableError, read_definitions, read_expression
from finchat_sec_qa.question.dimensions import unit_of
from finchat_sec_qa.question.read import read

RIVET = Company("rivet", None, "Rivet Works", (), ("Rivet Works",), 1, None, None)


def plan(question: str) -> Plan:
    return read(question, (RIVET,))


@pytest.mark.parametrize(
    "question",
    [
        "Relying on nothing but the balance sheet, what were Rivet Works's total assets in FY2021?",
        "Your sources: income statement and balance sheet. Rivet Works's total assets in FY2021?",
        "What were Rivet Works's total assets in FY2021? Answer in USD billions. Use balance sheets.",
        "You are a credit analyst. What were Rivet Works's FY2021 total assets? Use the balance sheet.",
    ],
)
def test_instructions_change_nothing(question: str) -> None:
    found = plan(question)
    assert (found.kind, found.entry, found.member) == ("fact", "assets", ())


@pytest.mark.parametrize(
    "question",
    [
        "What was Rivet Works's revenue in FY2021? Exclude the effect of acquisitions.",
        "What was Rivet Works's revenue in FY2021? Answer on an organic basis.",
    ],
)
def test_instructions_that_change_the_figure_are_not_passed_over(question: str) -> None:
    found = plan(question)
    assert found.kind == "passages" or found.member


@pytest.mark.parametrize(
    ("question", "label", "expression", "unit"),
    [
        (
            "What is Rivet Works's FY2021 ROA? ROA is defined as: FY2021 net income / (average assets).",
            "return on assets",
            "net_income / average(assets)",
            "ratio",
        ),
        (
            "What was Rivet Works's FY2021 cover? Define cover as operating income / interest expense.",
            "interest coverage",
            "operating_income / interest_expense",
            "ratio",
        ),
        (
            "What was Rivet Works's quick ratio in FY2021? Quick ratio is defined as cash / payables.",
            "quick ratio as the question defines it",
            "cash / payables",
            "ratio",
        ),
        (
            "What is the FY2021 stock period (SP) of Rivet Works? SP is defined as: 365 * inventory / COGS.",
            "sp as the question defines it",
            "365 * inventories / cost_of_revenue",
            "days",
        ),
        (
            "What was Rivet Works's FY2021 EBITDA minus capex?",
            "EBITDA minus capital expenditures",
            "(operating_income + depreciation_amortization) - capex",
            "USD",
        ),
        (
            "What was Rivet Works's ROE (defined as net income over average equity) in FY2021, in percent?",
            "return on equity",
            "net_income / average(equity)",
            "percent",
        ),
        (
            "What was the ratio of FY2021 R&D to FY2021 sales of Rivet Works (formerly Bolt Co)?",
            "ratio of research and development expense to total revenue",
            "rd / revenue",
            "ratio",
        ),
        (
            "What is Rivet Works's FY2021 yield (using EBIT as numerator and sales as denominator)?",
            "operating margin",
            "operating_income / revenue",
            "ratio",
        ),
        (
            "What was Rivet Works's COGS % margin in FY2021?",
            "cost of revenue as a share of total revenue",
            "(cost_of_revenue) / revenue",
            "percent",
        ),
    ],
)
def test_definitions_win_over_the_list(question: str, label: str, expression: str, unit: str) -> None:
    found = plan(question)
    assert (found.kind, found.label, found.expression, found.unit) == ("formula", label, expression, unit)


@pytest.mark.parametrize(
    "question",
    [
        "What is Rivet Works's FY2021 ROA? ROA is defined as: net income / rented assets.",
        "What is Rivet Works's FY2021 EBITDA less capex? Calculate EBITDA using net income and taxes paid.",
        "What was Rivet Works's FY2021 quick ratio? Quick ratio is defined as (cash / current liabilities.",
    ],
)
def test_definitions_that_are_not_understood_get_no_number(question: str) -> None:
    found = plan(question)
    assert found.kind == "passages" or found.member


@pytest.mark.parametrize(
    ("how", "expression"),
    [
        ("cash from operations - capex", "cfo - capex"),
        ("total current assets divided by total current liabilities", "current_assets / current_liabilities"),
        ("FY2021 revenue / FY2019 revenue", "revenue / prior(revenue, 2)"),
        (
            "COGS + change in inventory",
            "cost_of_revenue + (inventories - prior(inventories))",
        ),
        (
            "operating income + D&A (from the cash flow statement)",
            "operating_income + depreciation_amortization",
        ),
    ],
)
def test_definitions_become_expressions(how: str, expression: str) -> None:
    assert read_expression(how, 2021, {}) == expression


def test_definitions_may_use_each_other_in_any_order() -> None:
    known = read_definitions(
        (Definition("gap", "A less B"), Definition("A", "revenue"), Definition("B", "COGS")), None
    )
    assert known["gap",] == "(revenue) - (cost_of_revenue)"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(how: str) -> None:
    with suppress(UnreadableError):
        read_expression(how, 2021, {})
    split_clauses(how or "?")


@pytest.mark.parametrize(
    ("expression", "unit"),
    [
        ("cfo - capex", "USD"),
        ("cfo / revenue", "ratio"),
        ("365 * average(payables) / cost_of_revenue", "days"),
        ("net_income / shares_diluted", "USD/shares"),
        ("net_income + shares_diluted", None),
    ],
)
def test_units_follow_from_operands(expression: str, unit: str | None) -> None:
    assert unit_of(expression) == unit
