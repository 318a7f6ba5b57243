"""Figures over quarters and twelve months that no report gives: computed from derived amounts, and proven."""

from collections.abc import Iterator
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from tests.unit.answer.forging import forged, named, passed_off
from tests.unit.tagged import Number, Tagged

CFO = "us-gaap:NetCashProvidedByUsedInOperatingActivities"
CAPEX = "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"
ASSETS, SHARES = "us-gaap:Assets", "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding"
CURRENT, DUE = "us-gaap:AssetsCurrent", "us-gaap:LiabilitiesCurrent"
JAN22, JAN23, JAN24 = "2022-01-01", "2023-01-01", "2024-01-01"


def year(end: str, start: str, *amounts: str) -> list[Number]:
    revenue, cfo, capex, assets = amounts
    return [
        Number(revenue, end, start),
        Number(cfo, end, start, CFO),
        Number(capex, end, start, CAPEX),
        Number(assets, end, "", ASSETS),
        Number("50", end, "", CURRENT),
        Number("20", end, "", DUE),
        Number("10", end, start, SHARES, unit="shares"),
    ]


REPORTS = (
    Tagged("2022-09-30", 2022, "Q3", year("2022-09-30", JAN22, "240", "60", "30", "500")),
    Tagged("2022-12-31", 2022, "FY", year("2022-12-31", JAN22, "320", "100", "40", "600")),
    Tagged(
        "2023-06-30",
        2023,
        "Q2",
        [
            *year("2023-06-30", JAN23, "190", "40", "22", "700"),
            Number("100", "2023-06-30", "2023-04-01"),
            Number("150", "2022-06-30", JAN22),
            Number("35", "2022-06-30", JAN22, CFO),
            Number("20", "2022-06-30", JAN22, CAPEX),
            Number("500", "2022-06-30", "", ASSETS),
        ],
    ),
    Tagged("2023-09-30", 2023, "Q3", year("2023-09-30", JAN23, "300", "70", "33", "750")),
    Tagged("2023-12-31", 2023, "FY", year("2023-12-31", JAN23, "420", "110", "45", "800")),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("figures")
    for report in REPORTS:
        report.write(folder / "reports")
    with Library.open(Settings(store=folder / "store")) as opened:
        assert len(opened.ingest_paths([folder / "reports"], jobs=1).stored) == len(REPORTS)
        yield opened


@pytest.mark.parametrize(
    ("question", "number", "formula"),
    [
        (
            "What was Acme's operating cash flow margin in Q4 2023?",  # 40 of 120
            "33.33",
            "((cfo_FY2023 - cfo_9M_FY2023) / (revenue_FY2023 - revenue_9M_FY2023)) * 100",
        ),
        (
            "What was Acme's free cash flow in Q3 2023?",
            "19000000",
            "cfo_9M_FY2023 - cfo_H1_FY2023 - (capex_9M_FY2023 - capex_H1_FY2023)",
        ),
        (
            "What was Acme's revenue growth in Q4 2023?",  # 120 after 80
            "50",
            (
                "((revenue_FY2023 - revenue_9M_FY2023 - (revenue_FY2022 - revenue_9M_FY2022))"
                " / (revenue_FY2022 - revenue_9M_FY2022)) * 100"
            ),
        ),
        (
            "What was Acme's TTM free cash flow margin as of Q2 2023?",  # (105 - 42) of 360
            "17.5",
            (
                "((cfo_FY2022 + cfo_H1_FY2023 - cfo_H1_FY2022"
                " - (capex_FY2022 + capex_H1_FY2023 - capex_H1_FY2022))"
                " / (revenue_FY2022 + revenue_H1_FY2023 - revenue_H1_FY2022)) * 100"
            ),
        ),
        (
            "What was Acme's TTM asset turnover as of June 2023?",  # 360 over the mean of 700 and 500
            "0.6",
            (
                "(revenue_FY2022 + revenue_H1_FY2023 - revenue_H1_FY2022)"
                " / ((assets_Q2_FY2023 + assets_Q2_FY2022) / 2)"
            ),
        ),
        (
            "What was Acme's working capital in Q4 2023?",
            "30000000",
            "current_assets_FY2023 - current_liabilities_FY2023",
        ),
        (
            "What was Acme's free cash flow margin in the fourth quarter?",
            "23.33",
            (
                "((cfo_FY2023 - cfo_9M_FY2023 - (capex_FY2023 - capex_9M_FY2023))"
                " / (revenue_FY2023 - revenue_9M_FY2023)) * 100"
            ),
        ),
    ],
)
def test_figures_of_spans_that_no_report_gives(
    library: Library, question: str, number: str, formula: str
) -> None:
    answer = library.ask(question)
    assert answer.value is not None, answer.answer
    assert answer.calculation is not None
    assert answer.value.number == number
    assert answer.calculation.formula.partition(" = ")[2] == formula
    assert len(answer.calculation.operands) == len(answer.citations)
    report = library.verify(answer)
    assert report.holds, report


def test_the_sentence_says_what_is_derived_and_how(library: Library) -> None:
    quarter = library.ask("What was Acme's operating cash flow margin in Q4 2023?")
    assert quarter.answer == (
        "Acme Widgets, Inc.: operating cash-flow margin was 33.33% for Q4 FY2023 (three months ended "
        "December 31, 2023), computed from [1], [2], [3] and [4], where net cash provided by operating "
        "activities and total revenue are derived as year less nine months."
    )
    twelve = library.ask("What was Acme's TTM free cash flow as of Q2 2023?")
    assert "for the twelve months ended June 30, 2023, computed from" in twelve.answer
    assert "derived as year plus year to date less prior year to date" in twelve.answer
    mixed = library.ask("What was Acme's free cash flow in Q3 2023?").answer
    assert "capital expenditures are derived as nine months less six months" in mixed


def test_did_it_improve_tells_the_quarter_it_is_compared_with(library: Library) -> None:
    answer = library.ask("Did Acme's operating cash flow margin improve in Q4 2023?")
    assert "fell from 50% in Q4 FY2022 to 33.33%, by 16.67 percentage points" in answer.answer
    assert library.verify(answer).holds


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("Acme's free cash flow per share in Q4 2023", "not_disclosed", "share counts"),
        ("Acme's asset turnover in Q4 2023", "unsupported", "whole fiscal years"),
        ("Acme's free cash flow in Q2 2022", "period_not_covered", "not for Q1 FY2022"),
        ("Acme's revenue in the first quarter", "period_not_covered", "the latest Q1"),
    ],
)
def test_what_cannot_be_derived_is_refused(library: Library, question: str, reason: str, said: str) -> None:
    answer = library.ask(question)
    assert answer.refusal is not None, answer.answer
    assert answer.refusal.reason == reason
    assert said in answer.answer


