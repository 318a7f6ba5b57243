"""Charts: where points stand, what they say, what they do with gaps."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.answer import PeriodView
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, FigureTable, Gap
from webapp.chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_LABELS,
    RIGHT,
    SHAPES,
    SMALLEST,
    TOP,
    WIDTH,
    charts_of,
    nice_ticks,
)

GAP = FigureCell(status="missing", gap=Gap(reason="not_disclosed", message="Not told."))


def table(unit: str, *rows: tuple[str, ...]) -> FigureTable:
    """One metric; each row is a company's numbers, "" a gap."""
    period = PeriodView(fiscal_year=2024)
    names = [f"Company {number}" for number in range(len(rows))]

    def cell(number: str) -> FigureCell:
        if not number:
            return GAP
        return FigureCell(status="reported", number=number, unit=unit, period=period, citation=1)

    return FigureTable(
        id="t",
        kind="comparison",
        title="t",
        companies=tuple(names),
        columns=tuple(FigureColumn(key=f"c{at}", label=f"FY{2000 + at}") for at in range(len(rows[0]))),
        rows=tuple(
            FigureRow(company=name, metric="m", label="m", cells=tuple(cell(number) for number in row))
            for name, row in zip(names, rows, strict=True)
        ),
        citations=(),
    )


def test_a_point_stands_at_its_value_and_leads_to_its_proof() -> None:
    (chart,) = charts_of(table("USD", ("0", "2000000000", "4000000000")), lambda cell: f"#{cell.number}")
    assert chart.unit == "billion US dollars"
    assert [(tick.text, tick.at) for tick in chart.ticks] == [
        ("0", 246.0), ("1", 188.5), ("2", 131.0), ("3", 73.5), ("4", 16.0),
    ]  # fmt: skip
    points = chart.lines[0].points
    assert [point.y for point in points] == [246.0, 131.0, 16.0]
    assert [point.text for point in points] == [
        "Company 0, FY2000: $0", "Company 0, FY2001: $2 billion", "Company 0, FY2002: $4 billion",
    ]  # fmt: skip
    assert points[2].href == "#4000000000"


def test_a_gap_parts_the_line_and_is_told() -> None:
    (chart,) = charts_of(table("percent", ("1", "2", "", "3", "4", "", "5")), lambda _: "#")
    assert len(chart.lines[0].points) == 5
    assert [run.count(",") for run in chart.lines[0].runs] == [2, 2]
    assert chart.missing == 2


def test_losses_stand_below_the_line_of_zero() -> None:
    (chart,) = charts_of(table("USD", ("-5", "10")), lambda _: "#")
    loss, gain = chart.lines[0].points
    assert loss.y > chart.zero > gain.y
    assert chart.ticks[0].text == "−5"


def test_companies_differ_by_shape_and_then_by_dashes() -> None:
    (chart,) = charts_of(table("ratio", *(("1", "2"),) * 10), lambda _: "#")
    looks = {(line.style, line.shape, line.dashed) for line in chart.lines}
    assert len(looks) == 10
    assert {line.shape for line in chart.lines} == set(SHAPES)


def test_many_periods_show_every_few_names_and_the_last() -> None:
    (chart,) = charts_of(table("ratio", ("1",) * 40), lambda _: "#")
    assert len(chart.labels) == MOST_LABELS
    assert chart.labels[-1].text == "FY2039"


def test_a_metric_without_numbers_has_no_chart() -> None:
    assert charts_of(table("USD", ("", "")), lambda _: "#") == ()


def test_the_summary_says_first_and_last_of_each() -> None:
    (chart,) = charts_of(table("percent", ("1", "2", "3"), ("", "", "")), lambda _: "#")
    assert "Company 0: 1% in FY2000 and 3% in FY2002." in chart.summary
    assert "Company 1: no number." in chart.summary


NUMBERS = st.decimals(-(10**15), 10**15, places=2).map(lambda number: format(number, "f"))


@given(st.lists(st.one_of(NUMBERS, st.just("")), min_size=1, max_size=40).filter(any))
def test_every_point_is_inside_the_picture(numbers: list[str]) -> None:
    (chart,) = charts_of(table("USD", tuple(numbers)), lambda _: "#")
    for point in chart.lines[0].points:
        assert TOP <= point.y <= HEIGHT - BOTTOM
        assert LEFT < point.x < WIDTH - RIGHT
    known = [Decimal(number) for number in numbers if number]
    heights = [point.y for point in chart.lines[0].points]
    for (one, other), (first, second) in zip(pairwise(known), pairwise(heights), strict=True):
        assert first >= second if one <= other else first <= second


@given(st.floats(-1e12, 0), st.floats(0, 1e12))
def test_ticks_are_few_even_and_hold_all(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert [round((b - a) / (ticks[1] - ticks[0]), 6) for a, b in pairwise(ticks)] == [1] * (len(ticks) - 1)
    assert ticks[0] <= low + 1e-6 * (high - low) + SMALLEST
    assert ticks[-1] >= high - 1e-6 * (high - low) - SMALLEST


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400])
def test_a_number_beyond_all_filings_has_no_chart(number: str) -> None:
    assert charts_of(table("USD", (number, "1")), lambda _: "#") == ()


def test_a_number_too_small_to_see_stands_at_zero() -> None:
    (chart,) = charts_of(table("ratio", ("0." + "0" * 350 + "1",)), lambda _: "#")
    assert chart.lines[0].points[0].y == chart.zero


@pytest.mark.parametrize(("low", "high", "ticks"), [(0, 0, [0, 0.25, 0.5, 0.75, 1]), (0, 7, [0, 2, 4, 6, 8])])
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high) == ticks


def test_parts_of_a_company_share_a_chart_with_their_total() -> None:
    made = table("USD", ("1", "2"), ("3", "4"), ("4", "6"), ("4", "6"))
    fields = [
        {"part": "Brass", "label": "m: Brass"},
        {"part": "Zinc", "label": "m: Zinc"},
        {"role": "total"},
        {"role": "sum", "label": "m: sum of the parts"},
    ]
    rows = tuple(
        row.model_copy(update={"company": "Acme", **more})
        for row, more in zip(made.rows, fields, strict=True)
    )
    (chart,) = charts_of(made.model_copy(update={"companies": ("Acme",), "rows": rows}), lambda _: "#")
    assert chart.title == "m by part"
    assert [line.name for line in chart.lines] == ["Brass", "Zinc", "total"]
    assert len({line.shape for line in chart.lines}) == 3
    assert chart.lines[0].points[0].text.startswith("Brass, FY2000")
