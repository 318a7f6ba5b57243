"""Questions for parts of a company over a filing without XBRL: exact, proven, or refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.pdf_maker import make_placed_pdf
from tests.unit.facts.test_printed_notes import ACROSS, BALANCE, COVER, EQUITY, INCOME, SEGMENTS


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("parts")
    (folder / "rivet.pdf").write_bytes(make_placed_pdf([COVER, INCOME, BALANCE, SEGMENTS, ACROSS, EQUITY]))
    with Library.open(Settings(store=folder / "store", jobs=1)) as opened:
        assert not opened.ingest_paths([folder / "rivet.pdf"]).failed
        yield opened


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What was Rivet Works' Health Care Tools segment revenue in fiscal 2022?", "3500000000"),
        ("What were Rivet Works' net sales in fiscal 2022?", "8412000000"),
        ("What was Rivet Works' operating income in Health Care in fiscal 2021?", "727000000"),
        ("What dividends did Rivet Works declare per the statement of equity in fiscal 2022?", None),
        ("What were the dividends declared by Rivet Works in fiscal 2022?", "500000000"),
        ("What was Rivet Works' Aerospace segment revenue in fiscal 2022?", None),
        ("What was Rivet Works' Health Care Tools segment revenue in fiscal 2014?", None),
    ],
)
def test_a_part_is_answered_exactly_or_not_at_all(
    library: Library, question: str, number: str | None
) -> None:
    answer = library.ask(question)
    assert (answer.value.number if answer.value else None) == number
    assert library.verify(answer).holds


def test_the_largest_segment(library: Library) -> None:
    answer = library.ask("Which segment of Rivet Works had the largest net sales in fiscal 2020?")
    assert answer.value is not None
    assert answer.value.number == "4300000000"
    assert "Fasteners" in answer.answer
    assert library.verify(answer).holds


def test_a_company_that_is_divided_in_two_ways_is_not_ranked(library: Library) -> None:
    answer = library.ask("Which segment of Rivet Works had the largest net sales in fiscal 2021?")
    assert answer.refusal is not None
    assert answer.refusal.reason == "ambiguous"


def test_another_digit_anywhere_does_not_hold(library: Library) -> None:
    answer = library.ask("What was Rivet Works' Health Care Tools segment revenue in fiscal 2022?")
    data = answer.model_dump(mode="json")
    data["value"]["number"] = "3600000000"
    data["answer"] = data["answer"].replace("$3.5 billion", "$3.6 billion")
    report = library.verify(Answer.model_validate(data))
    assert [citation.id for citation in report.citations if not citation.holds] == [1]

    (original,) = (path for path in Path(library.info().path, "originals").rglob("*") if path.is_file())
    content = original.read_bytes()
    original.chmod(0o644)
    original.write_bytes(re.sub(rb"\(3,500\)", b"(3,600)", content))
    changed = library.verify(answer)
    original.write_bytes(content)
    assert [citation.id for citation in changed.citations if not citation.holds] == [1]
    assert library.verify(answer).holds
