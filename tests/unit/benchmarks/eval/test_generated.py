"""Questions made from tagged numbers, and the reader that their answers come from."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.eval.generated import Books, questions, read_amounts, write_questions
from benchmarks.eval.tagged import Report, read_reports
from tests.unit.tagged import Number, Tagged

YEAR_2023, YEAR_2022 = ("2023-01-01", "2023-12-31"), ("2022-01-01", "2022-12-31")


def flows(concept: str, this: str, last: str) -> list[Number]:
    tag = f"us-gaap:{concept}"
    return [
        Number(this, YEAR_2023[1], YEAR_2023[0], tag),
        Number(last, YEAR_2022[1], YEAR_2022[0], tag),
    ]


ANNUAL = Tagged(
    "2023-12-31",
    2023,
    "FY",
    [
        *flows("Revenues", "200", "160"),
        *flows("NetIncomeLoss", "20", "-8"),
        Number("7", *reversed(YEAR_2023), part=("segment", "acme:BrassMember")),
        Number("500", "2023-12-31", concept="us-gaap:Assets"),
        Number("300", "2022-12-31", concept="us-gaap:Assets"),
    ],
)
QUARTERLY = Tagged(
    "2024-06-30",
    2024,
    "Q2",
    [Number("60", "2024-06-30", "2024-04-01"), Number("110", "2024-06-30", "2024-01-01")],
)


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    for report in (ANNUAL, QUARTERLY):
        report.write(tmp_path)
    return tmp_path


@pytest.fixture
def reports(archives: Path) -> list[Report]:
    return read_reports(archives)


def books(reports: list[Report]) -> Books:
    return Books(tuple(reports), {amount.words[0]: amount for amount in read_amounts()})


def test_reports_are_read_with_their_fiscal_periods_signs_and_parts(reports: list[Report]) -> None:
    assert [(one.form, one.year, one.period, str(one.end)) for one in reports] == [
        ("10-K", 2023, "FY", "2023-12-31"),
        ("10-Q", 2024, "Q2", "2024-06-30"),
    ]
    numbers = {(one.concept, str(one.end), one.dims): one.value for one in reports[0].numbers}
    assert numbers["us-gaap:NetIncomeLoss", "2022-12-31", ()] == Decimal(-8_000_000)
    part = (("us-gaap:StatementBusinessSegmentsAxis", "acme:BrassMember"),)
    assert numbers["us-gaap:Revenues", "2023-12-31", part] == Decimal(7_000_000)


def test_answers_follow_from_the_tags(reports: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.eval.generated.ONE_IN", 1)
    found = {(row["kind"], row["answer_value"], row["unit"]) for row in questions(reports)}
    assert {
        ("flow", 200_000_000.0, "USD"),
        ("flow", -8_000_000.0, "USD"),
        ("balance", 300_000_000.0, "USD"),
        ("quarter", 60_000_000.0, "USD"),
        ("to_date", 110_000_000.0, "USD"),
        ("derived_figure", 10.0, "percent"),  # net margin: 20 / 200
        ("derived_figure", 5.0, "percent"),  # return on assets: 20 / ((500 + 300) / 2)
        ("derived_growth", 25.0, "percent"),  # of revenue; of a loss there is none
    } <= found
    assert ("flow", 7_000_000.0, "USD") not in found
    assert len({row["question"] for row in questions(reports)}) == len(list(questions(reports)))


def test_what_two_reports_tell_otherwise_is_not_asked(tmp_path: Path) -> None:
    later = Tagged("2024-12-31", 2024, "FY", flows("Revenues", "210", "160"))
    restated = [Number("205", YEAR_2023[1], YEAR_2023[0])]
    for report in (ANNUAL, Tagged("2024-12-31", 2024, "FY", [*later.numbers, *restated])):
        report.write(tmp_path)
    both = books(read_reports(tmp_path))
    with pytest.raises(KeyError):
        both.of_year("total revenue", both.reports[0].end)
    assert both.of_year("net income", both.reports[0].end) == Decimal(20_000_000)


def test_the_same_reports_give_the_same_questions(archives: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_questions(archives, tmp_path / name)
    one, other = ((tmp_path / name).read_text(encoding="utf-8") for name in ("one", "other"))
    assert one == other
    rows = [json.loads(line) for line in one.splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
