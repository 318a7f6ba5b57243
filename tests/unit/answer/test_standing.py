"""Amounts of a formula that the balance sheet tells in several lines, in a note, or in none."""

from collections.abc import Iterator
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.unit.tagged import Number, Tagged

END = "2023-12-31"
ASSETS = {"CashAndCashEquivalentsAtCarryingValue": 40, "ReceivablesNetCurrent": 30, "InventoryNet": 20}
INVESTED = ASSETS | {"MarketableSecuritiesCurrent": 25, "OtherShortTermInvestments": 5}
OWED = {"AccountsPayableCurrent": 35, "AccruedLiabilitiesCurrent": 15}
LENT = OWED | {"ShortTermBorrowings": 6, "LongTermDebtCurrent": 4}
ABOVE = {"LongTermDebtNoncurrent": 50, "StockholdersEquity": 100}


def report(
    ticker: str,
    assets: dict[str, int],
    owed: dict[str, int],
    notes: dict[str, int],
    *,
    off: int = 0,
) -> Tagged:
    """A balance sheet whose totals are the sums of their lines, `off` by some; notes come after it."""
    rows = [*assets.items(), ("AssetsCurrent", sum(assets.values()) + off), *owed.items()]
    rows += [("LiabilitiesCurrent", sum(owed.values()) + off), *ABOVE.items(), *notes.items()]
    numbers = [Number(str(amount), END, concept=f"us-gaap:{concept}") for concept, amount in rows]
    name, cik = f"{ticker.title()} Works, Inc.", f"{sum(map(ord, ticker)):010}"
    return Tagged(END, 2023, "FY", numbers, company=name, cik=cik, ticker=ticker)


REPORTS = (
    report("BRASS", INVESTED, LENT, {"LongTermDebt": 54}),
    report("COPPER", ASSETS, OWED, {}),
    report("NICKEL", ASSETS, OWED, {}, off=1),
    report("COBALT", ASSETS, OWED | {"ShortTermBorrowings": 20}, {"LongTermDebtCurrent": 7}),
    report("SILVER", ASSETS, OWED, {"LongTermDebtCurrent": 7, "CommercialPaper": 2}),
    report("IRON", ASSETS, OWED, {"LiabilitiesAndStockholdersEquity": 200, "Depreciation": 8}),
    report(
        "LEAD",
        ASSETS,
        OWED,
        {
            "LiabilitiesAndStockholdersEquity": 200,
            "MinorityInterest": 10,
            "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest": 110,
            "RedeemableNoncontrollingInterestEquityCarryingAmount": 5,
        },
    ),
    report("TITAN", INVESTED, LENT, {"LongTermDebtCurrent": 4, "ShortTermBorrowings": 6}, off=1),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("standing")
    paths = [item.write(folder) for item in REPORTS]
    with Library.open(Settings(store=tmp_path_factory.mktemp("standing") / "store")) as opened:
        stored = opened.ingest_paths(paths, jobs=1)
        assert len(stored.stored) == len(REPORTS), stored
        yield opened


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What was Brass Works's total debt in fiscal 2023?", "60000000"),
        ("What was Brass Works's quick ratio in fiscal 2023?", "1.6667"),
        ("What was Copper Works's total debt in fiscal 2023?", "50000000"),
        ("What was Copper Works's quick ratio in fiscal 2023?", "1.4"),
        ("What was Cobalt Works's total debt in fiscal 2023?", "70000000"),
        ("What was Silver Works's total debt in fiscal 2023?", "59000000"),
        ("What were Iron Works's total liabilities in fiscal 2023?", "100000000"),
        ("What were Lead Works's total liabilities in fiscal 2023?", "85000000"),
        ("What was Lead Works's liabilities to assets ratio in fiscal 2023?", None),
        ("Which had the higher net debt in fiscal 2023, Brass Works or Copper Works?", "10000000"),
    ],
)
def test_the_lines_of_the_balance_sheet_decide(library: Library, question: str, number: str | None) -> None:
    answer = library.ask(question)
    if number is None:
        assert answer.status == "refused"
        return
    assert answer.value is not None, answer.answer
    assert answer.value.number == number
    assert library.verify(answer).holds, library.verify(answer)


def test_what_is_taken_as_zero_is_told_and_the_formula_proves_it(library: Library) -> None:
    answer = library.ask("What was Copper Works's quick ratio in fiscal 2023?")
    assert answer.answer.endswith(
        "Short-term investments and marketable securities are taken as zero: total current assets are the"
        " sum of lines of which none is that."
    )
    assert answer.calculation is not None
    lines = (
        "AssetsCurrent_FY2023 - CashAndCashEquivalentsAtCarryingValue_FY2023 - ReceivablesNetCurrent_FY2023"
    )
    assert f"{lines} - InventoryNet_FY2023" in answer.calculation.formula


@pytest.mark.parametrize(
    "question",
    [
        "What was Nickel Works's quick ratio in fiscal 2023?",
        "What was Nickel Works's total debt in fiscal 2023?",
        "What was Titan Works's total debt in fiscal 2023?",
    ],
)
def test_without_the_sum_nothing_is_taken_as_zero(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert answer.status == "refused", answer.answer


def forged(answer: Answer, old: str, new: str, less: str = "") -> Answer:
    """The answer with another formula, without the operand `less`, its number computed accordingly."""
    data: dict[str, Any] = answer.model_dump(mode="json")
    calculation = data["calculation"]
    assert old in calculation["formula"]
    calculation["formula"] = calculation["formula"].replace(old, new)
    calculation["operands"] = [item for item in calculation["operands"] if item["name"] != less]
    return Answer.model_validate(data)


def test_a_line_left_out_is_found(library: Library) -> None:
    answer = library.ask("What was Brass Works's total debt in fiscal 2023?")
    other = forged(answer, " + LongTermDebtCurrent_FY2023", "", "LongTermDebtCurrent_FY2023")
    problems = [one for citation in library.verify(other).citations for one in citation.problems]
    assert any("on the balance sheet" in problem for problem in problems), problems


def test_a_line_left_out_of_a_zero_is_found(library: Library) -> None:
    answer = library.ask("What was Copper Works's quick ratio in fiscal 2023?")
    other = forged(answer, " - InventoryNet_FY2023", "", "InventoryNet_FY2023")
    problems = [one for citation in library.verify(other).citations for one in citation.problems]
    assert any("not those taken away" in problem for problem in problems), problems


def test_what_is_left_out_of_total_liabilities_is_found(library: Library) -> None:
    answer = library.ask("What were Lead Works's total liabilities in fiscal 2023?")
    other = forged(answer, " - redeemable_interests_FY2023", "", "redeemable_interests_FY2023")
    problems = [one for citation in library.verify(other).citations for one in citation.problems]
    assert any("is computed without" in problem for problem in problems), problems
