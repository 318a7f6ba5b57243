"""Sums that a filing states, and EDGAR's companyfacts, told beside the numbers of an answer and verified."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit import facts_file
from tests.unit.report import Report

ACCESSION = "0000000042-24-000001"
FLOWS = {
    "Revenues": (10_000, 8_000), "CostOfRevenue": (6_000, 5_000), "GrossProfit": (4_000, 3_000),
    "OperatingExpenses": (1_500, 1_200), "OperatingIncomeLoss": (2_500, 1_800),
    "NetIncomeLoss": (1_200, -300),
}  # fmt: skip
BALANCES = {
    "AssetsCurrent": (20_000, 19_000), "AssetsNoncurrent": (30_000, 26_000), "Assets": (50_000, 45_000)
}  # fmt: skip
PARTS = "AssetsCurrent ($20 billion [2]) and AssetsNoncurrent ($30 billion [3])"
LESS = "total revenue ($10 billion [2]) less cost of revenue ($6 billion [3])"
ASSETS, MARGIN, REVENUE = (
    "What were Acme's total assets in fiscal 2023?",
    "What was Acme's gross margin in fiscal 2023?",
    "What was Acme's revenue in fiscal 2023?",
)


def written(folder: Path, old: str = "", new: str = "") -> Path:
    """A report whose amounts are in millions of dollars, with one text in it replaced."""
    file = Report(flows=FLOWS, balances=BALANCES).write(folder)
    html = file.read_text("utf-8").replace("(in millions)", "(dollars in millions)")
    assert old in html
    file.write_text(html.replace(old, new, 1) if old else html, "utf-8")
    return file


def facts(value: int) -> dict[str, list[dict[str, Any]]]:
    """Companyfacts with that revenue of 2023."""
    return {"us-gaap:Revenues": [facts_file.year(ACCESSION, 2023, value)]}


def opened(folder: Path, *files: Path) -> Library:
    library = Library.open(Settings(store=folder / "store"))
    library.ingest_paths(list(files), jobs=1)
    return library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("sound")
    figures = facts_file.write(folder, facts(10_000_000_000))
    with opened(folder, written(folder), figures) as library:
        yield library


@pytest.fixture(scope="module")
def unsound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Total assets of 2023 are said to be 51,000, and companyfacts have another revenue."""
    folder = tmp_path_factory.mktemp("unsound")
    figures = facts_file.write(folder, facts(10_001_000_000))
    with opened(folder, written(folder, ">50,000<", ">51,000<"), figures) as library:
        yield library


def texts(answer: Answer) -> list[tuple[str, bool, str]]:
    return [(one.kind, one.agrees, one.text) for one in answer.witnesses]


def test_a_total_agrees_with_its_components(library: Library) -> None:
    answer = library.ask(ASSETS)
    text = f"[1] agrees with the sum of {PARTS}."
    assert texts(answer) == [("sum", True, text)]
    (witness,) = answer.witnesses
    assert [(part.number, part.sign, part.citation) for part in witness.parts] == [
        ("20000000000", "+", 2),
        ("30000000000", "+", 3),
    ]
    assert [citation.quote for citation in answer.citations] == ["50,000", "20,000", "30,000"]
    assert library.verify(answer).holds


def test_differences_are_told_of_operands_too_and_nothing_is_cited_twice(library: Library) -> None:
    answer = library.ask(MARGIN)
    assert texts(answer) == [
        (
            "sum",
            True,
            f"[1] agrees with {LESS}.",
        ),
        ("companyfacts", True, "[2] agrees with EDGAR's companyfacts, $10 billion [4]."),
    ]
    assert answer.citations[3].fact_id == "/facts/us-gaap/Revenues/units/USD/0"
    assert len(answer.citations) == 4
    assert library.verify(answer).holds


def test_companyfacts_outside_the_scope_are_not_asked(library: Library) -> None:
    answer = library.ask(REVENUE, ScopeRequest(filings=(ACCESSION,)))
    assert not answer.witnesses
    assert library.verify(answer).holds


def test_a_total_that_its_components_do_not_make_is_told(unsound: Library) -> None:
    answer = unsound.ask(ASSETS)
    assert answer.value is not None
    assert answer.value.number == "51000000000"
    text = f"[1] says $51 billion, the sum of {PARTS} makes $50 billion."
    assert texts(answer) == [("sum", False, text)]
    assert unsound.verify(answer).holds


def test_a_list_of_edgar_that_says_otherwise_is_told(unsound: Library) -> None:
    answer = unsound.ask(REVENUE)
    assert texts(answer)[-1] == (
        "companyfacts",
        False,
        "[1] says $10 billion, EDGAR's companyfacts say $10.001 billion [2].",
    )
    assert unsound.verify(answer).holds


def _hide(data: dict[str, Any]) -> None:
    data["witnesses"] = data["witnesses"][1:]


def _agree(data: dict[str, Any]) -> None:
    data["witnesses"][0]["agrees"] = not data["witnesses"][0]["agrees"]


def _other_total(data: dict[str, Any]) -> None:
    data["witnesses"][0]["value"]["number"] = "5"


def _twice(data: dict[str, Any]) -> None:
    data["witnesses"].append(data["witnesses"][0])


def _of_another(data: dict[str, Any]) -> None:
    data["witnesses"][0]["of"] = 99


@pytest.mark.parametrize("question", [ASSETS, MARGIN, REVENUE])
@pytest.mark.parametrize("change", [_hide, _agree, _other_total, _twice, _of_another])
def test_what_is_hidden_or_told_otherwise_is_found(
    library: Library, unsound: Library, question: str, change: Callable[[dict[str, Any]], None]
) -> None:
    for each in (library, unsound):
        data = each.ask(question).model_dump(mode="json")
        change(data)
        assert not each.verify(Answer.model_validate(data)).holds


@pytest.mark.parametrize("field", ["number", "sign", "label", "unit"])
def test_a_changed_component_is_found_at_its_citation(library: Library, field: str) -> None:
    data = library.ask(ASSETS).model_dump(mode="json")
    changed = {"number": "7", "sign": "-", "label": "other", "unit": "EUR"}
    data["witnesses"][0]["parts"][1][field] = changed[field]
    report = library.verify(Answer.model_validate(data))
    assert [one.id for one in report.citations if not one.holds] == [3]


def test_a_changed_place_of_a_component_is_found(library: Library) -> None:
    data = library.ask(ASSETS).model_dump(mode="json")
    data["citations"][2] = {**data["citations"][1], "id": 3}
    report = library.verify(Answer.model_validate(data))
    assert 3 in [one.id for one in report.citations if not one.holds]


def test_words_have_no_witnesses(library: Library) -> None:
    answer = library.ask("What supply risks does Acme describe?")
    assert answer.value is None
    data = answer.model_dump(mode="json")
    data["witnesses"] = library.ask(ASSETS).model_dump(mode="json")["witnesses"]
    assert not library.verify(Answer.model_validate(data)).holds