def _number(data: dict[str, Any]) -> None:
    data["value"]["number"] = "33.34"
    data["answer"] = data["answer"].replace("33.33", "33.34")


def _period(data: dict[str, Any]) -> None:
    data["value"]["period"]["start"] = data["scope"]["period"]["start"] = "2023-09-30"


def _silent(data: dict[str, Any]) -> None:
    data["answer"] = data["answer"].partition(", where")[0] + "."


def _year(data: dict[str, Any]) -> None:
    """The margin of the year from the operands of the quarter: no operand is wrong, the figure is."""
    label = data["calculation"]["formula"].partition(" = ")[0]
    data["calculation"]["formula"] = f"{label} = (cfo_FY2023 / revenue_FY2023) * 100"
    data["calculation"]["operands"] = [data["calculation"]["operands"][at] for at in (0, 2)]


@pytest.mark.parametrize("change", [_number, _period, _silent, _year])
def test_a_changed_figure_does_not_hold(library: Library, change: Any) -> None:
    assert not forged(library, "What was Acme's operating cash flow margin in Q4 2023?", change).holds


def test_an_operand_that_cites_another_span_is_named(library: Library) -> None:
    other = library.ask("Acme's operating cash flow in Q3 2023").citations[1].model_dump(mode="json")

    def change(data: dict[str, Any]) -> None:
        data["citations"][1] = {**other, "id": 2}
        data["calculation"]["operands"][1]["number"] = "40000000"

    assert 2 in named(forged(library, "What was Acme's operating cash flow margin in Q4 2023?", change))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("What was Acme's free cash flow in Q3 2023?", "What was Acme's free cash flow in Q4 2023?"),
        ("What was Acme's free cash flow in fiscal 2023?", "What was Acme's free cash flow in Q4 2023?"),
        ("What was Acme's TTM free cash flow as of Q2 2023?", "What was Acme's free cash flow in Q4 2023?"),
        ("What was Acme's free cash flow last quarter?", "What was Acme's free cash flow in fiscal 2023?"),
        ("What was Acme's revenue last quarter?", "What was Acme's revenue in fiscal 2023?"),
    ],
)
def test_a_figure_is_no_answer_to_another_question(library: Library, asked: str, told: str) -> None:
    assert not passed_off(library, asked, told).holds


def test_a_mean_is_told_in_the_digits_of_what_was_reported(library: Library) -> None:
    answer = library.ask("What was Acme's average revenue in fiscal 2022 and 2023?")
    assert answer.value is not None
    assert answer.value.number == "370000000"
    assert "$370 million" in answer.answer
    third = library.ask("What was Acme's average capital expenditures in fiscal 2022 and 2023?")
    assert third.value is not None
    assert third.value.number == "42500000"
    assert "$43 million (rounded to millions)" in third.answer
    assert library.verify(third).holds
