"""Quarters and twelve months that no report gives: derived and verified, or refused where they must be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.unit.answer.forging import forged, named, passed_off
from tests.unit.tagged import Number, Tagged

CASH_FLOW = "us-gaap:NetCashProvidedByUsedInOperatingActivities"
EPS, ASSETS = "us-gaap:EarningsPerShareDiluted", "us-gaap:Assets"
BRASS = ("segment", "acme:BrassMember")
JAN22, JAN23, JAN24 = "2022-01-01", "2023-01-01", "2024-01-01"

YEAR_2022 = [Number("400", "2022-12-31", JAN22), Number("90", "2022-12-31", JAN22, CASH_FLOW)]
YEAR_2023 = [
    Number("480", "2023-12-31", JAN23),
    Number("200", "2023-12-31", JAN23, part=BRASS),
    Number("400", "2022-12-31", JAN22),
    Number("100", "2023-12-31", JAN23, CASH_FLOW),
    Number("4.00", "2023-12-31", JAN23, EPS, unit="pershare"),
    Number("900", "2023-12-31", "", ASSETS),
]
QUARTER_1 = [
    Number("110", "2023-03-31", JAN23),
    Number("-5", "2023-03-31", JAN23, CASH_FLOW),
    Number("90", "2022-03-31", JAN22),
]
QUARTER_2 = [
    Number("120", "2023-06-30", "2023-04-01"),
    Number("230", "2023-06-30", JAN23),
    Number("30", "2023-06-30", JAN23, CASH_FLOW),
    Number("190", "2022-06-30", JAN22),
    Number("850", "2023-06-30", "", ASSETS),
]
QUARTER_3 = [
    Number("121", "2023-09-30", "2023-07-01"),
    Number("351", "2023-09-30", JAN23),
    Number("150", "2023-09-30", JAN23, part=BRASS),
    Number("60", "2023-09-30", JAN23, CASH_FLOW),
    Number("2.90", "2023-09-30", JAN23, EPS, unit="pershare"),
    Number("290", "2022-09-30", JAN22),
]
QUARTER_1_2024 = [Number("130", "2024-03-31", JAN24), Number("111", "2023-03-31", JAN23)]
REPORTS = (
    Tagged("2022-12-31", 2022, "FY", YEAR_2022),
    Tagged("2023-03-31", 2023, "Q1", QUARTER_1),
    Tagged("2023-06-30", 2023, "Q2", QUARTER_2),
    Tagged("2023-09-30", 2023, "Q3", QUARTER_3),
    Tagged("2023-12-31", 2023, "FY", YEAR_2023),
    Tagged(
        "2024-03-31", 2024, "Q1", [Number("130", "2024-03-31", JAN24), Number("111", "2023-03-31", JAN23)]
    ),
)


def stored(folder: Path, reports: tuple[Tagged, ...]) -> Library:
    for report in reports:
        report.write(folder / "reports")
    library = Library.open(Settings(store=folder / "store"))
    assert len(library.ingest_paths([folder / "reports"], jobs=1).stored) == len(reports)
    return library


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with stored(tmp_path_factory.mktemp("quarters"), REPORTS) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "number", "operands", "days"),
    [
        (
            "What was Acme's revenue in Q4 2023?",
            "129000000",
            ("revenue_FY2023", "revenue_9M_FY2023"),
            ("2023-10-01", "2023-12-31", "Q4"),
        ),
        (
            "Acme's revenue for the three months ended December 31, 2022",
            "110000000",
            ("revenue_FY2022", "revenue_9M_FY2022"),
            ("2022-10-01", "2022-12-31", "Q4"),
        ),
        (
            "Acme's operating cash flow in the second quarter of fiscal 2023",
            "35000000",
            ("cfo_H1_FY2023", "cfo_Q1_FY2023"),
            ("2023-04-01", "2023-06-30", "Q2"),
        ),
        (
            "Acme's operating cash flow in Q3 2023",
            "30000000",
            ("cfo_9M_FY2023", "cfo_H1_FY2023"),
            ("2023-07-01", "2023-09-30", "Q3"),
        ),
        (
            "Acme's Brass revenue in Q4 2023",
            "50000000",
            ("revenue_FY2023", "revenue_9M_FY2023"),
            ("2023-10-01", "2023-12-31", "Q4"),
        ),
        (
            "Acme's TTM revenue as of June 2023",
            "440000000",
            ("revenue_FY2022", "revenue_H1_FY2023", "revenue_H1_FY2022"),
            ("2022-07-01", "2023-06-30", None),
        ),
        (
            "Acme's revenue for the last twelve months ended March 31, 2023",
            "420000000",
            ("revenue_FY2022", "revenue_Q1_FY2023", "revenue_Q1_FY2022"),
            ("2022-04-01", "2023-03-31", None),
        ),
        (
            "Acme's LTM revenue as of Q3 FY2023",
            "461000000",
            ("revenue_FY2022", "revenue_9M_FY2023", "revenue_9M_FY2022"),
            ("2022-10-01", "2023-09-30", None),
        ),
    ],
)
def test_derived_amounts_and_their_days(
    quarters: Library,
    question: str,
    number: str,
    operands: tuple[str, ...],
    days: tuple[str, str, str | None],
) -> None:
    answer = quarters.ask(question)
    assert answer.value is not None, answer.answer
    assert answer.calculation is not None
    assert answer.value.number == number
    assert tuple(operand.name for operand in answer.calculation.operands) == operands
    period = answer.value.period
    assert (str(period.start), str(period.end), period.fiscal_period) == days
    assert ", derived: " in answer.calculation.formula
    assert [citation.id for citation in answer.citations] == list(range(1, len(operands) + 1))
    report = quarters.verify(answer)
    assert report.holds, report


def test_the_sentence_says_that_it_is_derived(quarters: Library) -> None:
    assert quarters.ask("What was Acme's revenue in Q4 2023?").answer == (
        "Acme Widgets, Inc.: total revenue was $129 million for Q4 FY2023 (three months ended December 31, "
        "2023), derived as year less nine months from [1] and [2]."
    )
    twelve = quarters.ask("What was Acme's TTM revenue as of June 2023?")
    assert "for the twelve months ended June 30, 2023, derived as year plus year to date" in twelve.answer
    assert twelve.calculation is not None
    assert twelve.calculation.formula.startswith(
        "total revenue of the trailing twelve months, derived: year plus"
    )


def test_what_is_reported_is_not_derived(quarters: Library) -> None:
    quarter = quarters.ask("What was Acme's revenue in Q3 2023?")
    assert quarter.value is not None
    assert quarter.calculation is None
    assert quarter.value.number == "121000000"
    year = quarters.ask("What was Acme's TTM revenue as of December 2023?")
    assert year.value is not None
    assert (year.calculation, year.value.number) == (None, "480000000")
    assert quarters.verify(year).holds


def test_the_latest_twelve_months_end_with_the_latest_report_of_the_figure(quarters: Library) -> None:
    flow = quarters.ask("What is Acme's TTM operating cash flow?")
    assert flow.value is not None
    assert flow.calculation is None
    assert flow.value.number == "100000000"
    assert quarters.verify(flow).holds


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("Acme's diluted EPS in Q4 2023", "not_disclosed", ("share", "9M FY2023", "FY2023")),
        ("Acme's TTM total assets", "not_disclosed", ("balance", "FY2023")),
        ("Acme's operating cash flow in Q4 2022", "period_not_covered", ("FY2022", "not for 9M FY2022")),
        ("Acme's TTM operating cash flow as of Q2 2023", "period_not_covered", ("not for H1 FY2022",)),
        ("Acme's revenue in Q4 2015", "period_not_covered", ("Q4 FY2015",)),
        # the first quarter of 2023 is given as 110 and a year later as 111: the year stands on the first
        ("Acme's TTM revenue as of Q1 2024", "ambiguous", ("one basis",)),
    ],
)
def test_refusals_say_why_and_what_there_is(
    quarters: Library, question: str, reason: str, said: tuple[str, ...]
) -> None:
    answer = quarters.ask(question)
    assert answer.refusal is not None, answer.answer
    assert answer.refusal.reason == reason, answer.answer
    for words in said:
        assert words in answer.answer
    assert answer.refusal.searched


def test_a_part_by_an_unusual_report_is_not_taken(tmp_path: Path) -> None:
    """As Johnson & Johnson's annual report gave its first quarter anew, without what it had spun off."""
    reports = (
        Tagged("2023-06-30", 2023, "Q2", [Number("230", "2023-06-30", JAN23, CASH_FLOW)]),
        Tagged("2023-12-31", 2023, "FY", [Number("70", "2023-03-31", JAN23, CASH_FLOW)]),
    )
    with stored(tmp_path, reports) as library:
        answer = library.ask("What was Acme's operating cash flow in Q2 2023?")
    assert answer.refusal is not None, answer.answer
    assert "but not for Q1 FY2023" in answer.answer


