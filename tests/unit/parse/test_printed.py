"""Printed tables: values in a line, columns from headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.heading import read_heading
from finchat_sec_qa.parse.printed.values import find_runs


def fitted(line: str, count: int) -> list[str] | None:
    runs = find_runs(line)
    values = runs[-1].fitted(count) if runs else None
    return None if values is None else [value.text for value in values]


@pytest.mark.parametrize(
    ("line", "count", "values"),
    [
        ("Net income $ 629,551 $ 268,395", 2, ["$ 629,551", "$ 268,395"]),
        ("allowances of $7 and $6, respectively 672 591", 2, ["672", "591"]),
        ("Other (income)/deductions––net (347) 772", 2, ["(347)", "772"]),
        ("Deferred taxes — 95,279", 2, ["—", "95,279"]),
        ("BASIC NET INCOME PER SHARE $ 0.29 3 $ 1.51 $ 1.69", 3, ["$ 0.29", "$ 1.51", "$ 1.69"]),
        ("Basic from continuing operations 1 $ 0.28 $ 1.51", 2, ["$ 0.28", "$ 1.51"]),
        ("Treasury stock, shares of 152.7 and 161.5 (6,779.0) (7,167.5)", 2, ["(6,779.0)", "(7,167.5)"]),
        ("Hedges, net of tax (a) (1) (7) 26", 3, ["(1)", "(7)", "26"]),
        ("Inventories (Note 5) 12,483 10,387", 2, ["12,483", "10,387"]),
        ("Total 1,234 ) 5", 3, None),
    ],
)
def test_the_values_of_a_row_are_told_from_numbers_in_its_label(
    line: str, count: int, values: list[str] | None
) -> None:
    assert fitted(line, count) == values


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=6))
def test_printed_amounts_are_read_back_in_order(amounts: list[int]) -> None:
    printed = [f"({-amount:,})" if amount < 0 else f"$ {amount:,}" for amount in amounts]
    runs = find_runs("Total costs " + " ".join(printed))
    values = runs[-1].values
    assert [value.number.value for value in values] == amounts


@pytest.mark.parametrize(
    ("heading", "moments", "spans"),
    [
        ("Years Ended November 27, 2015 November 28, 2014", ["November 27, 2015", "November 28, 2014"], 1),
        ("Year Ended December 31, 2017 2016", ["December 31, 2017", "December 31, 2016"], 1),
        ("December 28, December 29, 2019 2018", ["December 28, 2019", "December 29, 2018"], 0),
        ("Year Ended May 31, (In millions) 2018 2017", ["May 31, 2018", "May 31, 2017"], 1),
        ("Three Months Ended Six Months Ended July 2, 2023 July 2, 2023", ["July 2, 2023"] * 2, 2),
        ("Fiscal Year 2019 2018", ["2019", "2018"], 1),
        (
            "Fiscal years ended December 31, 2022 and December 25, 2021 (in millions) 2022 2021",
            ["December 31, 2022", "December 25, 2021"] * 2,
            1,
        ),
        (
            "Years ended December 31, 2022 and December 25, 2021 2022 2021",
            ["December 31, 2022", "December 25, 2021"] * 2,
            1,
        ),
    ],
)
def test_headings_are_read_in_their_order(heading: str, moments: list[str], spans: int) -> None:
    read = read_heading(heading)
    assert [moment.text for moment in read.moments] == moments
    assert len(read.spans) == spans


@given(st.lists(st.integers(1990, 2060), min_size=1, max_size=5, unique=True))
def test_one_day_goes_with_each_year_that_follows_it(years: list[int]) -> None:
    read = read_heading("As of June 30, " + " ".join(map(str, years)))
    assert [moment.text for moment in read.moments] == [f"June 30, {year}" for year in years]
