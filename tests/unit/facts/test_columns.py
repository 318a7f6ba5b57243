from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.columns import Columns
from finchat_sec_qa.model.document import Cell, Table

Row = Sequence[int | None]


def table(*rows: Row, unit: str = "USD") -> Table:
    """A table of these numbers; None prints nothing."""
    cells = tuple(
        Cell(at, column, 100 * at + column, 100 * at + column + 1, Decimal(number), unit)
        for at, row in enumerate(rows)
        for column, number in enumerate(row, start=1)
        if number is not None
    )
    names = tuple((f"row {at}",) for at in range(len(rows)))
    return Table(0, 100 * len(rows), "", 0, "USD", names, ((),) * 9, cells)


def summed(
    printed: Table, row: int, column: int = 1, number: int | None = None
) -> tuple[list[int], int] | None:
    """Rows of the parts, and what they make."""
    own = next(cell.value for cell in printed.cells if (cell.row, cell.column) == (row, column))
    asked = Decimal(number) if number is not None else own or Decimal(0)
    found = Columns(printed, "USD").sum_at(row, column, asked)
    return None if found is None else ([cell.row for cell in found.parts], int(found.total))


BALANCE = (
    (1_000, 1_100), (2_000, 2_200), (3_000, 3_300),  # current assets and their total
    (500, 400), (700, 800), (4_200, 4_500),  # others and the total of all
)  # fmt: skip


def test_a_total_is_the_sum_of_the_rows_above_and_of_sums_among_them() -> None:
    assert summed(table(*BALANCE), 2) == ([0, 1], 3_000)
    assert summed(table(*BALANCE), 5) == ([2, 3, 4], 4_200)


def test_a_number_that_the_rows_do_not_make_is_found_by_the_other_column() -> None:
    wrong = [list(row) for row in BALANCE]
    wrong[5][0] = 4_300
    assert summed(table(*wrong), 5) == ([2, 3, 4], 4_200)
    assert summed(table(*BALANCE), 5, number=9_999) == ([2, 3, 4], 4_200)
    wrong[5][1] = 4_600  # and where no column fits, nothing is stated
    assert summed(table(*wrong), 5) is None


def test_captions_and_blank_rows_are_passed_over() -> None:
    blank: Row = (None, None)
    assert summed(table((1_000, 1_100), blank, (2_000, 2_200), blank, (3_000, 3_300)), 4) == ([0, 2], 3_000)


def test_rows_of_one_column_only_belong_to_the_sum_where_they_make_it() -> None:
    rows: list[Row] = [(1_000, None), (2_000, 2_200), (3_000, 3_300), (6_000, 5_500)]
    assert summed(table(*rows), 3) == ([0, 1, 2], 6_000)
    rows[3] = (7_000, 5_500)  # it may belong there or not: nothing is said
    assert summed(table(*rows), 3) is None


def test_a_row_that_is_taken_away_in_one_column_only_proves_no_disagreement() -> None:
    assert summed(table((9_000, 9_500), (1_000, None), (8_000, 9_500)), 2) is None


def test_what_the_rows_make_may_be_the_number_of_another_row() -> None:
    rows = [(1_000, 1_100), (2_000, 2_200), (2_500, 3_300), (3_000, 3_300)]
    assert summed(table(*rows), 2) is None


@pytest.mark.parametrize(
    "rows",
    [
        [(1_000,), (2_000,), (3_000,)],  # one column proves nothing
        [(1, 2), (2, 3), (3, 5)],  # small numbers add up by chance
        [(3_000, 3_300), (3_000, 3_300)],  # one row is no sum
    ],
)
def test_what_may_be_chance_is_no_sum(rows: list[Row]) -> None:
    assert summed(table(*rows), len(rows) - 1) is None


def test_other_units_are_not_summed() -> None:
    assert Columns(table(*BALANCE, unit="shares"), "USD").sum_at(5, 1, Decimal(4_200)) is None


AMOUNTS = st.integers(min_value=10**6, max_value=10**9)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=12), st.integers(1, 10**9))
def test_every_total_is_found_and_every_wrong_one_told(parts: list[tuple[int, int]], more: int) -> None:
    total = tuple(map(sum, zip(*parts, strict=True)))
    rows = [*parts, total]
    found = summed(table(*rows), len(parts))
    assert found is not None
    assert found[1] == total[0]
    wrong = summed(table(*parts, (total[0] + more, total[1])), len(parts))
    assert wrong is None or wrong[1] != total[0] + more