def test_a_year_that_only_a_later_report_gives_is_taken_unless_its_own_gives_it_otherwise(
    tmp_path: Path,
) -> None:
    """As Johnson & Johnson gave 2022 anew at the end of 2023, and half of 2023 still on the old basis."""
    half = [Number("60", "2023-06-30", JAN23), Number("50", "2022-06-30", JAN22)]
    later = (
        Tagged("2023-06-30", 2023, "Q2", half),
        Tagged("2023-12-31", 2023, "FY", [Number("80", "2022-12-31", JAN22)]),
    )
    question = "What was Acme's TTM revenue as of Q2 2023?"
    with stored(tmp_path / "later", later) as library:
        alone = library.ask(question)
    assert alone.value is not None
    assert alone.value.number == "90000000"
    own = Tagged("2022-12-31", 2022, "FY", [Number("95", "2022-12-31", JAN22, CONTRACTS)])
    with stored(tmp_path / "own", (own, *later)) as library:
        beside = library.ask(question)
    assert beside.refusal is not None, beside.answer
    assert beside.refusal.reason == "ambiguous"


CONTRACTS = "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax"
YEAR = Tagged("2022-12-31", 2022, "FY", [Number("400", "2022-12-31", JAN22)])


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (
            [Tagged("2022-09-30", 2022, "Q3", [Number("290", "2022-09-30", JAN22, CONTRACTS)])],
            "different things under one name",
        ),
        (  # nine months as the year after gives them, which gives the year otherwise as well
            [
                Tagged("2023-09-30", 2023, "Q3", [Number("290", "2022-09-30", JAN22)]),
                Tagged("2023-12-31", 2023, "FY", [Number("390", "2022-12-31", JAN22)]),
            ],
            "one basis",
        ),
        (
            [Tagged("2022-09-30", 2022, "Q3", [Number("290", "2022-09-30", "2021-12-23")])],
            "do not line up",
        ),
    ],
)
def test_parts_that_do_not_go_together_are_refused(tmp_path: Path, others: list[Tagged], said: str) -> None:
    with stored(tmp_path, (YEAR, *others)) as library:
        answer = library.ask("What was Acme's revenue in Q4 2022?")
    assert answer.refusal is not None, answer.answer
    assert answer.refusal.reason == "ambiguous"
    assert said in answer.answer


