"""Where a tag and the table that prints it disagree, the answer shows both, and verify asks for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.answer.witness import AS_PRINTED, printed_otherwise
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.document import Cell, Table
from finchat_sec_qa.model.fact import Fact
from tests.unit.facts.making import fact, span
from tests.unit.report import Report

QUESTIONS = (
    "What was Acme's revenue in fiscal 2023?",
    "What was Acme's net margin in fiscal 2023?",
    "What was Acme's revenue in fiscal 2022 and 2023?",
)
YEAR = span("2023-12-31", 365)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A report in dollars, in millions, whose revenue of 2023 is tagged in thousands."""
    file: Path = Report().write(tmp_path_factory.mktemp("tagged"))
    html = file.read_text("utf-8").replace("(in millions)", "(dollars in millions)")
    assert 'scale="6"' in html
    file.write_text(html.replace('scale="6"', 'scale="3"', 1), "utf-8")
    with Library.open(Settings(store=tmp_path_factory.mktemp("tagged") / "store")) as opened:
        opened.ingest_paths([file], jobs=1)
        yield opened


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_are_shown_and_hold(library: Library, question: str) -> None:
    answer = library.ask(question)
    (alternate,) = (one for one in answer.alternates if one.label == AS_PRINTED)
    assert alternate.value.number == "100000000"
    assert answer.citations[alternate.citation - 1].quote == "100"
    assert library.verify(answer).holds, library.verify(answer)


def _hide(data: dict[str, Any]) -> None:
    data["alternates"] = [one for one in data["alternates"] if one["label"] != AS_PRINTED]


def _other_number(data: dict[str, Any]) -> None:
    next(one for one in data["alternates"] if one["label"] == AS_PRINTED)["value"]["number"] = "100000"


def _other_unit(data: dict[str, Any]) -> None:
    next(one for one in data["alternates"] if one["label"] == AS_PRINTED)["value"]["unit"] = "EUR"


def _of_nothing(data: dict[str, Any]) -> None:
    next(one for one in data["alternates"] if one["label"] == AS_PRINTED)["citation"] = 99


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("change", [_hide, _other_number, _other_unit, _of_nothing])
def test_what_is_hidden_or_told_otherwise_is_found(
    library: Library, question: str, change: Callable[[dict[str, Any]], None]
) -> None:
    data = library.ask(question).model_dump(mode="json")
    change(data)
    assert not library.verify(Answer.model_validate(data)).holds


def test_where_both_agree_nothing_is_added(library: Library) -> None:
    answer = library.ask("What was Acme's net income in fiscal 2023?")
    assert answer.value is not None
    assert not answer.alternates
    data = answer.model_dump(mode="json")
    data["alternates"] = [{"label": AS_PRINTED, "value": data["value"], "citation": 1}]
    assert not library.verify(Answer.model_validate(data)).holds


def table(value: str | None, unit: str | None) -> Table:
    cell = Cell(0, 0, 10, 13, Decimal(value) if value else None, unit)
    return Table(0, 50, "", 6, "USD", ((),), ((),), (cell,))


def tagged(value: str) -> Fact:
    return replace(fact(value, YEAR, start=10, decimals=-6), end=13)


@pytest.mark.parametrize(
    ("printed", "unit", "value", "otherwise"),
    [
        ("100000000", "USD", "100000000", None),
        ("-100000000", "USD", "100000000", None),  # signs follow the concept
        ("100400000", "USD", "100000000", None),  # the tag is exact to a million
        ("100600000", "USD", "100000000", "100600000"),
        ("100000", "USD", "100000000", "100000"),
        ("100000", "shares", "100000000", None),
        ("100000", None, "100000000", None),
        (None, "USD", "100000000", None),
    ],
)
def test_amounts_of_money_are_compared(
    printed: str | None, unit: str | None, value: str, otherwise: str | None
) -> None:
    found = printed_otherwise([table(printed, unit)], tagged(value))
    assert found == (Decimal(otherwise) if otherwise else None)
