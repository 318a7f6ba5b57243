import re

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.answer.compose import answer_id
from finchat_sec_qa.model.answer import Answer, AnswerScope, PeriodView
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit.facts.making import day

DIGEST = "ab" * 32


def test_the_id_tells_the_content_of_the_store_the_question_and_the_scope() -> None:
    scope = AnswerScope(companies=("Acme",), filings=("k",))
    first = answer_id(DIGEST, "What?", scope)
    assert re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{16}", first)
    assert answer_id(DIGEST, "What?", scope) == first
    others = {
        answer_id("cd" * 32, "What?", scope),
        answer_id(DIGEST, "Why?", scope),
        answer_id(DIGEST, "What?", AnswerScope(companies=("Acme",))),
        answer_id(DIGEST, "What?", scope.model_copy(update={"period": PeriodView(end=day("2023-12-31"))})),
    }
    assert len(others) == 4
    assert first not in others


def test_a_fact_with_its_restated_value(library: Library) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2023?")
    assert answer.value is not None
    assert (answer.value.number, answer.value.unit) == ("100000000", "USD")
    assert answer.value.period == answer.scope.period
    assert [citation.id for citation in answer.citations] == [1, 2]
    (alternate,) = answer.alternates
    assert (alternate.value.number, alternate.citation) == ("95000000", 2)
    assert alternate.label == "as reported later, in 10-K for the period ended 2024-12-31"
    assert [citation.quote for citation in answer.citations] == ["100", "95"]


@pytest.mark.parametrize(
    ("question", "number", "unit", "operands"),
    [
        ("Acme's net margin in fiscal 2024", "15.38", "percent", (20, 130)),
        ("Acme's net margin in fiscal 2024, to one decimal", "15.4", "percent", (20, 130)),
        ("Acme's revenue growth in fiscal 2024", "30", "percent", (130, 100)),
        ("Acme's net income divided by total assets, fiscal 2023", "0.024", "ratio", (12, 500)),
        ("two-year average revenue of Acme, fiscal 2024", "115000000", "USD", (130, 100)),
        ("three-year average revenue of Acme, fiscal 2024", "103333333.33", "USD", (130, 100, 80)),
        ("Acme's return on assets in fiscal 2024", "3.64", "percent", (20, 600, 500)),
        ("Did Acme's revenue increase in fiscal 2024?", "30000000", "USD", (130, 100)),
        ("How did Acme's revenue change from fiscal 2022 to fiscal 2024?", "50000000", "USD", (130, 80)),
        ("Did Acme's net margin improve in fiscal 2024?", "3.38", "percent", (20, 130, 12, 100)),
        ("Acme's average revenue over fiscal 2023 and 2024", "115000000", "USD", (130, 100)),
        ("Acme's gross profit in fiscal 2024", "60000000", "USD", (130, 70)),
        ("Acme's gross margin in fiscal 2024", "46.15", "percent", (130, 70)),
        ("Did Acme's gross margin improve in fiscal 2024?", "6.15", "percent", (130, 70, 100, 60)),
        ("Was Acme's revenue higher than Bolt's in fiscal 2023?", "60000000", "USD", (100, 40)),
        ("Was Bolt's revenue higher than Acme's in fiscal 2023?", "-60000000", "USD", (40, 100)),
    ],
)
def test_calculations(
    library: Library, question: str, number: str, unit: str, operands: tuple[int, ...]
) -> None:
    answer = library.ask(question)
    assert answer.value is not None
    assert answer.calculation is not None
    assert (answer.value.number, answer.value.unit) == (number, unit)
    used = answer.calculation.operands
    assert [operand.number for operand in used] == [f"{millions}000000" for millions in operands]
    assert [operand.citation for operand in used] == list(range(1, len(operands) + 1))
    assert library.verify(answer).holds


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("What was Acme's revenue in fiscal 2022, 2023 and 2024?", {2024: 130, 2022: 80, 2023: 100}),
        ("What was Acme's revenue from fiscal 2022 to fiscal 2024?", {2024: 130, 2022: 80, 2023: 100}),
        ("Acme's revenue for the last three fiscal years", {2024: 130, 2023: 100, 2022: 80}),
        ("Acme's revenue of the past two years", {2024: 130, 2023: 100}),
        ("Acme's revenue in fiscal 2010 and fiscal 2024", {2024: 130}),
    ],
)
def test_several_years_of_a_number(library: Library, question: str, years: dict[int, int]) -> None:
    answer = library.ask(question)
    assert answer.value is not None
    told = [answer.value, *(item.value for item in answer.alternates if item.label.startswith("for fiscal"))]
    assert {value.period.fiscal_year: value.number for value in told} == {
        year: f"{millions}000000" for year, millions in years.items()
    }
    assert all(f"fiscal {year} (" in answer.answer for year in years)
    assert library.verify(answer).holds


def test_a_figure_of_two_companies(library: Library) -> None:
    answer = library.ask("Which had the higher net margin in fiscal 2023, Acme or Bolt?")
    assert answer.value is not None
    assert answer.calculation is not None
    assert (answer.value.number, answer.value.unit) == ("2", "percent")
    assert answer.answer.startswith(
        "Acme Widgets, Inc.'s net profit margin for fiscal 2023 (12%, from [1] and [2])"
    )
    assert [operand.name for operand in answer.calculation.operands] == [
        "first_net_income_FY2023",
        "first_revenue_FY2023",
        "second_net_income_FY2023",
        "second_revenue_FY2023",
    ]
    assert library.verify(answer).holds


def test_a_figure_of_two_companies_that_one_of_them_lacks(library: Library) -> None:
    answer = library.ask("Which had the higher net margin in fiscal 2010, Acme or Bolt?")
    assert answer.refusal is not None
    assert answer.refusal.reason == "period_not_covered"


def test_a_quoted_answer_is_its_quotes(library: Library) -> None:
    answer = library.ask("What supply risks does Acme face?")
    assert answer.value is None
    assert answer.answer == " ".join(f"{citation.quote} [{citation.id}]" for citation in answer.citations)
    assert answer.citations[0].quote.startswith("We face supply risks")


def test_a_refusal_says_what_was_searched(library: Library) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2010?")
    assert answer.refusal is not None
    assert answer.refusal.reason == "period_not_covered"
    assert answer.answer == answer.refusal.message
    assert len(answer.refusal.searched) == 2
    assert (answer.citations, answer.value, answer.calculation) == ((), None, None)


def test_json_keeps_the_order_of_the_contract_and_reads_back(library: Library) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2023?", ScopeRequest(forms=("10-K",)))
    text = answer.to_json()
    assert text.startswith('{"schema":"finchat.answer/1","id":')
    assert Answer.model_validate_json(text) == answer
    assert Answer.model_validate_json(text).to_json() == text