def _number(data: dict[str, Any]) -> None:
    data["value"]["number"] = "130000000"
    data["answer"] = data["answer"].replace("$129", "$130")


def _period(data: dict[str, Any]) -> None:
    data["value"]["period"]["start"] = data["scope"]["period"]["start"] = "2023-09-30"


def _whole_year(data: dict[str, Any]) -> None:
    period = {"start": "2023-01-01", "end": "2023-12-31", "fiscal_year": 2023, "fiscal_period": "FY"}
    data["value"]["period"] = data["scope"]["period"] = period


def _label(data: dict[str, Any]) -> None:
    data["calculation"]["formula"] = data["calculation"]["formula"].replace("total revenue", "net income")
    data["answer"] = data["answer"].replace("total revenue", "net income")


def _quarter(data: dict[str, Any]) -> None:
    data["calculation"]["formula"] = data["calculation"]["formula"].replace("of Q4", "of Q3")


def _name(data: dict[str, Any]) -> None:
    data["calculation"]["formula"] = data["calculation"]["formula"].replace("9M", "H1")
    data["calculation"]["operands"][1]["name"] = "revenue_H1_FY2023"


def _unit(data: dict[str, Any]) -> None:
    data["value"]["unit"] = "EUR"
    data["answer"] = data["answer"].replace("$", "€")


