"""Lines that make a total of a balance sheet."""

from collections.abc import Sequence

import pytest

from finchat_sec_qa.facts.lines import lines_of
from finchat_sec_qa.facts.standing import stand_ins, substituted, taken_as_zero
from finchat_sec_qa.model.fact import Fact
from tests.unit.facts.making import fact, span

DAY = span("2023-12-31", 0)
BEFORE = span("2022-12-31", 0)


def sheet(*rows: tuple[str, int]) -> list[Fact]:
    """Facts one below another, in the order given."""
    return [
        fact(str(amount), DAY, concept=f"us-gaap:{concept}", start=100 * at)
        for at, (concept, amount) in enumerate(rows, start=1)
    ]


def lines(*rows: tuple[str, int]) -> list[str]:
    facts = sheet(*rows)
    return [line.concept.rpartition(":")[2] for line in lines_of(facts[-1], facts)]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([("A", 1), ("B", 2), ("Total", 3)], ["A", "B"]),
        ([("Goodwill", 9), ("A", 1), ("B", 2), ("Total", 3)], ["A", "B"]),
        ([("A", 1), ("B", 2), ("Total", 4)], []),
        ([("A", 3), ("Total", 3)], []),
        ([("A", 1), ("B", 2), ("Sub", 3), ("C", 4), ("Total", 7)], ["A", "B", "C"]),
        ([("A", 1), ("AllowanceForDoubtfulAccounts", 8), ("B", 2), ("Total", 3)], ["A", "B"]),
        ([("A", 5), ("B", 0), ("C", -2), ("Total", 3)], ["A", "B", "C"]),
    ],
)
def test_what_stands_above_adds_up(rows: Sequence[tuple[str, int]], wanted: list[str]) -> None:
    assert lines(*rows) == wanted


def test_the_other_column_and_other_parts_are_left_out() -> None:
    facts = sheet(("A", 1), ("B", 2), ("Total", 3))
    beside = fact("9", BEFORE, concept="us-gaap:A", start=110)
    part = fact("9", DAY, concept="us-gaap:A", start=210, dimensions=(("x:Axis", "x:M"),))
    assert lines_of(facts[-1], [*facts, beside, part]) == tuple(facts[:2])


DEBT = "long_term_debt_FY2023 + current_debt_FY2023"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("long_term_debt_FY2023 + ShortTermBorrowings_FY2023", ["ShortTermBorrowings_FY2023"]),
        (
            "long_term_debt_FY2023 + (ShortTermBorrowings_FY2023 + LongTermDebtCurrent_FY2023)",
            ["ShortTermBorrowings_FY2023", "LongTermDebtCurrent_FY2023"],
        ),
        (
            "long_term_debt_FY2023 + (LiabilitiesCurrent_FY2023 - Rent_FY2023)",
            ["LiabilitiesCurrent_FY2023", "Rent_FY2023"],
        ),
    ],
)
def test_what_stands_for_an_amount(given: str, names: list[str]) -> None:
    found = stand_ins(DEBT, given)
    assert found is not None
    assert [list(item.names) for item in found] == [names]


@pytest.mark.parametrize(
    "given",
    [
        "long_term_debt_FY2023 + current_debt_FY2022",
        "long_term_debt_FY2023 + ShortTermBorrowings_FY2022",
        "long_term_debt_FY2023 + Goodwill_FY2023",
        "long_term_debt_FY2023 - current_debt_FY2023",
        "LongTermDebtNoncurrent_FY2023 + current_debt_FY2023",
        "long_term_debt_FY2023 + (AssetsCurrent_FY2023 - Rent_FY2023)",
        "long_term_debt_FY2023 + (LiabilitiesCurrent_FY2023 - Rent_FY2022)",
        "long_term_debt_FY2023 + ",
    ],
)
def test_nothing_else_does(given: str) -> None:
    assert stand_ins(DEBT, given) is None


def test_texts_take_the_place_of_names_on_their_side_of_a_comparison() -> None:
    texts = {"current_debt_FY2023": "(A_FY2023 + B_FY2023)"}
    formula = "first_current_debt_FY2023 - second_current_debt_FY2023"
    written = substituted(formula, texts, "second_")
    assert written == "first_current_debt_FY2023 - (second_A_FY2023 + second_B_FY2023)"


def test_working_capital_takes_nothing_as_zero() -> None:
    assert not taken_as_zero("current_assets_FY2023 - current_liabilities_FY2023")
    (entry,) = taken_as_zero("cash_FY2023 + (AssetsCurrent_FY2023 - Rent_FY2023)")
    assert entry.key == "short_term_investments"