def _reported(data: dict[str, Any]) -> None:
    data["calculation"]["formula"] = data["calculation"]["formula"].replace(
        ", derived: year less nine months", ""
    )


def _doubled(data: dict[str, Any]) -> None:
    data["calculation"]["formula"] = data["calculation"]["formula"].replace(" - ", " + ")
    data["value"]["number"] = "831000000"
    data["answer"] = data["answer"].replace("$129", "$831")


@pytest.mark.parametrize(
    "change", [_number, _period, _whole_year, _label, _quarter, _name, _unit, _reported, _doubled]
)
def test_a_changed_derivation_does_not_hold(quarters: Library, change: Any) -> None:
    assert not forged(quarters, "What was Acme's revenue in Q4 2023?", change).holds


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("What was Acme's revenue in Q4 2022?", "What was Acme's revenue in Q4 2023?"),
        ("What was Acme's revenue in fiscal 2023?", "What was Acme's revenue in Q4 2023?"),
        ("What was Acme's Brass revenue in Q4 2023?", "What was Acme's revenue in Q4 2023?"),
        ("What was Acme's revenue in Q4 2023?", "What was Acme's Brass revenue in Q4 2023?"),
        (
            "What was Acme's operating cash flow in Q3 2023?",
            "What was Acme's operating cash flow in Q2 2023?",
        ),
        ("What was Acme's TTM revenue as of Q3 2023?", "What was Acme's TTM revenue as of Q2 2023?"),
        ("What was Acme's TTM revenue?", "What was Acme's revenue in Q4 2023?"),
        ("What was Acme's net income in Q4 2023?", "What was Acme's revenue in Q4 2023?"),
    ],
)
def test_a_derivation_is_no_answer_to_another_question(quarters: Library, asked: str, told: str) -> None:
    assert not passed_off(quarters, asked, told).holds


def test_a_part_recast_by_another_report_does_not_hold(tmp_path: Path) -> None:
    """The first quarter is 110 by its own report and 70 by the annual one: half a year less 70 is nothing."""
    reports = (
        Tagged("2023-03-31", 2023, "Q1", [Number("110", "2023-03-31", JAN23, CASH_FLOW)]),
        Tagged("2023-06-30", 2023, "Q2", [Number("230", "2023-06-30", JAN23, CASH_FLOW)]),
        Tagged("2023-12-31", 2023, "FY", [Number("70", "2023-03-31", JAN23, CASH_FLOW)]),
    )
    with stored(tmp_path, reports) as library:
        recast = library.ask("Acme's operating cash flow in Q1 2023").citations[1].model_dump(mode="json")

        def change(data: dict[str, Any]) -> None:
            data["citations"][1] = recast
            data["calculation"]["operands"][1]["number"] = "70000000"
            data["value"]["number"] = "160000000"
            data["answer"] = data["answer"].replace("$120", "$160")

        question = "Acme's operating cash flow in Q2 2023"
        derived = library.ask(question)
        assert derived.value is not None
        assert derived.value.number == "120000000"
        assert named(forged(library, question, change)) == [2]


def test_the_citation_of_another_span_is_named(quarters: Library) -> None:
    first: Answer = quarters.ask("What was Acme's revenue in Q2 2023?")
    citation = first.citations[0].model_dump(mode="json")

    def change(data: dict[str, Any]) -> None:
        data["citations"][1] = {**citation, "id": 2}
        data["calculation"]["operands"][1]["number"] = "120000000"
        data["value"]["number"] = "360000000"
        data["answer"] = data["answer"].replace("$129", "$360")

    report = forged(quarters, "What was Acme's revenue in Q4 2023?", change)
    assert 2 in named(report)
